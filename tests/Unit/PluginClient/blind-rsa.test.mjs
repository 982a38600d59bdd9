import assert from "node:assert/strict";
import { createPublicKey, constants, verify } from "node:crypto";
import { test } from "node:test";
import { PendingToken, TokenKey, blind, decodeBatchResponse, encodeBatchRequest, encodeChallenge, encodePss, unblind } from "../../../api/plugin-client/lethe.js";
import { bytes, giveRandom, hex, newKey, number, read, signerOf } from "./vectors.mjs";

const REQUEST_BYTES = 259;

for (const vector of read("rfc9474").filter((vector) => vector.is_randomized === "0x00")) {
  test(`RFC 9474: ${vector.name} gives its bytes`, async ({ mock }) => {
    const [modulus, exponent] = [number(vector.n), number(vector.e)];
    const salt = bytes(vector.salt);
    const encoded = await encodePss(bytes(vector.input_msg), salt, modulus.toString(2).length - 1);
    assert.equal(hex(encoded), hex(bytes(vector.encoded_msg)));

    // The vector tells the blind's inverse; blinding under that tells the blind.
    const random = giveRandom(mock, bytes(vector.inv));
    const factor = blind(encoded, modulus, exponent, 512).inverse;
    random.mock.restore();
    giveRandom(mock, bytes(factor.toString(16).padStart(1024, "0")));
    const { blinded, inverse } = blind(encoded, modulus, exponent, 512);
    assert.equal(blinded, number(vector.blinded_msg));
    assert.equal(inverse, number(vector.inv));

    const signature = unblind(number(vector.blind_sig), inverse, modulus);
    assert.equal(signature, number(vector.sig));
    const key = createPublicKey({ key: { kty: "RSA", n: Buffer.from(bytes(vector.n)).toString("base64url"), e: "AQAB" }, format: "jwk" });
    const pss = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: salt.length };
    assert.ok(verify("sha384", bytes(vector.input_msg), pss, bytes(signature.toString(16).padStart(1024, "0"))));
  });
}

for (const [index, vector] of read("rfc9578-type2").entries()) {
  test(`RFC 9578: vector ${index + 1} of type 2 gives its bytes`, async ({ mock }) => {
    const key = await TokenKey.parse(bytes(vector.pkS));
    giveRandom(mock, bytes(vector.nonce), bytes(vector.salt), bytes(vector.blind.padStart(512, "0")));
    const pending = await PendingToken.prepare(bytes(vector.token_challenge), key);
    assert.equal(hex(pending.request), vector.token_request);
    assert.equal(hex(signerOf(vector.skS)(pending.request.subarray(3))), vector.token_response);
    assert.equal(hex(await pending.finish(bytes(vector.token_response))), vector.token);
  });
}

for (const [index, vector] of read("batched-type2").entries()) {
  test(`Batched tokens: vector ${index + 1} gives its bytes`, async () => {
    const requests = splitRequests(bytes(vector.token_request));
    assert.equal(hex(encodeBatchRequest(requests)), vector.token_request);
    const answers = decodeBatchResponse(bytes(vector.token_response), requests.length);
    const signers = vector.skS.map(signerOf);
    for (const [at, request] of requests.entries()) {
      assert.ok(signers.some((sign) => hex(sign(request.subarray(3))) === hex(answers[at])));
    }
  });
}

test("A challenge without a context is written as the vectors have it", () => {
  const plain = read("rfc9578-type2").map((vector) => bytes(vector.token_challenge)).filter((challenge) => challenge[4 + challenge[3]] === 0);
  assert.ok(plain.length > 0);
  for (const challenge of plain) {
    const issuer = Buffer.from(challenge.subarray(4, 4 + challenge[3])).toString();
    const origin = Buffer.from(challenge.subarray(4 + challenge[3] + 3)).toString();
    assert.equal(hex(encodeChallenge(issuer, origin)), hex(challenge));
  }
});

