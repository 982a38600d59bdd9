// What a plugin's page does with the client, as functions that a test calls. The test gives window.accessToken.
import { LetheClient, LetheSession, PendingToken, ProblemError, TokenKey, encodeChallenge } from "./lethe.js";

/** @type {LetheClient} */
let client;
/** @type {LetheSession} */
let session;

/** Tells a refusal as a value: an exception would lose its code on the way to the test. */
async function told(work) {
  try {
    return await work();
  } catch (fault) {
    if (!(fault instanceof ProblemError)) throw fault;
    return { code: fault.code, status: fault.status };
  }
}

window.plugin = {
  connect(options) {
    client = new LetheClient({ ...options, accessToken: () => window.accessToken(), storage: localStorage });
  },
  refill: () => told(async () => ({ drawn: await client.tokens.refill() })),
  pool: () => ({ count: client.tokens.count, drawsAtStart: client.tokens.drawsAtStart, firstDayStarts: client.tokens.firstDayStarts }),
  open: () =>
    told(async () => {
      session = await client.openSession();
      const { region, policyClass, contentKey } = session.opened;
      return { region, policyClass, keyLength: contentKey.length };
    }),
  upload: (mediaType, text) => told(() => session.upload(LetheSession.newDocumentId(), mediaType, text)),
  run: (turn) =>
    told(async () => {
      const events = [];
      for await (const happened of session.run(turn)) events.push(happened);
      return events;
    }),
  leave: (turn) =>
    told(async () => {
      for await (const { name } of session.run(turn)) return { left: name };
    }),
  cancel: () => told(async () => (await session.cancel(), { cancelled: true })),
  forget: () => told(() => session.forget()),
  describe: () => told(() => session.describe()),
  keepFilled: (milliseconds) => client.tokens.keepFilled({ signal: AbortSignal.timeout(milliseconds) }),
  async measure(spki, count) {
    const key = await TokenKey.parse(Uint8Array.from(atob(spki), (character) => character.charCodeAt(0)));
    const challenge = encodeChallenge("control", "gateway");
    const began = performance.now();
    for (let made = 0; made < count; made++) await PendingToken.prepare(challenge, key);
    return (performance.now() - began) / count;
  },
};

// At load: what a test evaluates later is not held to the page's policy.
function evaluatesText() {
  try {
    return Function("return true")();
  } catch (fault) {
    if (!(fault instanceof EvalError)) throw fault;
    return false;
  }
}
document.documentElement.dataset.evaluatesText = String(evaluatesText());
document.documentElement.dataset.ready = "yes";
