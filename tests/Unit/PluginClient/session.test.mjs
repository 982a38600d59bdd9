import assert from "node:assert/strict";
import { test } from "node:test";
import { LetheSession } from "../../../api/plugin-client/lethe.js";
import { FakeCell, body, json, problem } from "./fake-cell.mjs";

const KEY = Buffer.alloc(32, 7).toString("base64url");
const START =
  'event: accepted\ndata: {"documents":1,"earlierTurns":0,"earlierTurnsLeftOut":0}\n\n' +
  'event: route\ndata: {"route":"r1","vendor":"v","model":"m","country":"DE","retention":"none"}\n\n' +
  ": ping\n\n" +
  'event: progress\ndata: {"done":1,"total":3}\n\n' +
  'event: edit\ndata: {"later":true}\n\n' +
  'event: delta\ndata: {"text":"Grüezi "}\n\n' +
  'event: delta\ndata: {"text":"Welt"}\n\n' +
  'event: usage\ndata: {"promptTokens":7,"completionTokens":2,"measured":true}\n\n';
const DONE = 'event: done\ndata: {"turn":1,"revision":2,"ending":"complete"}\n\n';

async function open() {
  const cell = new FakeCell();
  return { cell, session: await cell.client().openSession() };
}

/** Runs a turn that is answered with this text, in pieces of so many bytes. */
async function run(session, cell, text, size = 1_000_000) {
  const all = Buffer.from(text);
  cell.special["/v1/session/turns"] = () =>
    body(
      new ReadableStream({
        start(stream) {
          for (let at = 0; at < all.length; at += size) stream.enqueue(new Uint8Array(all.subarray(at, at + size)));
          stream.close();
        },
      }),
      "text/event-stream",
    );
  const events = [];
  for await (const happened of session.run({ action: "ask", instruction: "Wie lange?" })) events.push(happened);
  return events;
}

test("A whole turn gives each event and one ending, however it is cut up and whatever ends its lines", async () => {
  for (const newline of ["\n", "\r\n", "\r"]) {
    for (const size of [1, 2, 3, 7, 1_000_000]) {
      const { cell, session } = await open();
      const events = await run(session, cell, (START + DONE).replaceAll("\n", newline), size);
      assert.equal(events.map(({ name }) => name).join(" "), "accepted route progress edit delta delta usage done");
      assert.equal(events.filter(({ name }) => name === "delta").map(({ data }) => data.text).join(""), "Grüezi Welt");
      assert.equal(events.at(-1).data.ending, "complete");
    }
  }
});

test("A turn that is cut, goes on after its end or ends otherwise never looks whole", async () => {
  const cases = [
    [START, "stream_cut"],
    [START + DONE.slice(0, -2), "stream_cut"],
    ["", "stream_cut"],
    [START + DONE + DONE, "answer_invalid"],
    [`${DONE}event: delta\ndata: {"text":"x"}\n\n`, "answer_invalid"],
    [DONE.replace("complete", "perhaps"), "answer_invalid"],
    [DONE.replace('"ending":"complete"', '"other":1'), "answer_invalid"],
    [DONE.replace('"revision":2,', ""), "answer_invalid"],
    ['event: delta\ndata: ["secret"]\n\n', "answer_invalid"],
    ['event: delta\ndata: {"text":secret\n\n', "answer_invalid"],
    [`${START}event: error\ndata: {"title":"No","status":502,"code":"upstream_error"}\n\n`, "upstream_error"],
  ];
  for (const [text, code] of cases) {
    const { cell, session } = await open();
    await assert.rejects(run(session, cell, text), (fault) => {
      assert.equal(fault.code, code);
      assert.doesNotMatch(String(fault.stack) + String(fault.cause), /secret/);
      return true;
    });
  }
});

test("A connection that breaks is told as a cut", async () => {
  const { cell, session } = await open();
  cell.special["/v1/session/turns"] = () =>
    body(new ReadableStream({ pull: (stream) => stream.error(new TypeError("terminated")) }), "text/event-stream");
  await assert.rejects(async () => {
    for await (const _ of session.run({ action: "summarise" }));
  }, { code: "stream_cut" });
});

test("Leaving the loop closes the connection", async () => {
  const { cell, session } = await open();
  let closed = false;
  cell.special["/v1/session/turns"] = () =>
    body(
      new ReadableStream({ start: (stream) => stream.enqueue(Buffer.from(START)), cancel: () => void (closed = true) }),
      "text/event-stream",
    );
  for await (const happened of session.run({ action: "summarise" })) if (happened.name === "delta") break;
  assert.ok(closed);
});

test("A turn sends what was asked and the key, nothing else", async () => {
  const { cell, session } = await open();
  await run(session, cell, DONE);
  const request = cell.requests.at(-1);
  assert.deepEqual(JSON.parse(request.body), { key: KEY, action: "ask", instruction: "Wie lange?" });
  assert.deepEqual(Object.keys(request.headers).toSorted(), ["accept", "authorization", "content-type"]);
  assert.equal(request.authorization, "Bearer credential");
});

