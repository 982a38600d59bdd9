import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, FakeCell, problem } from "./fake-cell.mjs";
import { newKey } from "./vectors.mjs";

const DIRECTORY = "/.well-known/private-token-issuer-directory";

test("A start with a filled pool touches the content plane only", async () => {
  const cell = new FakeCell();
  const client = cell.client();
  assert.equal(await client.tokens.refill(), 4);
  cell.requests.length = 0;
  const session = await client.openSession();
  assert.equal(session.opened.credential, "credential");
  assert.deepEqual(cell.requests.map(({ host, path }) => `${host}${path}`), ["gateway.test/v1/sessions"]);
  assert.equal(client.tokens.drawsAtStart, 0);
  assert.equal(client.tokens.count, 3);
});

test("A start with an empty pool draws, counts it and tells it", async () => {
  const cell = new FakeCell();
  const client = cell.client();
  let told = 0;
  client.tokens.addEventListener("drawatstart", () => told++);
  await client.openSession();
  assert.equal(client.tokens.drawsAtStart, 1);
  assert.equal(told, 1);
  assert.equal(cell.count("/token-request"), 1);
  await client.openSession();
  assert.equal(client.tokens.drawsAtStart, 1);
});

test("The access token goes to the issuer only, the session token to the Gateway only, and nothing else goes along", async () => {
  const cell = new FakeCell();
  await cell.client().openSession();
  const authorizations = cell.requests.map(({ path, authorization }) => [path, authorization?.split(" ")[0]]);
  assert.deepEqual(authorizations, [
    ["/v1/discovery", undefined],
    [DIRECTORY, undefined],
    ["/v1/token-challenge", undefined],
    ["/token-request", "Bearer"],
    ["/v1/sessions", "PrivateToken"],
  ]);
  for (const request of cell.requests) {
    const { credentials, referrerPolicy, cache, redirect, mode } = request;
    const expected = { credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store", redirect: "error", mode: "cors" };
    assert.deepEqual({ credentials, referrerPolicy, cache, redirect, mode }, expected);
  }
  assert.equal(cell.requests.at(-1).body, undefined);
});

test("A mirror that does not know the current key stops the draw", async () => {
  const cell = new FakeCell();
  const client = cell.client();
  cell.mirror = cell.directory([{ ...cell.keys[0], vector: newKey() }]);
  await assert.rejects(client.tokens.refill(), { code: "issuer_keys_differ" });
  await assert.rejects(client.openSession(), { code: "issuer_keys_differ" });
  assert.equal(cell.count("/token-request"), 0);
  cell.mirror = null;
  assert.equal(await client.tokens.refill(), 4);
});

test("A mirror with another request URI stops the draw; one with other bytes for the same keys does not", async () => {
  const cell = new FakeCell();
  const plain = new TextDecoder().decode(cell.directory());
  cell.mirror = new TextEncoder().encode(plain.replace("/token-request", "/token-requesu"));
  await assert.rejects(cell.client().tokens.refill(), { code: "issuer_keys_differ" });
  cell.mirror = new TextEncoder().encode(`${plain} `);
  assert.equal(await cell.client().tokens.refill(), 4);
});

test("A challenge that is not the one for everybody is refused", async () => {
  const cell = new FakeCell();
  const plain = cell.challenge;
  const withContext = Buffer.concat([plain.subarray(0, 16), Buffer.from([32]), Buffer.alloc(32), plain.subarray(17)]);
  const ofOneUser = Buffer.from(Buffer.from(plain).toString("latin1").replace("gateway.test", "gateway.tesu"), "latin1");
  for (const challenge of [withContext, ofOneUser, plain.subarray(1), Buffer.alloc(0)]) {
    cell.challenge = challenge;
    await assert.rejects(cell.client().tokens.refill(), { code: "answer_invalid" });
  }
  assert.equal(cell.count("/token-request"), 0);
});

test("A malformed directory is refused", async () => {
  const cell = new FakeCell();
  const good = cell.directory();
  const wrong = [
    (d) => delete d["token-keys"],
    (d) => (d["token-keys"] = {}),
    (d) => (d["token-keys"][0]["token-key"] = "AAAA"),
    (d) => (d["token-keys"][0]["not-before"] = "1"),
    (d) => (d["token-keys"][0]["not-before"] = -1),
    (d) => (d["token-keys"][0]["token-type"] = "2"),
    (d) => (d["token-keys"][0]["policy-class"] = "EU"),
    (d) => d["token-keys"].push(d["token-keys"][0]),
    (d) => (d["token-keys"] = Array(129).fill({ "token-type": 1 })),
    (d) => (d["issuer-request-uri"] = "https://elsewhere.test/token-request"),
    (d) => (d["issuer-request-uri"] = "http://control.test/token-request"),
  ];
  for (const change of wrong) {
    const directory = JSON.parse(new TextDecoder().decode(good));
    change(directory);
    cell.directory = () => new TextEncoder().encode(JSON.stringify(directory));
    await assert.rejects(cell.client().tokens.refill(), { code: "answer_invalid" });
  }
  cell.mirror = new TextEncoder().encode("{}");
  cell.directory = () => good;
  await assert.rejects(cell.client().tokens.refill(), { code: "answer_invalid" });
  cell.mirror = null;
  for (const redeemableSeconds of [undefined, 0, -1, 1.5, "345600"]) {
    cell.redeemableSeconds = redeemableSeconds;
    await assert.rejects(cell.client().tokens.refill(), { code: "answer_invalid" });
  }
  cell.directory = () => new Uint8Array(128 * 1024 + 1);
  await assert.rejects(cell.client().tokens.refill(), { code: "answer_invalid" });
  assert.equal(cell.count("/token-request"), 0);
});

test("Keys of other types and of the next epoch are passed over; the latest begun one of the class is used", async () => {
  const cell = new FakeCell();
  const directory = JSON.parse(new TextDecoder().decode(cell.directory()));
  directory["token-keys"].unshift({ "token-type": 1, "token-key": "AA==" });
  cell.directory = () => new TextEncoder().encode(JSON.stringify(directory));
  assert.equal(await cell.client().tokens.refill(), 4);
  directory["token-keys"][1]["not-before"] = cell.now / 1000 + 1;
  await assert.rejects(cell.client({ storageKey: "other" }).tokens.refill(), { code: "no_issuing_key" });
});

test("A signature by another key is refused", async () => {
  const cell = new FakeCell();
  cell.signWith = newKey();
  const client = cell.client();
  await assert.rejects(client.tokens.refill(), { code: "issuer_keys_differ" });
  assert.equal(client.tokens.count, 0);
});

test("A quota that gives fewer is taken as it is, and one that is spent is told", async () => {
  const cell = new FakeCell();
  cell.quota = 3;
  const client = cell.client({ poolSize: 16 });
  assert.equal(await client.tokens.refill(), 3);
  cell.special["/token-request"] = () => problem(429, "quota_spent", {}, { "retry-after": "60" });
  await assert.rejects(client.tokens.refill(), { code: "quota_spent", status: 429, retryAfter: 60 });
  assert.equal(client.tokens.count, 3);
});

test("A draw is of the same size in each epoch, needed or not; again only when few are left; the pool holds four", async () => {
  const cell = new FakeCell();
  const client = cell.client({ poolSize: 8 });
  assert.equal(await client.tokens.refill(), 8);
  assert.equal(await client.tokens.refill(), 0);
  while (client.tokens.count > 2) await client.tokens.take();
  assert.equal(await client.tokens.refill(), 0);
  await client.tokens.take();
  assert.equal(await client.tokens.refill(), 8);
  for (let day = 1; day < 4; day++) {
    cell.nextDay();
    assert.equal(await client.tokens.refill(), day < 3 ? 8 : 7);
  }
  assert.equal(client.tokens.count, 32); // four draws
  cell.nextDay();
  assert.equal(client.tokens.count, 23);
});

test("A spent token makes room for the next; after three the start gives up", async () => {
  const cell = new FakeCell();
  const client = cell.client();
  await client.tokens.refill();
  let refusals = 2;
  cell.special["/v1/sessions"] = () => {
    if (--refusals === 0) delete cell.special["/v1/sessions"];
    return problem(403, "token_spent");
  };
  await client.openSession();
  assert.equal(client.tokens.count, 1);
  cell.nextDay();
  await client.tokens.refill();
  cell.requests.length = 0;
  cell.special["/v1/sessions"] = () => problem(403, "token_spent");
  await assert.rejects(client.openSession(), { code: "token_spent" });
  assert.equal(cell.count("/v1/sessions"), 3);
});

test("A token is dropped a minute before it expires", async () => {
  const cell = new FakeCell();
  const client = cell.client();
  await client.tokens.refill();
  const expires = cell.keys[0].notBefore * 1000 + cell.redeemableSeconds * 1000;
  cell.now = expires - 60_001;
  assert.equal(client.tokens.count, 4);
  cell.now = expires - 60_000;
  assert.equal(client.tokens.count, 0);
});

test("A key that no Gateway takes any more drops its tokens, and no others; after four keys the start gives up", async () => {
  const cell = new FakeCell();
  const client = cell.client();
  for (let day = 0; day < 3; day++) {
    await client.tokens.refill();
    cell.nextDay();
  }
  await client.tokens.refill();
  cell.requests.length = 0;
  const refuse = () => problem(401, "token_key_unknown");
  cell.special["/v1/sessions"] = () => {
    delete cell.special["/v1/sessions"];
    return refuse();
  };
  await client.openSession();
  assert.equal(client.tokens.count, 11); // of 16
  assert.equal(client.tokens.drawsAtStart, 0);
  assert.deepEqual(cell.requests.map(({ path }) => path), ["/v1/sessions", "/v1/sessions"]);

  cell.requests.length = 0;
  cell.special["/v1/sessions"] = refuse;
  await assert.rejects(client.openSession(), { code: "token_key_unknown" });
  assert.equal(cell.count("/v1/sessions"), 5);
  assert.equal(client.tokens.drawsAtStart, 2); // the three keys that were left, then two draws
});

test("A class that the issuer tells is drawn for once more, and remembered", async () => {
  const cell = new FakeCell();
  const client = cell.client();
  cell.keys.push({ ...cell.keys[0], vector: newKey(), policyClass: "eu-own" });
  cell.keys.reverse();
  cell.signer = cell.keys[1];
  const classes = [];
  cell.special["/token-request"] = (init, proceed) => {
    classes.push(cell.classOf(init.body));
    return classes.at(-1) === "eu-own" ? problem(400, "token_batch_refused", { policyClass: "eu-standard" }) : proceed();
  };
  assert.equal(client.tokens.policyClass, null);
  assert.equal(await client.tokens.refill(), 4);
  assert.equal(client.tokens.policyClass, "eu-standard");
  while (client.tokens.count > 0) await client.tokens.take();
  assert.equal(await cell.client().tokens.refill(), 4);
  assert.deepEqual(classes, ["eu-own", "eu-standard", "eu-standard"]);

  const refused = () => problem(400, "token_batch_refused", { policyClass: "eu-standard" });
  cell.special["/token-request"] = refused;
  await assert.rejects(cell.client({ storageKey: "other" }).tokens.refill(), { code: "token_batch_refused", policyClass: "eu-standard" });
  assert.equal(cell.count("/token-request"), 5);
  await assert.rejects(cell.client({ storageKey: "third", policyClass: "eu-standard" }).tokens.refill(), { code: "token_batch_refused" });
  assert.equal(cell.count("/token-request"), 6);
});

test("Sessions in the epoch of the very first draw are counted, also over a new page", async () => {
  const cell = new FakeCell();
  await cell.client().openSession();
  await cell.client().openSession();
  assert.deepEqual([cell.client().tokens.firstDayStarts, cell.client().tokens.drawsAtStart], [2, 1]);
  cell.nextDay();
  await cell.client().openSession();
  assert.deepEqual([cell.client().tokens.firstDayStarts, cell.client().tokens.drawsAtStart], [2, 1]);
});

test("421 at the issuer, at the Gateway or in a session drops every token and the cell", async () => {
  for (const path of ["/token-request", "/v1/sessions", "/v1/session"]) {
    const cell = new FakeCell();
    const client = cell.client();
    await client.tokens.refill();
    const session = await client.openSession();
    if (path === "/token-request") cell.nextDay();
    cell.special[path] = () => problem(421, "misdirected", { region: "ch", baseUrl: "https://ch.test" });
    const act = { "/token-request": () => client.tokens.refill(), "/v1/sessions": () => client.openSession(), "/v1/session": () => session.describe() };
    await assert.rejects(act[path](), { code: "misdirected", region: "ch", baseUrl: "https://ch.test" });
    assert.equal(client.tokens.count, 0);
    await client.discover();
    assert.equal(cell.count("/v1/discovery"), 2);
  }
});

test("Tokens come in another order than they were drawn, each once", async () => {
  const cell = new FakeCell();
  const client = cell.client({ poolSize: 60 });
  await client.tokens.refill();
  const drawn = JSON.parse(cell.stored.get("lethe.tokens")).tokens.map(({ token }) => token);
  const taken = [];
  while (client.tokens.count > 0) taken.push((await client.tokens.take()).token);
  assert.equal(new Set(taken).size, 60);
  assert.notDeepEqual(taken, drawn);
  assert.deepEqual(taken.toSorted(), drawn.toSorted());
  assert.equal(client.tokens.drawsAtStart, 0);
});

test("Without a usable access token nothing is sent to the issuer", async () => {
  const refuses = () => {
    throw new Error("Signed out.");
  };
  for (const accessToken of [refuses, () => undefined, () => "", () => "a\r\nx: y"]) {
    const cell = new FakeCell();
    await assert.rejects(cell.client({ accessToken }).tokens.refill(), { code: "no_access_token" });
    assert.equal(cell.count("/token-request"), 0);
  }
});