test("Two tokens for one challenge share nothing but the challenge and the key", async () => {
  const [vector] = read("rfc9578-type2");
  const key = await TokenKey.parse(bytes(vector.pkS));
  const sign = signerOf(vector.skS);
  const made = [];
  for (let count = 0; count < 4; count++) {
    const pending = await PendingToken.prepare(bytes(vector.token_challenge), key);
    made.push({ request: hex(pending.request.subarray(3)), token: await pending.finish(sign(pending.request.subarray(3))) });
  }
  assert.equal(new Set(made.map(({ request }) => request)).size, 4);
  assert.equal(new Set(made.map(({ token }) => hex(token.subarray(2, 34)))).size, 4);
  assert.equal(new Set(made.map(({ token }) => hex(token.subarray(98)))).size, 4);
  assert.equal(new Set(made.map(({ token }) => hex(token.subarray(34, 98)))).size, 1);
});

test("A key in any other form is refused", async () => {
  const spki = bytes(read("rfc9578-type2")[0].pkS);
  const changed = (at, value) => spki.map((byte, index) => (index === at ? value : byte));
  const wrong = [
    spki.subarray(1),
    spki.subarray(0, -1),
    new Uint8Array([...spki, 0]),
    new Uint8Array(0),
    changed(20, spki[20] ^ 1), // the algorithm
    changed(79, spki[79] ^ 1), // the length of the modulus
    changed(81, 0x7f), // 2047 bits
    changed(336, spki[336] & 0xfe), // even
    changed(341, 3), // another exponent
  ];
  for (const source of wrong) await assert.rejects(TokenKey.parse(source.slice()), { code: "answer_invalid" });
});

test("A signature by another key, of another token or of another size makes no token", async () => {
  const [first] = read("rfc9578-type2");
  const key = await TokenKey.parse(bytes(first.pkS));
  const pending = await PendingToken.prepare(bytes(first.token_challenge), key);
  const right = signerOf(first.skS)(pending.request.subarray(3));
  const foreign = signerOf(newKey().skS)(pending.request.subarray(3).with(0, 0));
  const wrong = [bytes(first.token_response), foreign, right.subarray(1), new Uint8Array([0, ...right]), new Uint8Array(256), new Uint8Array(256).fill(255)];
  for (const signature of wrong) await assert.rejects(pending.finish(signature), { code: "issuer_keys_differ" });
  assert.equal((await pending.finish(right)).length, 354);
});

test("A batch answer that is cut, stretched or for another number of requests is refused", () => {
  const answer = bytes(read("batched-type2")[1].token_response);
  assert.equal(decodeBatchResponse(answer, 2).length, 2);
  const wrong = [
    [new Uint8Array(0), 0],
    [answer, 1],
    [answer, 3],
    [answer.slice(0, -1), 2],
    [new Uint8Array([...answer, 0]), 2],
    [answer.map((byte, at) => (at === 2 ? 2 : byte)), 2], // neither refused nor given
    [answer.map((byte, at) => (at === 4 ? 1 : byte)), 2], // another token type
    [new Uint8Array([0x40, 1, 0]), 1], // not the shortest length
    [new Uint8Array([0xc0, 0, 0, 0, 0, 0, 0, 1, 0]), 1],
    [new Uint8Array([0x40]), 1],
  ];
  for (const [body, expected] of wrong) assert.throws(() => decodeBatchResponse(body, expected), { code: "answer_invalid" });
  assert.deepEqual(decodeBatchResponse(new Uint8Array([2, 0, 0]), 2), [null, null]);
});

function splitRequests(batch) {
  const prefix = 1 << (batch[0] >> 6);
  const count = (batch.length - prefix) / REQUEST_BYTES;
  return Array.from({ length: count }, (_, at) => batch.slice(prefix + at * REQUEST_BYTES, prefix + (at + 1) * REQUEST_BYTES));
}
