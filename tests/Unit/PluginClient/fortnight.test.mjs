// Two weeks of a firm with the shipped client and a clock of the test: when it draws, how much, and what it spends. Signatures are left out.
import assert from "node:assert/strict";
import { before, mock, test } from "node:test";
import { TokenKey } from "../../../api/plugin-client/lethe.js";
import { DAY, FakeCell } from "./fake-cell.mjs";
import { SimulatedTime } from "./simulated-time.mjs";
import { bytes } from "./vectors.mjs";

const [MINUTE, HOUR] = [60_000, 3_600_000];
const LAWYERS = 40;
const FRIDAY = Date.UTC(2026, 5, 5);
const WORKING_DAYS = [3, 4, 5, 6, 7, 11, 12, 13, 14].map((day) => FRIDAY + day * DAY); // the second Monday is a holiday
const AFTER_THE_HOLIDAY = WORKING_DAYS[5];

/** How people work is to be repeatable; what the client draws by lot is not. */
let seed = 20260605;
function life() {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
const later = (mean) => mean * -Math.log(1 - life());
const dayOf = (at) => Math.floor(at / DAY) * DAY;

const cell = new FakeCell();
const [draws, spent, opened] = [[], [], []];
let lawyers = [];

function randomToken() {
  const parts = [Buffer.from([0, 2]), crypto.getRandomValues(new Uint8Array(64)), cell.keyId, Buffer.alloc(256)];
  return Buffer.concat(parts).toString("base64url");
}

class Lawyer {
  #windows = [];
  #key;
  constructor(number) {
    this.#key = `lawyer-${number}`;
  }

  get state() {
    return JSON.parse(cell.stored.get(this.#key));
  }

  get tokens() {
    return this.connect().tokens;
  }

  connect() {
    const client = cell.client({ storageKey: this.#key, poolSize: undefined });
    client.drawTokens = async (home, count) => {
      const { tokens, redeemedAt, nextDrawAt } = this.state;
      const epoch = dayOf(cell.now);
      const [quiet, again] = [cell.now - redeemedAt, cell.now < nextDrawAt];
      draws.push({ lawyer: this, at: cell.now, count, held: tokens.length, quiet, again, byHand: this.byHand });
      await new Promise(setImmediate);
      const times = { freshUntil: epoch + DAY, expiresAt: epoch + 4 * DAY };
      const drawn = Array.from({ length: count }, () => ({ token: randomToken(), ...times }));
      return { tokens: drawn, policyClass: "eu-standard", epochEndsAt: epoch + DAY, epochLength: DAY };
    };
    return client;
  }

  async signIn() {
    this.byHand = true;
    await this.connect().tokens.refill();
    this.byHand = false;
  }

  async openWord(time) {
    const client = this.connect();
    if (this.#windows.length === 0) opened.push({ lawyer: this, at: cell.now, held: client.tokens.count });
    this.#windows.push({ client, close: await time.openWindow(client) });
  }

  async closeWord() {
    await this.#windows.pop()?.close();
  }

  async ask() {
    if (this.#windows.length === 0) return;
    const had = this.state;
    this.byHand = true;
    cell.requests.length = 0;
    await this.#windows[0].client.openSession();
    this.byHand = false;
    const left = new Set(this.state.tokens.map(({ token }) => token));
    const usable = had.tokens.filter(({ expiresAt }) => cell.now < expiresAt - MINUTE);
    spent.push({ at: cell.now, usable, taken: usable.filter(({ token }) => !left.has(token)), hosts: cell.requests.map(({ host }) => host) });
  }
}

before(async () => {
  const time = new SimulatedTime(cell, mock);
  cell.now = FRIDAY + 12 * HOUR;
  cell.keys[0].notBefore = FRIDAY / 1000;
  cell.keyId = (await TokenKey.parse(bytes(cell.keys[0].vector.pkS))).id;
  lawyers = Array.from({ length: LAWYERS }, (_, number) => new Lawyer(number));
  for (const lawyer of lawyers) {
    time.at(FRIDAY + (12 + 5 * life()) * HOUR, () => lawyer.signIn()); // the working day before
    for (const day of WORKING_DAYS) plan(time, lawyer, day + (6.25 + 2 * life()) * HOUR);
  }
  await time.run(FRIDAY + 15 * DAY);
  mock.restoreAll();
});

function plan(time, lawyer, opens) {
  const length = (8 + 2 * life()) * HOUR;
  time.at(opens, () => lawyer.openWord(time));
  time.at(opens + length, () => lawyer.closeWord());
  if (life() < 0.5) {
    const second = opens + length * (0.1 + 0.6 * life());
    time.at(second, () => lawyer.openWord(time));
    time.at(second + (30 + 60 * life()) * MINUTE, () => lawyer.closeWord());
  }
  if (life() < 0.5) time.at(opens + later(10 * MINUTE), () => lawyer.ask()); // half of the days begin with a question
  for (let at = later(length / 6); at < length; at += later(length / 6)) time.at(opens + at, () => lawyer.ask());
}

/** The greatest distance between the shares of a sample and of a distribution. */
function distance(sample, share) {
  const sorted = sample.toSorted((a, b) => a - b);
  return Math.max(...sorted.map((value, at) => Math.max(Math.abs(share(value) - at / sorted.length), Math.abs(share(value) - (at + 1) / sorted.length))));
}

const background = () => draws.filter(({ byHand }) => !byHand);

test("Every draw is of 20", () => {
  assert.ok(draws.length > LAWYERS * WORKING_DAYS.length, `${draws.length} draws`);
  assert.deepEqual([...new Set(draws.map(({ count }) => count))], [20]);
});

test("One draw an epoch, needed or not, also with two windows; another one only when fewer than five are left", () => {
  for (const { lawyer, at, held, again } of draws) {
    assert.equal(again, draws.some((other) => other.lawyer === lawyer && other.at < at && dayOf(other.at) === dayOf(at)));
    if (again) assert.ok(held < 5, `${held} were left`);
  }
  const worked = LAWYERS * WORKING_DAYS.length;
  const drew = new Set(background().map(({ lawyer, at }) => `${lawyers.indexOf(lawyer)} ${dayOf(at)}`)).size;
  assert.ok(drew >= 0.97 * worked && drew <= worked, `on ${drew} of ${worked} days`); // Word may be closed before a draw that was put off
});

test("No draw of the background within ten minutes after a redemption, nor before 08:00 but with an empty pool", () => {
  for (const { at, quiet, held } of background()) {
    assert.ok(quiet >= 10 * MINUTE, `${quiet} ms after a redemption`);
    assert.ok(held === 0 || at - dayOf(at) >= 8 * HOUR, new Date(at).toISOString());
  }
});

test("The instant is uniform over the middle of the day, whenever Word was opened", () => {
  const hours = background()
    .filter(({ again, held, at }) => !again && held > 0 && at - dayOf(at) <= 14 * HOUR)
    .map(({ at }) => (at - dayOf(at)) / HOUR);
  assert.ok(hours.length > 6 * LAWYERS, `${hours.length} draws`);
  const apart = distance(hours, (hour) => Math.min(Math.max((hour - 8) / 6, 0), 1));
  // Kolmogorov's bound, one in 10,000; and a draw that fell near a redemption, one in nine, was put off.
  assert.ok(apart < 2.23 / Math.sqrt(hours.length) + 0.03, `${apart} apart`);
});

test("After a long weekend an empty pool is filled within minutes, after a pause without memory", () => {
  const waited = opened
    .filter(({ at, held }) => dayOf(at) === AFTER_THE_HOLIDAY && held === 0)
    .map(({ lawyer, at }) => [at, draws.find((draw) => draw.lawyer === lawyer && draw.at >= at)])
    .filter(([, draw]) => draw !== undefined && !draw.byHand && draw.quiet > DAY)
    .map(([at, draw]) => (draw.at - at) / MINUTE);
  assert.ok(waited.length > LAWYERS / 2, `${waited.length} of ${LAWYERS}`);
  // Those who asked first are left out, which makes the others' pauses a little shorter.
  const apart = distance(waited, (minutes) => 1 - Math.exp(-minutes / 2));
  assert.ok(apart < 2.23 / Math.sqrt(waited.length) + 0.05, `${apart} apart`);
});

test("A start that has tokens talks to the Gateway only, and few have none", () => {
  const ready = spent.filter(({ usable }) => usable.length > 0);
  for (const { hosts, taken } of ready) {
    assert.deepEqual(hosts, ["gateway.test"]);
    assert.equal(taken.length, 1);
  }
  const counted = lawyers.reduce((sum, lawyer) => sum + lawyer.tokens.drawsAtStart, 0);
  assert.equal(counted, spent.length - ready.length);
  assert.ok(spent.length > 40 * LAWYERS && counted < spent.length / 100, `${counted} of ${spent.length}`);
  assert.equal(lawyers.reduce((sum, lawyer) => sum + lawyer.tokens.firstDayStarts, 0), 0);
});

test("Tokens of ended epochs first, each of these epochs as likely as another, however many tokens it has left", () => {
  let [expected, variance, newest] = [0, 0, 0];
  for (const { at, usable, taken } of spent) {
    if (taken.length === 0) continue;
    const epochs = [...new Set(usable.map(({ freshUntil }) => freshUntil).filter((freshUntil) => freshUntil <= at))];
    if (epochs.length > 0) assert.ok(taken[0].freshUntil <= at, "a token of the running epoch, with others there");
    if (epochs.length < 2) continue;
    expected += 1 / epochs.length;
    variance += (1 - 1 / epochs.length) / epochs.length;
    newest += taken[0].freshUntil === Math.max(...epochs) ? 1 : 0;
  }
  assert.ok(variance > 4 * LAWYERS, "hardly any choice");
  assert.ok(Math.abs(newest - expected) < 4.5 * Math.sqrt(variance), `${newest}, expected ${expected}`);
});
