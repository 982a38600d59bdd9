// openid-client, unchanged, against a Control: the sign-in form is driven over HTTP, as a browser without script would. One JSON line.
import * as openid from "openid-client";

const { LETHE_CONTROL: control, LETHE_EMAIL: email, LETHE_PASSWORD: password } = process.env;
const redirect = "http://127.0.0.1:49999/signed-in";
const scope = "offline_access tokens.issue support admin";

// A browser: cookies, one page at a time.
const cookies = new Map();
async function visit(url, init = {}) {
  const answer = await fetch(url, {
    ...init,
    redirect: "manual",
    headers: { ...init.headers, cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
  });
  for (const cookie of answer.headers.getSetCookie()) {
    const [name, ...value] = cookie.split(";")[0].split("=");
    cookies.set(name, value.join("="));
  }
  return answer;
}
const decode = (text) => text.replaceAll("&quot;", '"').replaceAll("&#x2B;", "+").replaceAll("&#x2F;", "/").replaceAll("&amp;", "&");
async function submit(url, typed) {
  const html = await (await visit(url)).text();
  const forms = html.slice(Math.max(0, html.indexOf("<main"))).match(/<form[^>]*method="post"[^>]*>[\s\S]*?<\/form>/gi);
  const form = forms.find((text) => !/<form[^>]*data-question/i.test(text)); // the others need script
  const fields = new URLSearchParams();
  for (const [, attributes] of form.matchAll(/<input([^>]*)>/gi)) {
    const of = (name) => decode(attributes.match(new RegExp(`${name}="([^"]*)"`))?.[1] ?? "");
    fields.set(of("name"), typed[of("type")] ?? of("value"));
  }
  const action = decode(form.match(/action="([^"]*)"/)?.[1] ?? "") || url;
  return visit(new URL(action, url), { method: "POST", body: fields });
}
// Goes from an authorization request to wherever the server sends the code.
async function signIn(url) {
  let answer = await visit(url);
  while (answer.status === 302) {
    const to = new URL(answer.headers.get("location"), control);
    if (to.origin !== new URL(control).origin) return to;
    answer = to.pathname === "/account/sign-in" ? await submit(to, { email, password }) : await visit(to);
  }
  return { status: answer.status, text: await answer.text() };
}
const refusal = (answer) => answer.searchParams?.get("error") ?? answer.text.match(/<h1[^>]*>([^<]*)/)?.[1] ?? "none";
const errorOf = (promise) => promise.then(() => "none", (error) => error.error ?? error.code ?? error.message);

const config = await openid.discovery(new URL(control), "lethe-local", undefined, openid.None());
const begin = async (more = {}) => {
  const verifier = openid.randomPKCECodeVerifier();
  const state = openid.randomState();
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri: redirect,
    scope,
    state,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    ...more,
  });
  return { url, verifier, state };
};

const result = {};
const first = await begin();
const landed = await signIn(first.url);
const tokens = await openid.authorizationCodeGrant(config, landed, { pkceCodeVerifier: first.verifier, expectedState: first.state });
result.tokenType = tokens.token_type;
result.expiresIn = tokens.expires_in;
const api = (token) =>
  fetch(new URL("/v1/admin/tenant", control), { headers: { authorization: `Bearer ${token}` } }).then((answer) => answer.status);
result.api = await api(tokens.access_token);

const plain = await begin({ code_challenge: first.verifier, code_challenge_method: "plain" });
result.plain = refusal(await signIn(plain.url));
const none = await begin();
none.url.searchParams.delete("code_challenge");
none.url.searchParams.delete("code_challenge_method");
result.withoutPkce = refusal(await signIn(none.url));
const foreign = await begin({ redirect_uri: "https://evil.example/signed-in" });
result.foreign = refusal(await signIn(foreign.url));

const second = await openid.refreshTokenGrant(config, tokens.refresh_token);
result.rotated = second.refresh_token !== tokens.refresh_token;
await new Promise((done) => setTimeout(done, 3500)); // past the leeway that this Control is configured with
result.reuse = await errorOf(openid.refreshTokenGrant(config, tokens.refresh_token));
result.family = await errorOf(openid.refreshTokenGrant(config, second.refresh_token));
result.apiAfterReuse = await api(second.access_token);

const plugin = await openid.discovery(new URL(control), "word-plugin", undefined, openid.None());
const device = await openid.initiateDeviceAuthorization(plugin, { scope });
const page = new URL(device.verification_uri_complete);
result.letIn = (await submit(page, {})).status;
const byDevice = await openid.pollDeviceAuthorizationGrant(plugin, device);
result.device = await api(byDevice.access_token);
await openid.tokenRevocation(plugin, byDevice.refresh_token);
result.revoked = await errorOf(openid.refreshTokenGrant(plugin, byDevice.refresh_token));
console.log(JSON.stringify(result));
