import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeCell, problem } from "./fake-cell.mjs";
import { SimulatedTime } from "./simulated-time.mjs";
import { newKey } from "./vectors.mjs";

const DIRECTORY = "/.well-known/private-token-issuer-directory";
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A clock that stays in the hands of the test, and what the background of a client has told. */
function simulate(mock, options = {}) {
  const cell = new FakeCell();
  const client = cell.client(options);
  const told = [];
  client.tokens.addEventListener("refilled", ({ detail }) => told.push(detail.drawn));
  client.tokens.addEventListener("refillfailed", ({ detail }) => told.push(detail.code));
  return { cell, client, told, time: new SimulatedTime(cell, mock) };
}

test("A page that is opened again starts from the stored tokens, without discovery", async () => {
  const cell = new FakeCell();
  await cell.client().tokens.refill();
  cell.requests.length = 0;
  const client = cell.client();
  await client.openSession();
  assert.deepEqual(cell.requests.map(({ path }) => path), ["/v1/sessions"]);
  assert.equal(client.tokens.drawsAtStart, 0);
  cell.nextDay();
  assert.equal(await client.tokens.refill(), 4);
  assert.equal(cell.count("/v1/discovery"), 0);
});

test("Two windows that draw, or start with an empty pool, at once draw once", async () => {
  for (const act of [(client) => client.tokens.refill(), (client) => client.openSession()]) {
    const cell = new FakeCell();
    await Promise.all([cell.client(), cell.client(), cell.client()].map(act));
    assert.equal(cell.count("/token-request"), 1);
  }
});

test("The same without Web Locks", async (context) => {
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  context.after(() => before && Object.defineProperty(globalThis, "navigator", before));
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
  const cell = new FakeCell();
  const drawn = await Promise.all([cell.client(), cell.client()].map((client) => client.tokens.refill()));
  assert.deepEqual(drawn.toSorted(), [0, 4]);
});

test("A window that hangs while it draws keeps the others from a start for two minutes at most", async ({ mock }) => {
  const { cell, client, time } = simulate(mock);
  const endless = []; // kept, for Node frees the lock of a work that nothing can end any more
  let hangs = true;
  cell.special["/v1/discovery"] = (init, proceed) => (hangs ? new Promise((resolve) => endless.push(resolve)) : proceed());
  client.tokens.refill().catch(() => undefined);
  while (cell.count("/v1/discovery") === 0) await new Promise(setImmediate);
  hangs = false;
  let session = null;
  cell.client().openSession().then((opened) => (session = opened));
  await time.run(cell.now + 2 * MINUTE - 1);
  assert.equal(session, null);
  await time.run(cell.now + 1);
  const end = Date.now() + 10_000; // not just until nothing is left to do: Node frees locks then
  while (session === null && Date.now() < end) await new Promise(setImmediate);
  assert.equal(session?.opened.credential, "credential");
  assert.equal(endless.length, 1);
});

test("The background of a window waits while another one's claim holds, and no longer", async ({ mock }) => {
  const { cell, client, told, time } = simulate(mock);
  await client.discover();
  const stored = JSON.parse(cell.stored.get("lethe.tokens"));
  cell.stored.set("lethe.tokens", JSON.stringify({ ...stored, claimedUntil: cell.now + 2 * MINUTE }));
  assert.equal(client.tokens.isRefillDue(), false);
  const close = await time.openWindow(client);
  await time.run(cell.now + 2 * MINUTE - 1);
  assert.deepEqual(told, []);
  await time.run(cell.now + HOUR);
  assert.deepEqual(told, [4]);
  await close();

  cell.stored.set("lethe.tokens", JSON.stringify({ ...stored, claimedUntil: cell.now + HOUR })); // by a clock that was set back since
  cell.now += 2 * MINUTE;
  assert.equal(client.tokens.isRefillDue(), false);
  cell.now += HOUR;
  assert.equal(client.tokens.isRefillDue(), true);
});

test("The background draws by itself, once in an epoch, and looks at the mirror at exponential pauses", async ({ mock }) => {
  const { cell, client, told, time } = simulate(mock, { refillPause: 20 * MINUTE });
  const close = await time.openWindow(client);
  await time.run(cell.now + HOUR); // noon, with an empty pool: 2 minutes on average
  assert.deepEqual(told, [4]);
  cell.requests.length = 0;
  await time.run(cell.now + 10 * HOUR);
  assert.deepEqual([...new Set(cell.requests.map(({ path }) => path))], ["/v1/token-challenge"]);
  assert.ok(cell.requests.length >= 8 && cell.requests.length <= 65, `${cell.requests.length} looks`); // 30, five and more deviations
  cell.nextDay();
  cell.now -= 17 * HOUR; // six in the morning
  await time.run(cell.now + 2 * HOUR);
  assert.deepEqual(told, [4]);
  await time.run(cell.now + 6 * HOUR);
  assert.deepEqual(told, [4, 4]);
  await time.run(cell.now + 9 * HOUR);
  assert.deepEqual(told, [4, 4]);
  assert.equal(client.tokens.drawsAtStart, 0);
  assert.equal(cell.count("/token-request"), 1);
  await close();
});

