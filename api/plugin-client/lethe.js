/**
 * Lethe's client for the Word add-in and the browser: anonymous session tokens drawn ahead, sessions that no server can link to an
 * account. One module without dependencies; it needs BigInt, WebCrypto (a secure context), fetch and streams.
 *
 * The access token goes to Control only, session tokens and content go to the Gateway only.
 * @module
 */

const TYPE = 0x0002; // RFC 9578 §6: RSABSSA-SHA384-PSS-Deterministic, 2048 bits
const NONCE_BYTES = 32;
const DIGEST_BYTES = 32;
const SALT_BYTES = 48;
const SIGNATURE_BYTES = 256;
const SIGNED_BYTES = 2 + NONCE_BYTES + DIGEST_BYTES + DIGEST_BYTES;
const TOKEN_BYTES = SIGNED_BYTES + SIGNATURE_BYTES;
const TOKEN_TEXT = new RegExp(`^[\\w-]{${(TOKEN_BYTES / 3) * 4}}$`); // base64url, which here needs no padding and has no stray bits
const KEY_ID_AT = ((SIGNED_BYTES - DIGEST_BYTES) / 3) * 4; // in a token's text
const REQUEST_BYTES = 2 + 1 + SIGNATURE_BYTES;
const DIRECTORY_PATH = "/.well-known/private-token-issuer-directory";
const DIRECTORY_TYPE = "application/private-token-issuer-directory";
const BATCH_REQUEST_TYPE = "application/private-token-generic-batch-request";
const BATCH_RESPONSE_TYPE = "application/private-token-generic-batch-response";
const MAX_DIRECTORY_BYTES = 128 * 1024;
const MAX_KEYS = 128;
const MAX_KEYS_OF_CLASS = 5; // the next epoch's, the current and three earlier ones
const MAX_PROBLEM_BYTES = 64 * 1024;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
const MAX_TOKENS_TRIED = 3;
const EPOCHS = 4; // that a token can be redeemed in: the most draws that a pool holds, the most keys that a start drops
const MAX_DRAW = 100;
const FIRST_DRAW = 8 / 24; // 08:00 to 14:00 UTC, for everybody: when all of a European firm have Word open
const LAST_DRAW = 14 / 24;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const SHORTEST_PAUSE = 1000;
const LONGEST_PAUSE = 2 ** 31 - 1; // that a timer can wait
const CLAIM = 2 * MINUTE;
const LONGEST_DIFFERENCE = 10 * MINUTE;
const EXPIRY_MARGIN = MINUTE;
const ENDINGS = new Set(["complete", "length", "cancelled", "filtered", "over_budget", "upstream_cut"]);

// ---- What is asked and answered ----

/**
 * @typedef {object} TokenStorage Where tokens wait; Web Storage fits. Tokens are bearer secrets: only this page's origin may read it.
 * @property {(key: string) => string | null} getItem
 * @property {(key: string, value: string) => void} setItem
 * @property {(key: string) => void} removeItem
 */
/**
 * @typedef {object} LetheClientOptions Whom the client works for.
 * @property {string} control URL of any cell's Control, where the client asks for its own cell.
 * @property {string} tenant The tenant's id.
 * @property {(signal?: AbortSignal) => string | Promise<string>} accessToken Gives an access token for Control whenever one is needed.
 * @property {TokenStorage} [storage] Where tokens wait between two openings of the page. Default: memory of this page.
 * @property {string} [storageKey] Its key; in Office put `Office.context.partitionKey` before it. Default `lethe.tokens`.
 * @property {number} [poolSize] How many tokens one draw brings; the pool holds up to four draws. 1 to 100, default 20. The same for
 * everybody: another number would set its user apart at the issuer.
 * @property {string} [policyClass] The policy class to draw for. Default: the one that the issuer has told, else the first of its directory.
 * @property {number} [quietAfterRedemption] Milliseconds after a redeemed token in which the background does not draw. Default 10 minutes.
 * @property {number} [refillPause] The mean pause, in milliseconds, before the background looks whether an epoch was closed, and before it
 * draws when few tokens are left; half of it before a draw after the middle of the day. Default 1 hour.
 * @property {number} [refillPauseWhenEmpty] The same before a draw while no token is left. Default 2 minutes.
 * @property {typeof fetch} [fetch] Sends requests. Default: the page's.
 * @property {() => number} [now] The clock, milliseconds since 1970. Default: the page's.
 */
/**
 * @typedef {object} Cell The cell that a tenant lives in.
 * @property {string} region `eu` or `ch`.
 * @property {string} controlUrl Its Control.
 * @property {string} gatewayUrl Its Gateways.
 */
/**
 * @typedef {object} SignInPlace Where a tenant's people sign in.
 * @property {string} issuer The OpenID Connect issuer, just as its tokens name it.
 * @property {string | null} clientId As whom; null when the plugin knows it otherwise.
 * @property {string} audience The audience of the access token.
 * @property {string} scope The scope that the access token must have.
 */
/**
 * @typedef {object} SessionOpened A session as it was opened.
 * @property {string} id Its id.
 * @property {string} credential The credential, for `Authorization: Bearer`; also the API key of OpenAI-compatible SDKs.
 * @property {string} contentKey The content key: 32 bytes as base64url. Only this client has it.
 * @property {string} region Its region.
 * @property {string} policyClass Its policy class.
 * @property {string} expiresAt When it ends at the latest.
 */
/**
 * @typedef {object} DocumentUploaded What was read of a document.
 * @property {number} paragraphs
 * @property {number} characters Unicode characters.
 * @property {{complete: boolean, share: number, notes: {kind: string, count: number}[]}} coverage How much was read, and why not all.
 * @property {number} revision The manifest's revision.
 */
/** @typedef {{forgotten: boolean, documents: number, turns: number, sealedBytes: number}} SessionForgotten What a session dropped. */
/**
 * @typedef {object} Turn What is asked.
 * @property {string} action `summarise`, `ask`, `rewrite`, `translate`, `draft`, `proofread` or `review`.
 * @property {string} [instruction] What exactly; needed for `ask` and `draft`.
 * @property {string[]} [documents] Ids of documents; left out for all.
 * @property {string} [selection] The selected text.
 * @property {string} [language] `de`, `en`, `fr` or `it`.
 * @property {string} [model] A model of the policy class.
 */
/**
 * @typedef {object} TurnEvent One event of a turn. The last is `done`, or the turn throws.
 * @property {string} name `accepted`, `route`, `progress`, `delta`, `edit`, `usage` or `done`.
 * @property {Record<string, any>} data Its members: `text` of a `delta`, `ending` of `done`, …
 */

/** A refusal by a server (RFC 9457) or by this client. The code is stable; nothing of what was sent is in it. */
export class ProblemError extends Error {
  /**
   * @param {string} code A stable code.
   * @param {string} message What is wrong.
   * @param {{status?: number, region?: string, baseUrl?: string, policyClass?: string, retryAfter?: number, cause?: unknown}} [more]
   */
  constructor(code, message, more = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = "ProblemError";
    /** The stable code. */
    this.code = code;
    /** The HTTP status; 0 when an answer broke off or is none. */
    this.status = more.status ?? 0;
    /** The region to turn to instead (421). */
    this.region = more.region;
    /** The base URL to turn to instead (421). */
    this.baseUrl = more.baseUrl;
    /** The policy class whose key signs for the tenant (`token_batch_refused`). */
    this.policyClass = more.policyClass;
    /** After how many seconds another try may be worth it. */
    this.retryAfter = more.retryAfter;
  }

  /** @param {unknown} problem A problem object. @param {number} [retryAfter] Seconds. @returns {ProblemError} */
  static of(problem, retryAfter) {
    const { title, detail, code, status, region, baseUrl, policyClass } = members(problem);
    return new ProblemError(text(code) ?? "unknown", [text(title) ?? "Refused", text(detail)].filter(Boolean).join(". "), {
      status: Number.isInteger(status) ? /** @type {number} */ (status) : 0,
      region: text(region),
      baseUrl: text(baseUrl),
      policyClass: text(policyClass),
      retryAfter,
    });
  }
}

