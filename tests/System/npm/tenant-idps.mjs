// Identity providers of two tenants (oidc-provider, as its makers publish it) over HTTPS on loopback. Commands come as lines of JSON:
// sign-in (code + PKCE through its own pages), mint (signs anything with the tenant's key), rotate (another key from now on), stop.
import https from 'node:https';
import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { SignJWT, base64url, importJWK } from 'jose';
import Provider from 'oidc-provider';

const tls = { cert: readFileSync(process.env.IDP_CERTIFICATE), key: readFileSync(process.env.IDP_KEY) };
const audience = 'api://lethe';
const redirect = 'https://plugin.invalid/callback';
const tenants = {};

function newKey(alg) {
  const pair = alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...pair.privateKey.export({ format: 'jwk' }), use: 'sig', alg, kid: randomUUID() };
}

function provider(name, issuer, key) {
  return new Provider(issuer, {
    jwks: { keys: [key] },
    cookies: { keys: [randomUUID()] },
    clients: [
      {
        client_id: 'plugin', token_endpoint_auth_method: 'none', redirect_uris: [redirect], grant_types: ['authorization_code'],
        response_types: ['code'], id_token_signed_response_alg: key.alg,
      },
    ],
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, tid: name }) }),
    extraTokenClaims: (_, token) => ({ tid: name, ...(token.accountId.includes('@') && { preferred_username: token.accountId }) }),
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: (_, resource) => ({
          scope: 'tokens.issue', audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: 300, jwt: { sign: { alg: key.alg } },
        }),
      },
    },
  });
}

async function start(name, alg) {
  const server = https.createServer(tls, (request, response) => tenants[name].handle(request, response));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `https://localhost:${server.address().port}`;
  tenants[name] = { issuer, server, use(key) { this.key = key; this.handle = provider(name, issuer, key).callback(); } };
  tenants[name].use(newKey(alg));
}

async function walk(url, user) { // a browser, as far as these pages need one
  const jar = new Map();
  async function ask(target, options) {
    const cookie = [...jar].map(([key, value]) => `${key}=${value}`).join('; ');
    const response = await fetch(target, { redirect: 'manual', ...options, headers: { cookie, ...options?.headers } });
    for (const line of response.headers.getSetCookie()) {
      const [pair] = line.split(';');
      jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    return response;
  }
  for (let steps = 0; steps < 16; steps++) {
    if (url.startsWith(redirect)) return new URL(url).searchParams;
    let response = await ask(url);
    if (response.status < 300 || response.status >= 400) {
      const html = await response.text();
      const target = new URL(/<form[^>]*action="([^"]+)"/.exec(html)[1], url).href;
      const login = /name="prompt" value="login"/.test(html);
      response = await ask(target, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: login ? `prompt=login&login=${encodeURIComponent(user)}&password=x` : 'prompt=consent',
      });
      url = target;
    }
    url = new URL(response.headers.get('location'), url).href;
  }
  throw new Error('The sign-in did not end.');
}

async function signIn({ issuer }, user, resource) {
  const verifier = base64url.encode(randomBytes(32));
  const query = new URLSearchParams({
    client_id: 'plugin', redirect_uri: redirect, response_type: 'code', scope: 'openid tokens.issue', resource,
    code_challenge: base64url.encode(createHash('sha256').update(verifier).digest()), code_challenge_method: 'S256', nonce: randomUUID(),
  });
  const code = (await walk(`${issuer}/auth?${query}`, user)).get('code');
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'authorization_code', client_id: 'plugin', redirect_uri: redirect, code, code_verifier: verifier, resource }),
  });
  return response.json();
}

async function mint({ key }, { alg, claims, typ = 'at+jwt' }) {
  const header = { alg, typ, kid: key.kid };
  if (alg === 'none') return `${base64url.encode(JSON.stringify(header))}.${base64url.encode(JSON.stringify(claims))}.`;
  const { d, p, q, dp, dq, qi, ...open } = key;
  const secret = alg === 'HS256' ? new TextEncoder().encode(JSON.stringify(open)) : await importJWK(key, alg);
  return new SignJWT(claims).setProtectedHeader(header).sign(secret);
}

await start('acme', 'RS256');
await start('lex', 'ES256');
console.log(JSON.stringify({ acme: tenants.acme.issuer, lex: tenants.lex.issuer }));
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  const tenant = tenants[command.tenant];
  let answer = {};
  if (command.do === 'stop') break;
  if (command.do === 'sign-in') answer = await signIn(tenant, command.user, command.resource ?? audience);
  if (command.do === 'mint') answer = { access_token: await mint(tenant, command) };
  if (command.do === 'rotate') tenant.use(newKey(tenant.key.alg));
  console.log(JSON.stringify(answer));
}
process.exit(0);
