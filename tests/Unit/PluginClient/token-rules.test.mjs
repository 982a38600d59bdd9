// The JavaScript client by the table that the C# client is held to as well.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { drawSize, dropExpired, isDrawDue, planDraw, takeToken } from "../../../api/plugin-client/lethe.js";
import { DAY, FakeCell } from "./fake-cell.mjs";
import { newKey } from "./vectors.mjs";

const RULES = JSON.parse(readFileSync(new URL("../TokenRules/rules.json", import.meta.url), "utf8"));
const DEFAULTS = { poolSize: 20, quietAfterRedemption: 600_000, refillPause: 3_600_000, refillPauseWhenEmpty: 120_000 };
const otherKeys = Array.from({ length: 5 }, newKey);
const pool = (count) => Array.from({ length: count }, (_, at) => ({ token: `${at}`, freshUntil: 0, expiresAt: Infinity }));

for (const { name, now, tokens, nextDrawAt, epochSeconds, redeemedAt, claimedUntil, lot, drawAt, due } of RULES.plans) {
  test(`A draw is planned: ${name}`, () => {
    const state = {
      tokens: pool(tokens),
      nextDrawAt: Date.parse(nextDrawAt),
      epochLength: epochSeconds * 1000,
      redeemedAt: Date.parse(redeemedAt),
      claimedUntil: Date.parse(claimedUntil),
    };
    const planned = planDraw(state, Date.parse(now), DEFAULTS, () => lot);
    if (drawAt === null) assert.equal(planned, Infinity);
    else assert.ok(Math.abs(planned - Date.parse(drawAt)) <= 2, `${new Date(planned).toISOString()}, not ${drawAt}`);
    assert.equal(isDrawDue(state, Date.parse(now), DEFAULTS), due);
  });
}

for (const { held, size } of RULES.drawSizes) {
  test(`With ${held} tokens ${size} are drawn`, () => assert.equal(drawSize({ tokens: pool(held) }, DEFAULTS), size));
}

for (const { name, now, tokens, firstDayEndsAt, lots, spent, firstDayStarts } of RULES.spends) {
  test(`A token is spent: ${name}`, () => {
    const waiting = tokens.map(({ id, begins }) => ({ token: id, freshUntil: Date.parse(begins) + DAY, expiresAt: Date.parse(begins) + 4 * DAY }));
    const before = { tokens: waiting, firstDayEndsAt: Date.parse(firstDayEndsAt), firstDayStarts: 0, redeemedAt: 0 };
    const left = [...lots];
    const found = takeToken(dropExpired(before, Date.parse(now)), Date.parse(now), (of) => {
      const lot = left.shift();
      assert.equal(of, lot.of);
      return lot.drawn;
    });
    assert.deepEqual(left, []);
    assert.equal(found?.taken.token ?? null, spent);
    if (found === null) return;
    assert.ok(!found.state.tokens.some(({ token }) => token === spent));
    assert.deepEqual([found.state.firstDayStarts, found.state.redeemedAt], [firstDayStarts, Date.parse(now)]);
  });
}

for (const { name, published, mirror, agree } of RULES.mirrors) {
  test(`The planes ${agree ? "agree" : "differ"}: ${name}`, async () => {
    const cell = new FakeCell();
    const [current] = cell.keys;
    const keys = (rows) =>
      rows.map(({ key, day, policyClass }) => ({
        vector: key === 0 ? current.vector : otherKeys[key - 1],
        notBefore: current.notBefore + (day * DAY) / 1000,
        policyClass,
      }));
    cell.keys = keys(published);
    cell.mirror = cell.directory(keys(mirror));
    const client = cell.client();
    if (agree) assert.equal(await client.tokens.refill(), 4);
    else await assert.rejects(client.tokens.refill(), { code: "issuer_keys_differ" });
    assert.equal(cell.count("/token-request"), agree ? 1 : 0);
  });
}
