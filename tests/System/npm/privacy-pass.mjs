// Cloudflare's Privacy Pass client, unmodified, against a running cell; one JSON line of what happened as the result.
import {
  AuthorizationHeader,
  MediaType,
  TokenChallenge,
  WWWAuthenticateHeader,
  genericBatched,
  getIssuerUrl,
  publicVerif,
  sendTokenRequest,
} from "@cloudflare/privacypass-ts";

const { Client, BlindRSAMode } = publicVerif;
const sessions = new URL("/v1/sessions", process.env.LETHE_GATEWAY);
const account = { authorization: `Bearer ${process.env.LETHE_ACCESS_TOKEN}` };

/** Redeems a token: the status, and the code of the problem if it is one. */
async function redeem(authorization) {
  const answer = await fetch(sessions, { method: "POST", headers: authorization === undefined ? {} : { authorization } });
  const { code, credential } = await answer.json();
  return { status: answer.status, code, credential, challenge: answer.headers.get("www-authenticate") };
}

const asked = await redeem();
const [header] = WWWAuthenticateHeader.parse(asked.challenge);
const issuer = await getIssuerUrl(header.challenge.issuerName);

async function issue({ challenge = header.challenge, mode = BlindRSAMode.PSS } = {}) {
  const client = new Client(mode);
  const request = await client.createTokenRequest(challenge, header.tokenKey);
  const answer = await sendTokenRequest(request.serialize(), issuer, new Headers(account));
  return client.finalize(client.deserializeTokenResponse(answer));
}

const written = (token, quoted = false) => new AuthorizationHeader(token).toString(quoted);
const short = ({ status, code }) => [status, code ?? null];

const token = written(await issue());
const opened = await redeem(token);
const session = await fetch(new URL("/v1/session", process.env.LETHE_GATEWAY), { headers: { authorization: `Bearer ${opened.credential}` } });
const again = await redeem(token);
const quoted = await redeem(written(await issue(), true));
const raced = written(await issue());
const race = await Promise.all(Array.from({ length: 20 }, () => redeem(raced)));
const foreign = new TokenChallenge(2, header.challenge.issuerName, new Uint8Array(0), ["other.example"]);
const foreignRedeemed = await redeem(written(await issue({ challenge: foreign })));
const withoutSalt = await redeem(written(await issue({ mode: BlindRSAMode.PSSZero })));

async function refusal(body, type, headers = account) {
  const answer = await fetch(issuer, { method: "POST", body, headers: { "content-type": type, ...headers } });
  return [answer.status, (await answer.json()).code];
}
const request = MediaType.PRIVATE_TOKEN_REQUEST;
const keyId = new Uint8Array(await crypto.subtle.digest("SHA-256", header.tokenKey));
const tooLarge = new Uint8Array(259).fill(255);
tooLarge.set([0, 2, keyId[31]]);
const unknownKey = new Uint8Array(259);
unknownKey.set([0, 2, keyId[31] ^ 1]);
const refusals = {
  type: await refusal(new Uint8Array(259), request),
  short: await refusal(new Uint8Array([0, 2, 0]), request),
  long: await refusal(new Uint8Array(260), request),
  tooLarge: await refusal(tooLarge, request),
  unknownKey: await refusal(unknownKey, request),
  mediaType: await refusal(new Uint8Array(259), "application/octet-stream"),
  noAccount: await refusal(new Uint8Array(259), request, {}),
  emptyBatch: await refusal(new genericBatched.Client().createTokenRequest([]).serialize(), MediaType.GENERIC_BATCHED_TOKEN_REQUEST),
};

async function batch(count) {
  const clients = [];
  const requests = [];
  const began = performance.now();
  for (let made = 0; made < count; made++) {
    clients.push(new Client(BlindRSAMode.PSS));
    requests.push(new genericBatched.TokenRequest(await clients[made].createTokenRequest(header.challenge, header.tokenKey)));
  }
  const batched = new genericBatched.Client();
  const body = batched.createTokenRequest(requests).serialize();
  const sent = performance.now();
  const answer = await fetch(issuer, { method: "POST", body, headers: { "content-type": MediaType.GENERIC_BATCHED_TOKEN_REQUEST, ...account } });
  const received = new Uint8Array(await answer.arrayBuffer());
  const answered = performance.now();
  const tokens = [];
  let at = 0;
  for (const entry of batched.deserializeTokenResponse(received)) tokens.push(await clients[at++].finalize(entry.tokenResponse));
  const finished = performance.now();
  const statuses = [];
  for (const one of tokens) statuses.push((await redeem(written(one))).status);
  return {
    status: answer.status,
    type: answer.headers.get("content-type"),
    redeemed: statuses.filter((status) => status === 201).length,
    milliseconds: { blind: (sent - began) / count, issue: answered - sent, finish: (finished - answered) / count },
  };
}

console.log(
  JSON.stringify({
    asked: short(asked),
    issuerName: header.challenge.issuerName,
    originInfo: header.challenge.originInfo,
    context: header.challenge.redemptionContext.length,
    maxAge: header.maxAge,
    issuer,
    opened: short(opened),
    session: session.status,
    again: short(again),
    quoted: short(quoted),
    race: race.map(({ status }) => status).sort(),
    foreign: short(foreignRedeemed),
    withoutSalt: short(withoutSalt),
    refusals,
    batch: await batch(30),
  }),
);
