import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeCell } from "./fake-cell.mjs";

const DIRECTORY = "/.well-known/private-token-issuer-directory";
const MINUTE = 60_000;

test("A page that is opened again starts from the stored tokens, without discovery", async () => {
  const cell = new FakeCell();
  await cell.client().tokens.refill();
  cell.requests.length = 0;
  const client = cell.client();
  await client.openSession();
  assert.deepEqual(cell.requests.map(({ path }) => path), ["/v1/sessions"]);
  assert.equal(client.tokens.drawsAtStart, 0);
});

test("Two draws at once fill the pool once", async () => {
  const cell = new FakeCell();
  const client = cell.client();
  const other = cell.client();
  assert.deepEqual((await Promise.all([client.tokens.refill(), other.tokens.refill()])).toSorted(), [0, 4]);
  assert.equal(cell.count("/token-request"), 1);
});

test("The background draws by itself, at exponential pauses", async ({ mock }) => {
  const cell = new FakeCell();
  const client = cell.client();
  const pauses = [];
  const schedule = globalThis.setTimeout;
  mock.method(globalThis, "setTimeout", (work, milliseconds) => {
    pauses.push(milliseconds);
    return schedule(work, 0);
  });
  const stop = new AbortController();
  const enough = new Promise((resolve) => {
    client.tokens.isRefillDue = () => {
      if (pauses.length >= 2000) resolve(stop.abort());
      return pauses.length === 10;
    };
  });
  const filling = client.tokens.keepFilled({ meanPause: 1000, signal: stop.signal });
  await enough;
  await filling;
  assert.equal(client.tokens.count, 4);
  assert.equal(client.tokens.drawsAtStart, 0);
  const mean = pauses.reduce((sum, next) => sum + next) / pauses.length;
  const median = pauses.toSorted((a, b) => a - b)[pauses.length / 2];
  assert.ok(mean > 870 && mean < 1130, `mean ${mean}`); // nearly six standard errors
  assert.ok(median > 570 && median < 830, `median ${median}`); // 1000 ln 2 = 693
});

test("The background keeps still near a redemption, also after the page was opened again", async () => {
  const cell = new FakeCell();
  const client = cell.client();
  await client.tokens.refill();
  assert.equal(client.tokens.isRefillDue(), false);
  await client.tokens.take();
  await client.tokens.take();
  assert.equal(client.tokens.isRefillDue(), false);
  cell.now += 10 * MINUTE - 1;
  assert.equal(cell.client().tokens.isRefillDue(), false);
  cell.now += 1;
  assert.equal(cell.client().tokens.isRefillDue(), true);
});

test("The background tells a refusal and looks again; a signed-out user and an outage are refusals", async ({ mock }) => {
  const cell = new FakeCell();
  let signedIn = false;
  const client = cell.client({
    accessToken: () => {
      if (!signedIn) throw new Error("Signed out.");
      return "access";
    },
  });
  const schedule = globalThis.setTimeout;
  mock.method(globalThis, "setTimeout", (work) => schedule(work, 0));
  const told = [];
  const stop = new AbortController();
  client.tokens.addEventListener("refilled", () => stop.abort());
  client.tokens.addEventListener("refillfailed", ({ detail }) => {
    told.push(detail.code);
    signedIn = told.length > 1;
    cell.special[DIRECTORY] = told.length === 1 ? () => Promise.reject(new TypeError("fetch failed")) : undefined;
  });
  await client.tokens.keepFilled({ meanPause: 1000, signal: stop.signal });
  assert.deepEqual(told, ["no_access_token", "unreachable"]);
  assert.equal(client.tokens.count, 4);
});

test("What is stored for another tenant, of another form or damaged counts as nothing", async () => {
  const cell = new FakeCell();
  await cell.client().tokens.refill();
  assert.equal(cell.client({ tenant: "another" }).tokens.count, 0);
  const stored = cell.stored.get("lethe.tokens");
  for (const damaged of ["", "{", "[]", "null", stored.slice(0, -1), stored.replace('"version":1', '"version":2'), stored.replace('"token":"A', '"token":"')]) {
    cell.stored.set("lethe.tokens", damaged);
    assert.equal(cell.client().tokens.count, 0, damaged.slice(0, 20));
  }
  cell.stored.set("lethe.tokens", stored.replaceAll("https://gateway.test", "http://gateway.test"));
  assert.equal(cell.client().tokens.count, 0);
  cell.stored.set("lethe.tokens", stored);
  assert.equal(cell.client().tokens.count, 4);
});

test("Signing out drops the tokens; a draw that was under way then is thrown away", async () => {
  const cell = new FakeCell();
  const client = cell.client();
  cell.special["/token-request"] = (init, proceed) => {
    client.tokens.clear();
    return proceed();
  };
  assert.equal(await client.tokens.refill(), 0);
  assert.equal(client.tokens.count, 0);
  delete cell.special["/token-request"];
  assert.equal(await client.tokens.refill(), 4);
});

test("Options out of range are refused", () => {
  const cell = new FakeCell();
  for (const poolSize of [0, 61, 1.5]) assert.throws(() => cell.client({ poolSize }), RangeError);
  for (const control of ["http://control.test", "control.test", ""]) assert.throws(() => cell.client({ control }), { code: "answer_invalid" });
});