// ---- Bytes ----

/** @param {string} hex @returns {Uint8Array<ArrayBuffer>} */
const fromHex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
/** @param {Uint8Array} bytes */
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
/** @param {Uint8Array} bytes */
const toNumber = (bytes) => BigInt(`0x${toHex(bytes)}`);
/** @param {bigint} number @param {number} length */
const toBytes = (number, length) => fromHex(number.toString(16).padStart(length * 2, "0"));
/** @param {Uint8Array} a @param {Uint8Array} b */
const equal = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);
/** @param {string} algorithm @param {Uint8Array<ArrayBuffer>} bytes */
const hash = async (algorithm, bytes) => new Uint8Array(await crypto.subtle.digest(algorithm, bytes));
/** @param {number} length */
const random = (length) => crypto.getRandomValues(new Uint8Array(length));

/** @param {...(Uint8Array | number[])} parts @returns {Uint8Array<ArrayBuffer>} */
function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @param {Uint8Array} bytes @returns {string} Base64url with padding, as RFC 9577 writes it. */
const encodeBase64Url = (bytes) =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")).replaceAll("+", "-").replaceAll("/", "_");

/** @param {unknown} value Padded in full or not at all; stray bits are refused. @param {number} most @returns {Uint8Array<ArrayBuffer>} */
function decodeBase64Url(value, most) {
  if (typeof value !== "string" || value.length > most * 1.5 + 4 || !/^[\w-]*={0,2}$/.test(value)) throw invalid();
  const bare = value.replaceAll("=", "");
  if (bare.length % 4 === 1) throw invalid();
  const bytes = Uint8Array.from(atob(bare.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
  const written = encodeBase64Url(bytes);
  if (bytes.length > most || (value !== written && value !== written.replaceAll("=", ""))) throw invalid();
  return bytes;
}

const invalid = () => new ProblemError("answer_invalid", "The server answered in a form that this client does not know.");
/** @param {unknown} value @returns {string | undefined} */
const text = (value) => (typeof value === "string" ? value : undefined);
/** @param {unknown} value @returns {Record<string, unknown>} */
function members(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw invalid();
  return /** @type {Record<string, unknown>} */ (value);
}

// ---- RFC 9474, the client's half ----
// BigInt arithmetic takes time that depends on its operands: constant time cannot be had in JavaScript without leaving BigInt. It runs on
// the client's own secrets only, once each: every token has a nonce, a salt and a blind of its own, fresh from the system's generator.

/** @param {bigint} base @param {bigint} exponent @param {bigint} modulus */
function power(base, exponent, modulus) {
  let result = 1n;
  for (let bits = exponent; bits > 0n; bits >>= 1n) {
    if (bits & 1n) result = (result * base) % modulus;
    base = (base * base) % modulus;
  }
  return result;
}

/** @param {bigint} value @param {bigint} modulus @returns {bigint | null} Null when there is none. */
function invert(value, modulus) {
  let [factor, next, rest, divisor] = [0n, 1n, modulus, value];
  while (divisor > 0n) {
    const quotient = rest / divisor;
    [factor, next] = [next, factor - quotient * next];
    [rest, divisor] = [divisor, rest - quotient * divisor];
  }
  return rest !== 1n ? null : factor < 0n ? factor + modulus : factor;
}

/**
 * EMSA-PSS-ENCODE (RFC 8017 §9.1.1) with SHA-384 and MGF1 on SHA-384.
 * @param {Uint8Array} message @param {Uint8Array} salt @param {number} bits One less than the modulus has.
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function encodePss(message, salt, bits) {
  const length = Math.ceil(bits / 8);
  const digest = await hash("SHA-384", concat(new Uint8Array(8), await hash("SHA-384", concat(message)), salt));
  const block = concat(new Uint8Array(length - salt.length - digest.length - 2), [1], salt);
  for (let at = 0, counter = 0; at < block.length; counter++) {
    for (const byte of await hash("SHA-384", concat(digest, [0, 0, 0, counter]))) {
      if (at < block.length) block[at++] ^= byte;
    }
  }
  block[0] &= 0xff >> (8 * length - bits);
  return concat(block, digest, [0xbc]);
}

/**
 * Blind (RFC 9474 §4.2) under a fresh blind, uniform among the numbers below the modulus that have an inverse.
 * @param {Uint8Array} encoded @param {bigint} modulus @param {bigint} exponent @param {number} length Bytes of the modulus.
 * @returns {{blinded: bigint, inverse: bigint}}
 */
export function blind(encoded, modulus, exponent, length) {
  const message = toNumber(encoded);
  let factor = 0n;
  while (factor === 0n || factor >= modulus) factor = toNumber(random(length));
  const both = invert((message * factor) % modulus, modulus); // has an inverse only when both have
  if (both === null) throw new ProblemError("no_inverse", "The message or the blind shares a factor with the modulus.");
  return { blinded: (message * power(factor, exponent, modulus)) % modulus, inverse: (both * message) % modulus };
}

/** @param {bigint} blindSignature @param {bigint} inverse @param {bigint} modulus Takes the blind off (RFC 9474 §4.4); verify the outcome. */
export const unblind = (blindSignature, inverse, modulus) => (blindSignature * inverse) % modulus;

// ---- RFC 9578 and RFC 9577 ----

// SubjectPublicKeyInfo up to the modulus: id-RSASSA-PSS with SHA-384, MGF1 on SHA-384 and 48 salt bytes, no NULLs (RFC 9578 §6.5).
const SPKI_START = fromHex(
  "30820152303d06092a864886f70d01010a3030a00d300b0609608648016503040202a11a301806092a864886f70d010108300b0609608648016503040202" +
    "a2030201300382010f003082010a0282010100",
);
const SPKI_END = fromHex("0203010001"); // exponent 65537
const SPKI_BYTES = SPKI_START.length + SIGNATURE_BYTES + SPKI_END.length;

/** The public half of an issuing key: RSA with 2048 bits and exponent 65537. */
export class TokenKey {
  /** @param {Uint8Array<ArrayBuffer>} spki @param {Uint8Array<ArrayBuffer>} id @param {bigint} modulus @param {CryptoKey} verifier */
  constructor(spki, id, modulus, verifier) {
    this.spki = spki;
    /** SHA-256 of the SubjectPublicKeyInfo. */
    this.id = id;
    this.modulus = modulus;
    this.verifier = verifier;
  }

  /**
   * @param {Uint8Array<ArrayBuffer>} spki DER, with exactly the parameters of RFC 9578 §6.5.
   * @returns {Promise<TokenKey>}
   * @throws {ProblemError} `answer_invalid`: it is no issuing key's.
   */
  static async parse(spki) {
    const modulus = spki.slice(SPKI_START.length, SPKI_START.length + SIGNATURE_BYTES);
    if (spki.length !== SPKI_BYTES || modulus[0] < 0x80 || (modulus[SIGNATURE_BYTES - 1] & 1) === 0) throw invalid();
    if (!equal(spki, concat(SPKI_START, modulus, SPKI_END))) throw invalid();
    // WebCrypto reads no id-RSASSA-PSS keys in SPKI form.
    const jwk = { kty: "RSA", n: encodeBase64Url(modulus).replaceAll("=", ""), e: "AQAB" };
    const verifier = await crypto.subtle.importKey("jwk", jwk, { name: "RSA-PSS", hash: "SHA-384" }, false, ["verify"]);
    return new TokenKey(spki, await hash("SHA-256", spki), toNumber(modulus), verifier);
  }
}

/**
 * @param {string} issuerName Host and port. @param {string} originInfo Host and port.
 * @returns {Uint8Array<ArrayBuffer>} A challenge without a redemption context: the same for everybody (RFC 9577 §2.1.1).
 */
export function encodeChallenge(issuerName, originInfo) {
  const [issuer, origin] = [issuerName, originInfo].map((name) => new TextEncoder().encode(name));
  return concat([TYPE >> 8, TYPE & 0xff, issuer.length >> 8, issuer.length & 0xff], issuer, [0, origin.length >> 8, origin.length & 0xff], origin);
}

/** A token on its way: the request, and the blind that only this client knows. */
export class PendingToken {
  #key;
  #signed;
  #inverse;

  /** @param {TokenKey} key @param {Uint8Array<ArrayBuffer>} signed @param {bigint} inverse @param {Uint8Array<ArrayBuffer>} request */
  constructor(key, signed, inverse, request) {
    this.#key = key;
    this.#signed = signed;
    this.#inverse = inverse;
    /** What to send, 259 bytes (RFC 9578 §6.1). */
    this.request = request;
  }

  /**
   * Prepares a token with a fresh nonce, salt and blind.
   * @param {Uint8Array<ArrayBuffer>} challenge The encoded challenge. @param {TokenKey} key The key that shall sign.
   * @returns {Promise<PendingToken>}
   */
  static async prepare(challenge, key) {
    const signed = concat([TYPE >> 8, TYPE & 0xff], random(NONCE_BYTES), await hash("SHA-256", challenge), key.id);
    const encoded = await encodePss(signed, random(SALT_BYTES), SIGNATURE_BYTES * 8 - 1);
    const { blinded, inverse } = blind(encoded, key.modulus, 65537n, SIGNATURE_BYTES);
    const request = concat([TYPE >> 8, TYPE & 0xff, key.id[DIGEST_BYTES - 1]], toBytes(blinded, SIGNATURE_BYTES));
    return new PendingToken(key, signed, inverse, request);
  }

  /**
   * Takes the blind off and verifies the token: PSS with a salt of exactly 48 bytes.
   * @param {Uint8Array} blindSignature The issuer's answer.
   * @returns {Promise<Uint8Array<ArrayBuffer>>} The token, 354 bytes.
   * @throws {ProblemError} `issuer_keys_differ`: the issuer signed something else, or with another key.
   */
  async finish(blindSignature) {
    const number = blindSignature.length === SIGNATURE_BYTES ? toNumber(blindSignature) : this.#key.modulus;
    const signature = toBytes(unblind(number, this.#inverse, this.#key.modulus), SIGNATURE_BYTES);
    const right =
      number < this.#key.modulus &&
      (await crypto.subtle.verify({ name: "RSA-PSS", saltLength: SALT_BYTES }, this.#key.verifier, signature, this.#signed));
    if (!right) throw new ProblemError("issuer_keys_differ", "The issuer signed with another key than it publishes.");
    return concat(this.#signed, signature);
  }
}

// The generic batch of draft-ietf-privacypass-batched-tokens-07: a QUIC-varint length, then the entries. Still a draft: the codec is here only.

/** @param {Uint8Array[]} requests Of type 0x0002. @returns {Uint8Array<ArrayBuffer>} */
export function encodeBatchRequest(requests) {
  const length = requests.length * REQUEST_BYTES;
  const prefix = length < 1 << 6 ? [length] : length < 1 << 14 ? [0x40 | (length >> 8), length] : [0x80, length >> 16, length >> 8, length];
  return concat(prefix, ...requests);
}

/**
 * @param {Uint8Array<ArrayBuffer>} body @param {number} expected How many requests were sent: an answer to any other number is refused.
 * @returns {(Uint8Array<ArrayBuffer> | null)[]} One per request: 256 bytes, or null for a refused request.
 */
export function decodeBatchResponse(body, expected) {
  const prefix = body.length === 0 ? 8 : 1 << (body[0] >> 6);
  if (prefix === 8 || body.length < prefix) throw invalid();
  const length = body.slice(1, prefix).reduce((number, byte) => number * 256 + byte, body[0] & 0x3f);
  if (length !== body.length - prefix || (prefix > 1 && length < 1 << (prefix === 2 ? 6 : 14))) throw invalid();
  const answers = [];
  let at = prefix;
  while (at < body.length) {
    const given = body[at] === 1 && body[at + 1] === TYPE >> 8 && body[at + 2] === (TYPE & 0xff);
    if (body[at] !== 0 && (!given || body.length < at + 3 + SIGNATURE_BYTES)) throw invalid();
    answers.push(given ? body.slice(at + 3, at + 3 + SIGNATURE_BYTES) : null);
    at += given ? 3 + SIGNATURE_BYTES : 1;
  }
  if (answers.length !== expected) throw invalid();
  return answers;
}

/**
 * @typedef {object} DirectoryKey
 * @property {TokenKey} key @property {number} notBefore Seconds since 1970. @property {string} policyClass
 */
/** @typedef {{requestUri: string, keys: DirectoryKey[]}} IssuerDirectory Its keys in the issuer's order. */

/**
 * Reads an issuer directory (RFC 9578 §4). Keys of other token types are passed over; anything malformed or doubled refuses the whole.
 * @param {Uint8Array} bytes UTF-8 JSON.
 * @returns {Promise<IssuerDirectory>}
 * @throws {ProblemError} `answer_invalid`.
 */
export async function parseDirectory(bytes) {
  const { "issuer-request-uri": requestUri, "token-keys": list } = members(parseJson(bytes));
  if (typeof requestUri !== "string" || !Array.isArray(list) || list.length > MAX_KEYS) throw invalid();
  /** @type {DirectoryKey[]} */
  const keys = [];
  for (const item of list) {
    const { "token-type": type, "token-key": spki, "not-before": notBefore = 0, "policy-class": policyClass } = members(item);
    if (!Number.isInteger(type)) throw invalid();
    if (type !== TYPE) continue;
    if (!Number.isSafeInteger(notBefore) || /** @type {number} */ (notBefore) < 0) throw invalid();
    if (typeof policyClass !== "string" || !/^[a-z0-9-]{1,64}$/.test(policyClass)) throw invalid();
    const key = await TokenKey.parse(decodeBase64Url(spki, SPKI_BYTES));
    if (keys.some((other) => equal(other.key.id, key.id))) throw invalid();
    keys.push({ key, notBefore: /** @type {number} */ (notBefore), policyClass });
  }
  return { requestUri, keys };
}

/** @param {DirectoryKey} key @param {number} now */
const isInForce = (key, now) => key.notBefore * 1000 <= now;

/**
 * Says whether both planes show the same keys, few of each class and one per epoch. The bytes are equal but for a moment: at a change of
 * epoch, or when an epoch was closed, the mirror is one fetch behind. Then it may lack keys that have not begun, and may still have some
 * that are gone. A key in force that it does not know, or knows otherwise, could be one that was made for one person.
 * @param {{bytes: Uint8Array, directory: IssuerDirectory}} published What the issuer shows.
 * @param {{bytes: Uint8Array, directory: IssuerDirectory}} mirror What the Gateway shows.
 * @param {number} now
 */
function agree(published, mirror, now) {
  const { requestUri, keys } = published.directory;
  for (const policyClass of new Set(keys.map((key) => key.policyClass))) {
    const begins = keys.filter((key) => key.policyClass === policyClass).map((key) => key.notBefore);
    if (begins.length > MAX_KEYS_OF_CLASS || new Set(begins).size !== begins.length) return false;
  }
  if (equal(published.bytes, mirror.bytes)) return true;
  return (
    requestUri === mirror.directory.requestUri &&
    keys.every((key) => {
      const seen = mirror.directory.keys.find((other) => equal(other.key.id, key.key.id));
      return seen === undefined ? !isInForce(key, now) : seen.policyClass === key.policyClass && seen.notBefore === key.notBefore;
    })
  );
}

// ---- HTTP ----

/** @param {Uint8Array} bytes @returns {unknown} */
function parseJson(bytes) {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw invalid(); // without a cause: its message may quote content
  }
}

/**
 * Sends a request that carries nothing but itself: no cookie, no referrer, no redirect, no cache.
 * @param {typeof fetch} send @param {string | URL} url @param {RequestInit} init
 * @returns {Promise<Response>} An answer of 2xx.
 * @throws {ProblemError} Refused, or `unreachable`.
 */
async function request(send, url, init) {
  /** @type {Response} */
  let answer;
  try {
    answer = await send(url, {
      ...init,
      mode: "cors",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      redirect: "error",
    });
  } catch (fault) {
    if (init.signal?.aborted) throw fault;
    throw new ProblemError("unreachable", "The server could not be reached.", { cause: fault });
  }
  if (answer.ok) return answer;
  if (!isOf(answer, "application/problem+json")) {
    await answer.body?.cancel();
    throw new ProblemError("unknown", `The server answered ${answer.status}.`, { status: answer.status });
  }
  const seconds = Number(answer.headers.get("retry-after") ?? NaN);
  throw ProblemError.of(parseJson(await readBytes(answer, MAX_PROBLEM_BYTES)), Number.isFinite(seconds) ? seconds : undefined);
}

/** @param {Response} answer @param {string} mediaType */
const isOf = (answer, mediaType) => answer.headers.get("content-type")?.split(";")[0].trim().toLowerCase() === mediaType;

/** @param {Response} answer @param {number} most @param {string} [mediaType] @returns {Promise<Uint8Array<ArrayBuffer>>} */
async function readBytes(answer, most, mediaType) {
  /** @type {Uint8Array[]} */
  const parts = [];
  let length = 0;
  if (mediaType === undefined || isOf(answer, mediaType)) {
    for await (const part of pieces(answer)) {
      length += part.length;
      if (length > most) throw invalid();
      parts.push(part);
    }
    return concat(...parts);
  }
  await answer.body?.cancel();
  throw invalid();
}

/** @param {Response} answer @returns {Promise<Record<string, any>>} */
const readObject = async (answer) => members(parseJson(await readBytes(answer, MAX_ANSWER_BYTES, "application/json")));

/** @param {Response} answer @returns {AsyncGenerator<Uint8Array>} The body as it comes; leaving the loop closes the connection. */
async function* pieces(answer) {
  const reader = answer.body?.getReader();
  if (reader === undefined) return;
  let ended = false;
  try {
    while (true) {
      const { done, value } = await reader.read().catch((fault) => {
        ended = true;
        if (!(fault instanceof TypeError)) throw fault; // stopped by the caller
        throw new ProblemError("stream_cut", "The answer broke off before its end.", { cause: fault });
      });
      if (done) {
        ended = true;
        return;
      }
      yield value;
    }
  } finally {
    if (!ended) await reader.cancel();
  }
}

/** @param {unknown} value @param {string} [base] @returns {URL} An HTTPS address. */
function secureUrl(value, base) {
  let url;
  try {
    url = new URL(text(value) ?? "", base);
  } catch {
    throw invalid();
  }
  if (url.protocol !== "https:" || url.username !== "" || url.password !== "") throw invalid();
  return url;
}

// ---- When tokens are drawn and which are spent: decision 0006, by the same rules as the C# client ----

/**
 * @typedef {object} StoredToken A session token that waits. Instants are milliseconds since 1970.
 * @property {string} token
 * @property {number} freshUntil When its epoch ends. Until then few accounts have drawn with its key, and those are known to the issuer.
 * @property {number} expiresAt Until when it can be redeemed.
 */
/**
 * @typedef {object} PoolState All that is kept between two openings of the page, for all of a user's windows.
 * @property {Cell | null} cell The tenant's cell; null until it was asked for.
 * @property {StoredToken[]} tokens
 * @property {string | null} policyClass The class that the issuer gives the tenant's tokens; null until tokens were drawn.
 * @property {number} nextDrawAt When the next draw is due: the end of the epoch of the last one.
 * @property {number} epochLength Milliseconds.
 * @property {number} claimedUntil Until when another window is drawing.
 * @property {number} redeemedAt When a token was redeemed last.
 * @property {number | null} firstDayEndsAt When the epoch of the very first draw ends; null before it.
 * @property {number} drawsAtStart
 * @property {number} firstDayStarts
 * @property {number} generation Changes whenever the tokens are dropped.
 */
/** @typedef {Pick<ReadyOptions, "poolSize" | "quietAfterRedemption" | "refillPause" | "refillPauseWhenEmpty">} DrawOptions */

/** @type {Readonly<PoolState>} */
const EMPTY = Object.freeze({
  cell: null,
  tokens: [],
  policyClass: null,
  nextDrawAt: 0,
  epochLength: DAY,
  claimedUntil: 0,
  redeemedAt: 0,
  firstDayEndsAt: null,
  drawsAtStart: 0,
  firstDayStarts: 0,
  generation: 0,
});

/** @param {PoolState} state @returns {PoolState} Without tokens and cell; what was counted and when a token was redeemed stays. */
const cleared = (state) => ({ ...state, cell: null, tokens: [], policyClass: null, nextDrawAt: 0, generation: state.generation + 1 });

/** Drops tokens that may expire on their way to the Gateway. @param {PoolState} state @param {number} now @returns {PoolState} */
export const dropExpired = (state, now) => ({ ...state, tokens: state.tokens.filter(({ expiresAt }) => expiresAt - EXPIRY_MARGIN > now) });

/** Says whether one draw in this epoch is not enough. @param {PoolState} state @param {DrawOptions} options */
const areFew = (state, { poolSize }) => state.tokens.length < Math.max(1, Math.floor(poolSize / 4));

/** @param {PoolState} state @param {DrawOptions} options @returns {number} How many tokens to draw: always the same, but for want of room. */
export const drawSize = (state, { poolSize }) => Math.max(0, Math.min(poolSize, EPOCHS * poolSize - state.tokens.length));

/**
 * Says whether the background may draw: it has not in this epoch or few are left, no session has just begun, no other window draws.
 * @param {PoolState} state @param {number} now @param {DrawOptions} options
 */
export const isDrawDue = (state, now, options) =>
  now - state.redeemedAt >= options.quietAfterRedemption && now >= state.claimedUntil && (now >= state.nextDrawAt || areFew(state, options));

/**
 * Plans a draw. Uniform over the middle of the day, whenever Word was opened: the instant of a draw tells nothing of the hours that
 * somebody keeps. Who opens Word later, or has run out, draws after a pause without memory.
 * @param {PoolState} state @param {number} now @param {DrawOptions} options
 * @param {() => number} lot Draws a lot: above 0, up to 1, all equally likely.
 * @returns {number} When; infinity while none is wanted.
 */
export function planDraw(state, now, options, lot) {
  if (state.tokens.length === 0) return now + exponential(options.refillPauseWhenEmpty, lot);
  if (now < state.nextDrawAt) return areFew(state, options) ? now + exponential(options.refillPause, lot) : Infinity;
  const epoch = state.nextDrawAt + state.epochLength * Math.floor((now - state.nextDrawAt) / state.epochLength);
  const ends = epoch + state.epochLength * LAST_DRAW;
  const from = Math.max(now, epoch + state.epochLength * FIRST_DRAW, state.redeemedAt + options.quietAfterRedemption);
  return from < ends ? from + (ends - from) * lot() : from + exponential(options.refillPause / 2, lot);
}

/**
 * Takes a token: first an epoch at random among the ended ones, then a token of it at random. A token of an ended epoch says no more than
 * "someone who drew that day", one of the running epoch "someone who has drawn by now": those only when there are no others. An order by
 * age would tell those who were away one day from the rest; a random one blurs it.
 * @param {PoolState} state Without expired tokens. @param {number} now
 * @param {(count: number) => number} lot Draws a lot: 0 to count - 1, all equally likely.
 * @returns {{taken: StoredToken, state: PoolState} | null} Null when there is none.
 */
export function takeToken(state, now, lot) {
  if (state.tokens.length === 0) return null;
  const ended = state.tokens.filter(({ freshUntil }) => freshUntil <= now);
  const usable = ended.length > 0 ? ended : state.tokens;
  const epochs = [...new Set(usable.map(({ freshUntil }) => freshUntil))];
  const epoch = epochs[lot(epochs.length)];
  const same = usable.filter(({ freshUntil }) => freshUntil === epoch);
  const taken = same[lot(same.length)];
  const firstDay = state.firstDayEndsAt === null || now < state.firstDayEndsAt;
  const tokens = state.tokens.filter((other) => other !== taken);
  return { taken, state: { ...state, tokens, redeemedAt: now, firstDayStarts: state.firstDayStarts + (firstDay ? 1 : 0) } };
}

/** A pause that has no memory: seeing one draw says nothing about the next. @param {number} mean @param {() => number} lot */
const exponential = (mean, lot) => mean * -Math.log(lot());

const word = () => new DataView(random(4).buffer).getUint32(0);
/** Draws a lot: above 0, up to 1, all equally likely. */
const uniform = () => (word() + 1) / 2 ** 32;

/** @param {number} count @returns {number} 0 to count - 1, all equally likely. */
function below(count) {
  const limit = 2 ** 32 - (2 ** 32 % count);
  while (true) {
    const drawn = word();
    if (drawn < limit) return drawn % count;
  }
}

// ---- Tokens ----

/**
 * Blind-signed session tokens, drawn ahead. What the mathematics hides, the clock and the numbers would give away, so: one draw of always
 * the same size in each epoch in which Word is open, whether tokens are needed or not, at a random time of the middle of the day and never
 * near a redemption; tokens of the running epoch are spent only when there are no others; a session's start touches the identity plane
 * only when no token is left, and that is counted.
 *
 * Events: `drawatstart` when a session's start has to wait for a draw, `refilled` with `detail.drawn`, `refillfailed` with the problem as
 * `detail`.
 */
export class TokenPool extends EventTarget {
  #options;
  #client;

  /** @param {ReadyOptions} options @param {LetheClient} client */
  constructor(options, client) {
    super();
    this.#options = options;
    this.#client = client;
  }

  /** How many tokens can be redeemed now. */
  get count() {
    return this.#read().tokens.length;
  }

  /** How often a session's start had to wait for a draw: each is a hint that links a session to an account. To be shown. */
  get drawsAtStart() {
    return this.#read().drawsAtStart;
  }

  /**
   * How many sessions were opened in the epoch of the very first draw, with tokens that only those who have drawn by then can have. To be
   * shown; none when a user is signed in the day before.
   */
  get firstDayStarts() {
    return this.#read().firstDayStarts;
  }

  /** The class that the issuer gives the tenant's tokens; null until tokens were drawn. */
  get policyClass() {
    return this.#read().policyClass;
  }

  /** The tenant's cell; null until it was asked for. */
  get cell() {
    return this.#read().cell;
  }

  /**
   * Draws once, unless that was done in this epoch and enough are left. To be called right after sign-in, in any number of windows; from
   * then on `keepFilled` draws.
   * @param {{signal?: AbortSignal}} [options] @returns {Promise<number>} How many were drawn.
   * @throws {ProblemError} Refused, or `issuer_keys_differ`: the Gateway's mirror does not know the keys that the issuer publishes.
   */
  async refill({ signal } = {}) {
    return exclusive(this.#options.storageKey, signal, async () => {
      const state = this.#read();
      return this.#options.now() >= state.nextDrawAt || areFew(state, this.#options) ? this.#draw(signal) : 0;
    });
  }

  /**
   * Keeps the pool filled while Word is open, until it is stopped. Each of a user's windows may run it. What may pass (Control or the
   * Gateway out of reach or busy, a user who is not signed in) is told as `refillfailed`; no token is drawn meanwhile.
   * @param {{signal: AbortSignal}} options Stops it: when the user signs out or the page goes.
   * @returns {Promise<void>} When it is stopped.
   * @throws {ProblemError} Refused for good; or `issuer_keys_differ`, when the planes have not agreed about the issuing keys for ten minutes.
   */
  async keepFilled({ signal }) {
    const { now, refillPause, refillPauseWhenEmpty } = this.#options;
    /** @type {number | null} */
    let differSince = null;
    /** @type {number | null} */
    let drawAt = null;
    let planned = "";
    while (!signal.aborted) {
      const state = this.#read();
      const at = now();
      const found = [state.nextDrawAt, at >= state.nextDrawAt, areFew(state, this.#options), state.tokens.length === 0].join();
      if (drawAt === null || planned !== found) {
        planned = found;
        drawAt = differSince === null ? planDraw(state, at, this.#options, uniform) : at + exponential(refillPauseWhenEmpty, uniform);
      }
      await pause(Math.max(Math.min(drawAt - at, exponential(refillPause, uniform)), SHORTEST_PAUSE), signal);
      if (signal.aborted) return;
      try {
        if (now() < drawAt) {
          await this.#dropClosed(signal);
        } else {
          drawAt = null;
          if (await this.#drawIfDue(signal)) differSince = null;
        }
      } catch (fault) {
        if (signal.aborted) return;
        if (!(fault instanceof ProblemError)) throw fault;
        this.dispatchEvent(new CustomEvent("refillfailed", { detail: fault }));
        // Unless a difference lasts, the mirror was one fetch behind.
        const passes = fault.code === "issuer_keys_differ" ? now() - (differSince ??= now()) < LONGEST_DIFFERENCE : mayPass(fault);
        if (!passes) throw fault;
      }
    }
  }

  /** Says whether the background may draw: it has not in this epoch or few are left, and no session has just begun. @returns {boolean} */
  isRefillDue() {
    return isDrawDue(this.#read(), this.#options.now(), this.#options);
  }

  /**
   * Takes a token out of the pool. Draws first when there is none, which is counted.
   * @param {{signal?: AbortSignal}} [options] @returns {Promise<{token: string, home: Cell}>}
   * @throws {ProblemError} `no_token`, or why none could be drawn.
   */
  async take({ signal } = {}) {
    const waiting = this.#takeOne();
    if (waiting !== null) return waiting;
    this.#update((state) => ({ ...state, drawsAtStart: state.drawsAtStart + 1 }));
    this.dispatchEvent(new Event("drawatstart"));
    await this.refill({ signal });
    const drawn = this.#takeOne();
    if (drawn === null) throw new ProblemError("no_token", "No session token could be drawn.");
    return drawn;
  }

  /** Keeps the cell that discovery gave; another one than before drops the tokens. @param {Cell} home */
  settle(home) {
    this.#update((state) => (isSameCell(state.cell, home) ? state : { ...cleared(state), cell: home }));
  }

  /** Drops every token of the key that signed this one: no Gateway takes them any more. @param {string} token */
  dropKeyOf(token) {
    this.#update((state) => ({ ...state, tokens: state.tokens.filter((other) => keyIdOf(other.token) !== keyIdOf(token)) }));
  }

  /** Drops every token, and the cell: when the tenant has moved, and when the user signs out. */
  clear() {
    this.#update(cleared);
  }

  /** @param {AbortSignal} [signal] @returns {Promise<number>} */
  async #draw(signal) {
    const home = await this.#client.discover({ signal });
    this.settle(home);
    const before = this.#read();
    const count = drawSize(before, this.#options);
    if (count === 0) return 0;
    const { tokens, policyClass, epochEndsAt, epochLength } = await this.#client.drawTokens(home, count, before.policyClass, signal);
    const after = this.#update((state) =>
      state.generation !== before.generation // the tenant moved, or the user signed out, while they were drawn
        ? state
        : {
            ...state,
            tokens: [...state.tokens, ...tokens],
            policyClass,
            nextDrawAt: epochEndsAt,
            epochLength,
            firstDayEndsAt: Math.min(state.firstDayEndsAt ?? Infinity, epochEndsAt),
          },
    );
    if (after.generation !== before.generation) return 0;
    this.dispatchEvent(new CustomEvent("refilled", { detail: { drawn: tokens.length } }));
    return tokens.length;
  }

  // Web Locks keep other windows out; where there are none, the claim in the storage does.
  /** @param {AbortSignal} signal @returns {Promise<boolean>} Whether it drew. */
  #drawIfDue(signal) {
    return exclusive(this.#options.storageKey, signal, async () => {
      const at = this.#options.now();
      if (!isDrawDue(this.#read(), at, this.#options)) return false;
      this.#update((state) => ({ ...state, claimedUntil: at + CLAIM }));
      try {
        await this.#draw(signal);
        return true;
      } finally {
        this.#update((state) => ({ ...state, claimedUntil: 0 }));
      }
    });
  }

  // An operator may have closed an epoch: better found out here than by the next session's start, which would have to wait for a draw.
  /** @param {AbortSignal} signal */
  async #dropClosed(signal) {
    const { cell, tokens } = this.#read();
    if (cell === null || tokens.length === 0) return;
    const { directory } = await this.#client.readMirror(cell, signal);
    const live = new Set(directory.keys.map(({ key }) => toHex(key.id)));
    this.#update((state) => ({ ...state, tokens: state.tokens.filter(({ token }) => live.has(keyIdOf(token))) }));
  }

  /** @returns {{token: string, home: Cell} | null} */
  #takeOne() {
    const state = this.#read();
    const found = state.cell === null ? null : takeToken(state, this.#options.now(), below);
    if (state.cell === null || found === null) return null;
    this.#update(() => found.state);
    return { token: found.taken.token, home: state.cell };
  }

  /** @returns {PoolState} Without expired tokens. What is damaged or another tenant's counts as nothing. */
  #read() {
    const now = this.#options.now();
    const state = dropExpired(readState(this.#options.storage.getItem(this.#options.storageKey), this.#owner), now);
    return {
      ...state,
      // A clock that was set back must not silence the background for long.
      redeemedAt: Math.min(state.redeemedAt, now),
      claimedUntil: Math.min(state.claimedUntil, now + CLAIM),
    };
  }

  // Reading, choosing and writing happen in one go, without waiting, so that two windows seldom take the same token; if they do, the
  // Gateway refuses the second and the next is tried.
  /** @param {(state: PoolState) => PoolState} change @returns {PoolState} The next state. */
  #update(change) {
    const next = change(this.#read());
    this.#options.storage.setItem(this.#options.storageKey, JSON.stringify({ version: 2, owner: this.#owner, ...next }));
    return next;
  }

  get #owner() {
    return `${this.#options.control} ${this.#options.tenant}`;
  }
}

/** @param {string | null} stored @param {string} owner @returns {PoolState} */
function readState(stored, owner) {
  try {
    const { version, owner: whose, cell, tokens: list, policyClass, firstDayEndsAt, ...numbers } = members(JSON.parse(stored ?? "null"));
    if (version !== 2 || whose !== owner || !Array.isArray(list) || list.length > EPOCHS * MAX_DRAW) throw invalid();
    if (policyClass !== null && typeof policyClass !== "string") throw invalid();
    if (firstDayEndsAt !== null && !Number.isFinite(firstDayEndsAt)) throw invalid();
    const known = /** @type {Record<string, number>} */ (numbers);
    const { nextDrawAt, epochLength, claimedUntil, redeemedAt, drawsAtStart, firstDayStarts, generation } = known;
    const kept = { nextDrawAt, epochLength, claimedUntil, redeemedAt, drawsAtStart, firstDayStarts, generation };
    if (!Object.values(kept).every((number) => Number.isFinite(number) && number >= 0) || epochLength === 0) throw invalid();
    const tokens = list.map((item) => {
      const { token, freshUntil, expiresAt } = members(item);
      if (!Number.isFinite(freshUntil) || !Number.isFinite(expiresAt)) throw invalid();
      if (typeof token !== "string" || !TOKEN_TEXT.test(token)) throw invalid();
      return /** @type {StoredToken} */ ({ token, freshUntil, expiresAt });
    });
    const firstDay = /** @type {number | null} */ (firstDayEndsAt);
    return { ...kept, cell: cell === null ? null : readCell(cell), tokens, policyClass, firstDayEndsAt: firstDay };
  } catch (fault) {
    if (!(fault instanceof ProblemError || fault instanceof SyntaxError)) throw fault;
    return EMPTY; // as after an installation: the next draw fills it
  }
}

/** @param {ProblemError} problem Says whether the next look may have more luck: out of reach, busy, moved, or nobody signed in. */
const mayPass = ({ code, status }) =>
  ["unreachable", "stream_cut", "no_access_token"].includes(code) || status === 421 || status === 429 || status >= 500;

/** @param {Cell | null} one @param {Cell} other */
const isSameCell = (one, other) =>
  one !== null && one.region === other.region && one.controlUrl === other.controlUrl && one.gatewayUrl === other.gatewayUrl;

/** @param {unknown} value @returns {Cell} */
function readCell(value) {
  const { region, controlUrl, gatewayUrl } = members(value);
  if (typeof region !== "string" || !/^[a-z]{2}$/.test(region)) throw invalid();
  return { region, controlUrl: secureUrl(controlUrl).origin, gatewayUrl: secureUrl(gatewayUrl).origin };
}

/** @param {string} token @returns {string} The id of the key that signed, as hex. */
const keyIdOf = (token) => toHex(decodeBase64Url(token.slice(KEY_ID_AT, KEY_ID_AT + 44), DIGEST_BYTES + 1).subarray(0, DIGEST_BYTES));

/** @param {number} milliseconds @param {AbortSignal} signal @returns {Promise<void>} When it is over or stopped. */
const pause = (milliseconds, signal) =>
  new Promise((resolve) => {
    const stop = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      resolve();
    };
    const timer = setTimeout(stop, Math.min(milliseconds, LONGEST_PAUSE));
    signal.addEventListener("abort", stop);
  });

/** @type {Map<string, Promise<unknown>>} */
const queues = new Map();

/**
 * Does one work at a time, across windows where the browser has Web Locks. Nobody waits for longer than a claim: a window that hangs, or
 * whose user does not sign in, does not keep the others from a start.
 * @template T @param {string} name @param {AbortSignal | undefined} signal Stops the waiting. @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
function exclusive(name, signal, work) {
  return new Promise((resolve, reject) => {
    const claimed = async () => {
      const over = new AbortController();
      const done = work().then(resolve, reject).finally(() => over.abort());
      await Promise.race([done, pause(CLAIM, over.signal)]);
    };
    const locks = globalThis.navigator?.locks;
    if (locks !== undefined) locks.request(name, signal === undefined ? {} : { signal }, claimed).catch(reject);
    else queues.set(name, (queues.get(name) ?? Promise.resolve()).then(claimed));
  });
}

// ---- Client and session ----

/** @typedef {Required<Omit<LetheClientOptions, "policyClass">> & {policyClass?: string}} ReadyOptions */
/** @typedef {{bytes: Uint8Array, directory: IssuerDirectory, challenge: Uint8Array<ArrayBuffer>, redeemableFor: number}} Mirror */

/** @returns {TokenStorage} */
function memory() {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

/** A signed-in client of Lethe. */
export class LetheClient {
  #options;

  /** Makes a client. Nothing is sent yet. @param {LetheClientOptions} options */
  constructor(options) {
    const ready = /** @type {ReadyOptions} */ ({
      storage: memory(),
      storageKey: "lethe.tokens",
      poolSize: 20,
      quietAfterRedemption: 10 * MINUTE,
      refillPause: 60 * MINUTE,
      refillPauseWhenEmpty: 2 * MINUTE,
      fetch: (/** @type {any[]} */ ...call) => globalThis.fetch(.../** @type {[string]} */ (call)),
      now: () => Date.now(),
      ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
    });
    if (!Number.isInteger(ready.poolSize) || ready.poolSize < 1 || ready.poolSize > MAX_DRAW) throw new RangeError("poolSize is 1 to 100.");
    for (const pause of [ready.quietAfterRedemption, ready.refillPause, ready.refillPauseWhenEmpty]) {
      if (!Number.isFinite(pause) || pause < 0) throw new RangeError("A pause is 0 milliseconds or more.");
    }
    if (typeof ready.tenant !== "string" || typeof ready.accessToken !== "function") throw new TypeError("tenant or accessToken is missing.");
    ready.control = secureUrl(ready.control).origin;
    this.#options = ready;
    /** The pool of session tokens. */
    this.tokens = new TokenPool(ready, this);
  }

  /**
   * Finds the tenant's cell; asked once, kept with the tokens, and asked again after a `421`.
   * @param {{signal?: AbortSignal}} [options] @returns {Promise<Cell>}
   */
  async discover({ signal } = {}) {
    const known = this.tokens.cell;
    if (known !== null) return known;
    const found = readCell(await this.#askDirectory(this.#options.control, signal));
    this.tokens.settle(found);
    return found;
  }

  /**
   * Asks the tenant's own cell where its people sign in: at the tenant's own OpenID Connect issuer, or at the cell's. To be asked before
   * somebody signs in; not kept.
   * @param {{signal?: AbortSignal}} [options] @returns {Promise<SignInPlace>}
   */
  async discoverSignIn({ signal } = {}) {
    const home = await this.discover({ signal });
    const { issuer, clientId = null, audience, scope } = members(members(await this.#askDirectory(home.controlUrl, signal)).signIn);
    if (typeof audience !== "string" || typeof scope !== "string" || (clientId !== null && typeof clientId !== "string")) throw invalid();
    secureUrl(issuer);
    return { issuer: /** @type {string} */ (issuer), clientId, audience, scope };
  }

  /** @param {string} control @param {AbortSignal | undefined} signal */
  async #askDirectory(control, signal) {
    const answer = await this.#send(new URL("/v1/discovery", control), {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ tenant: this.#options.tenant }),
      signal,
    });
    return readObject(answer);
  }

  /**
   * Opens a session with a token of the pool. Touches the content plane only, unless the pool is empty, which is counted.
   * @param {{signal?: AbortSignal}} [options] A token that was sent is spent. @returns {Promise<LetheSession>}
   * @throws {ProblemError} Refused. After a 421 the cell is asked for again and the old cell's tokens are dropped.
   */
  async openSession({ signal } = {}) {
    for (let tried = 1, dropped = 0; ; ) {
      const { token, home } = await this.tokens.take({ signal });
      try {
        const headers = { authorization: `PrivateToken token="${token}"`, accept: "application/json" };
        const answer = await this.#send(new URL("/v1/sessions", home.gatewayUrl), { method: "POST", headers, signal });
        return new LetheSession(readSession(await readObject(answer), home), home, (url, init) => this.#send(url, init));
      } catch (fault) {
        const code = fault instanceof ProblemError ? fault.code : "";
        if (tried < MAX_TOKENS_TRIED && ["token_spent", "token_expired", "token_invalid"].includes(code)) {
          tried++; // tokens wait for days: one whose epoch is over, or that was lost in a crash, makes room for the next
        } else if (dropped < EPOCHS && code === "token_key_unknown") {
          dropped++; // an operator closed the epoch: none of its tokens opens a session any more
          this.tokens.dropKeyOf(token);
        } else {
          throw fault;
        }
      }
    }
  }

  /**
   * Draws tokens; the pool's `refill` is what callers want.
   * @param {Cell} home @param {number} count @param {string | null} policyClass The class that the issuer told the last time, or null.
   * @param {AbortSignal} [signal]
   * @returns {Promise<{tokens: StoredToken[], policyClass: string, epochEndsAt: number, epochLength: number}>}
   */
  async drawTokens(home, count, policyClass, signal) {
    const bytes = await readBytes(
      await this.#send(new URL(DIRECTORY_PATH, home.controlUrl), { method: "GET", headers: { accept: DIRECTORY_TYPE }, signal }),
      MAX_DIRECTORY_BYTES,
      DIRECTORY_TYPE,
    );
    const mirror = await this.readMirror(home, signal);
    const published = { bytes, directory: await parseDirectory(bytes) };
    // A key or a challenge for one person alone would name that person: both planes must show everybody the same.
    if (!agree(published, mirror, this.#options.now())) {
      throw new ProblemError("issuer_keys_differ", "The Gateway's mirror does not know the keys that the issuer publishes. No token was drawn.");
    }
    const keys = published.directory.keys.filter((key) => isInForce(key, this.#options.now()));
    const wanted = this.#options.policyClass ?? policyClass ?? keys[0]?.policyClass;
    /** @param {string | undefined} of */
    const sign = async (of) => {
      const [current] = keys.filter((key) => key.policyClass === of).sort((one, other) => other.notBefore - one.notBefore);
      if (current === undefined) throw new ProblemError("no_issuing_key", "The issuer publishes no key that is in force.");
      return this.#requestTokens(home, published.directory.requestUri, mirror, current, count, signal);
    };
    try {
      return await sign(wanted);
    } catch (fault) {
      const told = fault instanceof ProblemError && fault.code === "token_batch_refused" ? fault.policyClass : undefined;
      if (told === undefined || told === wanted) throw fault;
      return sign(told); // the tenant's class is another: with too few accounts, one of its own falls back to the shared one
    }
  }

  /**
   * Reads what the content plane knows of the issuer: its keys, the one challenge, and for how long a token can be redeemed.
   * @param {Cell} home @param {AbortSignal} [signal] @returns {Promise<Mirror>}
   */
  async readMirror(home, signal) {
    const told = await readObject(
      await this.#send(new URL("/v1/token-challenge", home.gatewayUrl), { method: "GET", headers: { accept: "application/json" }, signal }),
    );
    const bytes = decodeBase64Url(told.directory, MAX_DIRECTORY_BYTES);
    const challenge = encodeChallenge(new URL(home.controlUrl).host, new URL(home.gatewayUrl).host);
    if (!equal(challenge, decodeBase64Url(told.challenge, challenge.length))) throw invalid();
    if (!Number.isSafeInteger(told.redeemableSeconds) || told.redeemableSeconds <= 0) throw invalid();
    return { bytes, directory: await parseDirectory(bytes), challenge, redeemableFor: told.redeemableSeconds * 1000 };
  }

  /**
   * @param {Cell} home @param {string} requestUri @param {Mirror} mirror @param {DirectoryKey} current @param {number} count
   * @param {AbortSignal} [signal]
   */
  async #requestTokens(home, requestUri, { challenge, redeemableFor }, current, count, signal) {
    const issuer = secureUrl(requestUri, home.controlUrl);
    if (issuer.origin !== home.controlUrl) throw invalid();
    const pending = [];
    for (let made = 0; made < count; made++) pending.push(await PendingToken.prepare(challenge, current.key));
    const answer = await this.#send(issuer, {
      method: "POST",
      headers: { authorization: `Bearer ${await this.#accessToken(signal)}`, "content-type": BATCH_REQUEST_TYPE, accept: BATCH_RESPONSE_TYPE },
      body: encodeBatchRequest(pending.map((token) => token.request)),
      signal,
    });
    const body = await readBytes(answer, 4 + count * (3 + SIGNATURE_BYTES), BATCH_RESPONSE_TYPE);
    const begins = current.notBefore * 1000;
    const epochLength = redeemableFor / EPOCHS;
    const times = { freshUntil: begins + epochLength, expiresAt: begins + redeemableFor };
    const tokens = [];
    for (const [at, signature] of decodeBatchResponse(body, count).entries()) {
      if (signature !== null) tokens.push({ token: encodeBase64Url(await pending[at].finish(signature)), ...times }); // null: over the quota
    }
    return { tokens, policyClass: current.policyClass, epochEndsAt: times.freshUntil, epochLength };
  }

  /** @param {AbortSignal} [signal] */
  async #accessToken(signal) {
    /** @type {unknown} */
    let cause;
    try {
      const token = await this.#options.accessToken(signal);
      if (typeof token === "string" && /^[\w.~+/-]+=*$/.test(token)) return token; // RFC 6750 §2.1
    } catch (fault) {
      if (signal?.aborted) throw fault;
      cause = fault;
    }
    throw new ProblemError("no_access_token", "There is no access token: the user has to sign in.", { cause });
  }

  /** @param {string | URL} url @param {RequestInit} init */
  async #send(url, init) {
    try {
      return await request(this.#options.fetch, url, init);
    } catch (fault) {
      if (fault instanceof ProblemError && fault.status === 421) {
        this.tokens.clear();
      }
      throw fault;
    }
  }
}

/** @param {Record<string, any>} told @param {Cell} home @returns {SessionOpened} */
function readSession(told, home) {
  const { id, credential, contentKey, region, policyClass, expiresAt } = told;
  for (const value of [id, credential, region, policyClass, expiresAt]) if (text(value) === undefined) throw invalid();
  if (region !== home.region || decodeBase64Url(contentKey, 32).length !== 32 || Number.isNaN(Date.parse(expiresAt))) throw invalid();
  return Object.freeze({ id, credential, contentKey, region, policyClass, expiresAt });
}

/** One open session at a Gateway. It remembers the highest revision it has seen and refuses an answer from before it. */
export class LetheSession {
  #send;
  #home;
  #revision = 0;

  /** @param {SessionOpened} opened @param {Cell} home @param {(url: URL, init: RequestInit) => Promise<Response>} send */
  constructor(opened, home, send) {
    /** The session as it was opened. */
    this.opened = opened;
    this.#home = home;
    this.#send = send;
  }

  /** Makes a fresh document id: 128 random bits. @returns {string} 32 lower-case hex digits. */
  static newDocumentId() {
    return toHex(random(16));
  }

  /**
   * Uploads a document, or a new version of it. Its name is not sent.
   * @param {string} documentId @param {string} mediaType What it is. @param {Blob | Uint8Array<ArrayBuffer> | string} file
   * @param {{signal?: AbortSignal}} [options] @returns {Promise<DocumentUploaded>} What was read of it.
   */
  async upload(documentId, mediaType, file, { signal } = {}) {
    if (!/^[\w.+-]+\/[\w.+-]+$/.test(mediaType)) throw new TypeError("mediaType is no media type.");
    const boundary = toHex(random(16)); // by hand, because FormData gives every file a name
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="key"\r\n\r\n${this.opened.contentKey}\r\n`;
    const start = `--${boundary}\r\ncontent-disposition: form-data; name="file"\r\ncontent-type: ${mediaType}\r\n\r\n`;
    const body = new Blob([head, start, file, `\r\n--${boundary}--\r\n`]);
    const headers = { "content-type": `multipart/form-data; boundary=${boundary}` };
    const answer = await readObject(await this.#call("PUT", `/v1/session/documents/${documentIdOf(documentId)}`, { headers, body, signal }));
    this.#advance(answer.revision);
    return /** @type {DocumentUploaded} */ (answer);
  }

  /** Removes a document. @param {string} documentId @param {{signal?: AbortSignal}} [options] @returns {Promise<void>} */
  async remove(documentId, { signal } = {}) {
    const init = { headers: { "content-type": "application/json" }, body: JSON.stringify({ key: this.opened.contentKey }), signal };
    this.#advance((await readObject(await this.#call("DELETE", `/v1/session/documents/${documentIdOf(documentId)}`, init))).revision);
  }

  /**
   * Runs a turn and gives its events as they come. Ends with `done`, or throws: a cut answer never looks whole. Leaving the loop, or the
   * signal, stops the turn, also at the vendor.
   * @param {Turn} turn @param {{signal?: AbortSignal}} [options] @returns {AsyncGenerator<TurnEvent, void, void>}
   * @throws {ProblemError} Refused, failed, or broken off (`stream_cut`).
   */
  async *run(turn, { signal } = {}) {
    const { action, instruction, documents, selection, language, model } = turn;
    const answer = await this.#call("POST", "/v1/session/turns", {
      headers: { "content-type": "application/json", accept: "text/event-stream" },
      body: JSON.stringify({ key: this.opened.contentKey, action, instruction, documents, selection, language, model }),
      signal,
    });
    if (!isOf(answer, "text/event-stream")) {
      await answer.body?.cancel();
      throw invalid();
    }
    /** @type {TurnEvent | null} */
    let ending = null;
    for await (const happened of events(answer)) {
      if (ending !== null) throw new ProblemError("answer_invalid", "The turn went on after its end.");
      if (happened.name === "done" || happened.name === "error") ending = happened; // told when nothing follows it
      else yield happened;
    }
    if (ending === null) throw new ProblemError("stream_cut", "The answer broke off before its end.");
    if (ending.name === "error") throw ProblemError.of(ending.data);
    if (!ENDINGS.has(ending.data.ending)) throw new ProblemError("answer_invalid", "The turn ended in a way that this client does not know.");
    this.#advance(ending.data.revision);
    yield ending;
  }

  /** Asks for the session's state. @param {{signal?: AbortSignal}} [options] @returns {Promise<Record<string, any>>} */
  async describe({ signal } = {}) {
    return readObject(await this.#call("GET", "/v1/session", { signal }));
  }

  /** Stops the running turn and calls, wherever they run. @param {{signal?: AbortSignal}} [options] @returns {Promise<void>} */
  async cancel({ signal } = {}) {
    await readObject(await this.#call("POST", "/v1/session/cancel", { signal }));
  }

  /** Forgets the session now. @param {{signal?: AbortSignal}} [options] @returns {Promise<SessionForgotten>} What was dropped. */
  async forget({ signal } = {}) {
    return /** @type {SessionForgotten} */ (await readObject(await this.#call("DELETE", "/v1/session", { signal })));
  }

  /** @param {string} method @param {string} path @param {RequestInit & {headers?: Record<string, string>}} init */
  #call(method, path, init) {
    const headers = { accept: "application/json", ...init.headers, authorization: `Bearer ${this.opened.credential}` };
    return this.#send(new URL(path, this.#home.gatewayUrl), { ...init, method, headers });
  }

  /** @param {unknown} seen */
  #advance(seen) {
    if (!Number.isSafeInteger(seen)) throw invalid();
    const revision = /** @type {number} */ (seen);
    if (revision < this.#revision) {
      throw new ProblemError("rolled_back", "The session was answered from an earlier state than one that was seen before.");
    }
    this.#revision = revision;
  }
}

/** @param {string} id */
function documentIdOf(id) {
  if (!/^[0-9a-f]{32}$/.test(id)) throw new TypeError("A document id is 32 lower-case hex digits.");
  return id;
}

/** @param {Response} answer @returns {AsyncGenerator<TurnEvent>} Server-sent events; one that is not complete at the end is none. */
async function* events(answer) {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let [rest, halved, name, data] = ["", false, "", /** @type {string[]} */ ([])];
  for await (const piece of pieces(answer)) {
    try {
      rest += decoder.decode(piece, { stream: true });
    } catch {
      throw invalid();
    }
    if (rest.length > MAX_ANSWER_BYTES) throw invalid();
    if (halved && rest.startsWith("\n")) rest = rest.slice(1);
    if (rest !== "") halved = rest.endsWith("\r"); // may be half of a CRLF
    const lines = rest.split(/\r\n|\n|\r/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0) yield { name: name || "message", data: members(parseJson(new TextEncoder().encode(data.join("\n")))) };
        [name, data] = ["", []];
        continue;
      }
      const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
      if (field === "event") name = value;
      else if (field === "data") data.push(value);
    }
  }
}