test("An upload sends the key first and no file name", async () => {
  const { cell, session } = await open();
  const id = LetheSession.newDocumentId();
  assert.match(id, /^[0-9a-f]{32}$/);
  const read = { paragraphs: 2, characters: 9, coverage: { complete: true, share: 1, notes: [] }, revision: 1, sealedBytes: 99 };
  cell.special[`/v1/session/documents/${id}`] = () => json(read);
  const file = new File(["eins\n\nzwei"], "Mandant-Meier.txt", { type: "text/plain" });
  assert.deepEqual(await session.upload(id, "text/plain", file), read);
  const request = cell.requests.at(-1);
  const sent = await request.body.text();
  assert.equal(request.method, "PUT");
  const form = await new Response(sent, { headers: { "content-type": request.headers["content-type"] } }).text();
  assert.ok(form.indexOf(KEY) < form.indexOf("eins"));
  assert.doesNotMatch(sent, /filename|Mandant/i);
});

test("Ids and media types that could reach into the request are refused", async () => {
  const { session } = await open();
  const id = LetheSession.newDocumentId();
  for (const type of ["text/plain\r\nx: y", "text/plain; charset=utf-8\r\n", "", "text"]) await assert.rejects(session.upload(id, type, "x"), TypeError);
  for (const other of ["../../sessions", "", id.toUpperCase().replace(/\d/g, "A")]) await assert.rejects(session.upload(other, "text/plain", "x"), TypeError);
});

test("An answer from an earlier state than one that was seen is refused", async () => {
  const { cell, session } = await open();
  assert.equal((await run(session, cell, DONE.replace('"revision":2', '"revision":5'))).length, 1);
  await assert.rejects(run(session, cell, DONE.replace('"revision":2', '"revision":4')), { code: "rolled_back" });
});

test("Cancel, remove and forget say what they are to say", async () => {
  const { cell, session } = await open();
  const id = LetheSession.newDocumentId();
  cell.special["/v1/session/cancel"] = () => json({ cancelled: 1 });
  cell.special[`/v1/session/documents/${id}`] = () => json({ revision: 3 });
  cell.special["/v1/session"] = () => json({ forgotten: true, documents: 1, turns: 2, sealedBytes: 300 });
  await session.cancel();
  await session.remove(id);
  assert.deepEqual(JSON.parse(cell.requests.at(-1).body), { key: KEY });
  assert.deepEqual(await session.forget(), { forgotten: true, documents: 1, turns: 2, sealedBytes: 300 });
  assert.deepEqual(cell.requests.slice(-3).map(({ method }) => method), ["POST", "DELETE", "DELETE"]);
});

test("A refusal of any kind is a problem with a stable code, and quotes nothing", async () => {
  const { cell, session } = await open();
  const cases = [
    [problem(413, "text_too_long"), 413, "text_too_long"],
    [body("<html>secret", "text/html", 502), 502, "unknown"],
    [body("{secret", "application/problem+json", 410), 0, "answer_invalid"],
    [body("[]", "application/problem+json", 410), 0, "answer_invalid"],
    [body("[secret", "application/json"), 0, "answer_invalid"],
    [body("{}", "text/html"), 0, "answer_invalid"],
    [body(new Uint8Array([0x7b, 0xff, 0x7d]), "application/json"), 0, "answer_invalid"],
  ];
  for (const [answer, status, code] of cases) {
    cell.special["/v1/session"] = () => answer;
    await assert.rejects(session.describe(), (fault) => {
      assert.deepEqual([fault.name, fault.status, fault.code], ["ProblemError", status, code]);
      assert.doesNotMatch(String(fault.stack) + String(fault.cause), /secret/);
      return true;
    });
  }
});

test("What a caller stops ends with the caller's reason", async () => {
  const { cell, session } = await open();
  const reason = new Error("enough");
  await assert.rejects(session.describe({ signal: AbortSignal.abort(reason) }), (fault) => fault === reason);
  cell.special["/v1/session"] = () => Promise.reject(new TypeError("fetch failed"));
  await assert.rejects(session.describe(), { code: "unreachable" });
});

test("A session that is malformed or of another region is refused", async () => {
  const good = { id: "1", credential: "c", contentKey: KEY, region: "eu", policyClass: "eu-standard", expiresAt: "2026-11-23T14:00:00Z" };
  const cases = [{ region: "ch" }, { contentKey: "a2V5" }, { contentKey: 7 }, { credential: undefined }, { expiresAt: "soon" }];
  for (const change of cases) {
    const cell = new FakeCell();
    cell.special["/v1/sessions"] = () => json({ ...good, ...change }, 201);
    await assert.rejects(cell.client().openSession(), { code: "answer_invalid" });
  }
});