test("A look at the mirror drops the tokens of a key that is gone", async ({ mock }) => {
  const { cell, client, time } = simulate(mock, { refillPause: 20 * MINUTE });
  await client.tokens.refill();
  cell.nextDay();
  await client.tokens.refill();
  const close = await time.openWindow(client);
  cell.keys = cell.keys.slice(0, 1); // yesterday's epoch was closed
  await time.run(cell.now + 10 * HOUR);
  assert.equal(client.tokens.count, 4);
  assert.equal(cell.count("/token-request"), 2);
  await close();
});

test("The background may draw once in an epoch or when few are left, and keeps still near a redemption, also on a new page", async () => {
  const cell = new FakeCell();
  const client = cell.client();
  assert.equal(client.tokens.isRefillDue(), true);
  await client.tokens.refill();
  assert.equal(client.tokens.isRefillDue(), false);
  while (client.tokens.count > 0) await client.tokens.take();
  assert.equal(client.tokens.isRefillDue(), false);
  cell.now += 10 * MINUTE - 1;
  assert.equal(cell.client().tokens.isRefillDue(), false);
  cell.now += 1;
  assert.equal(cell.client().tokens.isRefillDue(), true);
  await client.tokens.refill();
  assert.equal(client.tokens.isRefillDue(), false);
  cell.nextDay();
  assert.equal(client.tokens.isRefillDue(), true);
});

test("The background tells what may pass and looks again: a signed-out user, an outage, a busy issuer", async ({ mock }) => {
  let signedIn = false;
  const { cell, client, told, time } = simulate(mock, {
    accessToken: () => {
      if (!signedIn) throw new Error("Signed out.");
      return "access";
    },
  });
  client.tokens.addEventListener("refillfailed", () => {
    signedIn = told.length > 1;
    cell.special[DIRECTORY] = told.length === 1 ? () => Promise.reject(new TypeError("fetch failed")) : undefined;
    cell.special["/token-request"] = told.length === 2 ? () => problem(429, "quota_spent") : undefined;
  });
  const close = await time.openWindow(client);
  await time.run(cell.now + 3 * HOUR);
  assert.deepEqual(told, ["no_access_token", "unreachable", "quota_spent", 4]);
  await close();
});

test("A refusal for good ends the background and says so", async ({ mock }) => {
  const { cell, client, told, time } = simulate(mock);
  cell.special["/token-request"] = () => problem(403, "forbidden");
  await time.openWindow(client);
  await assert.rejects(time.run(cell.now + 3 * HOUR), { code: "forbidden" });
  assert.deepEqual(told, ["forbidden"]);
});

test("A difference of the keys that passes is waited for; one that lasts ten minutes ends the background and says so", async ({ mock }) => {
  const { cell, client, told, time } = simulate(mock);
  const other = cell.directory([{ ...cell.keys[0], vector: newKey() }]);
  cell.mirror = other;
  client.tokens.addEventListener("refillfailed", () => (cell.mirror = null));
  const close = await time.openWindow(client);
  await time.run(cell.now + 3 * HOUR);
  assert.deepEqual(told, ["issuer_keys_differ", 4]);
  await close();
  mock.restoreAll();

  const lasting = simulate(mock);
  lasting.cell.mirror = other;
  await lasting.time.openWindow(lasting.client);
  const [begin, seen] = [lasting.cell.now, []];
  lasting.client.tokens.addEventListener("refillfailed", () => {
    seen.push(lasting.cell.now);
    // A session in between puts the next look off, but not the end.
    const stored = JSON.parse(lasting.cell.stored.get("lethe.tokens"));
    lasting.cell.stored.set("lethe.tokens", JSON.stringify({ ...stored, redeemedAt: lasting.cell.now - 5 * MINUTE }));
  });
  await assert.rejects(lasting.time.run(begin + 3 * HOUR), { code: "issuer_keys_differ" });
  assert.equal(new Set(lasting.told).size, 1);
  assert.ok(seen.at(-1) - seen[0] >= 10 * MINUTE && seen.at(-2) - seen[0] < 10 * MINUTE);
  assert.equal(lasting.cell.count("/token-request"), 0);
});

test("What is stored for another tenant, of another form or damaged counts as nothing", async () => {
  const cell = new FakeCell();
  await cell.client().tokens.refill();
  assert.equal(cell.client({ tenant: "another" }).tokens.count, 0);
  const stored = cell.stored.get("lethe.tokens");
  const damages = [
    "",
    "{",
    "[]",
    "null",
    stored.slice(0, -1),
    stored.replace('"version":2', '"version":1'),
    stored.replace('"nextDrawAt":', '"nextDrawAt":-'),
    stored.replace(/"generation":\d+/, '"generation":null'),
    stored.replace('"token":"A', '"token":"'),
  ];
  for (const damaged of damages) {
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
  for (const poolSize of [0, 101, 1.5]) assert.throws(() => cell.client({ poolSize }), RangeError);
  for (const pause of ["quietAfterRedemption", "refillPause", "refillPauseWhenEmpty"]) {
    for (const length of [-1, NaN, Infinity, "60000"]) assert.throws(() => cell.client({ [pause]: length }), RangeError);
  }
  for (const control of ["http://control.test", "control.test", ""]) assert.throws(() => cell.client({ control }), { code: "answer_invalid" });
});
