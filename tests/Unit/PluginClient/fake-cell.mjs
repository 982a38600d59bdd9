// Both planes of a cell behind a fetch: real blind signatures under a vector's key, everything else as the test says.
import { createHash } from "node:crypto";
import { LetheClient, encodeChallenge } from "../../../api/plugin-client/lethe.js";
import { bytes, newKey, read, signerOf } from "./vectors.mjs";

const [VECTOR] = read("rfc9578-type2");
const laterKeys = []; // making one takes a while
export const DAY = 86_400_000;

export class FakeCell {
  now = Date.UTC(2026, 10, 23, 12);
  requests = [];
  special = {};
  keys = [{ vector: VECTOR, notBefore: Date.UTC(2026, 10, 23) / 1000, policyClass: "eu-standard" }];
  mirror = null; // other bytes than the issuer's
  challenge = encodeChallenge("control.test", "gateway.test");
  requestUri = "https://control.test/token-request";
  signWith = null; // another key than it publishes
  signer = null; // another one than the first that it publishes
  quota = Infinity;
  region = "eu";
  redeemableSeconds = (4 * DAY) / 1000;
  stored = new Map();
  #spent = new Set();
  #days = 0;

  client(options = {}) {
    return new LetheClient({
      control: "https://control.test",
      tenant: "kanzlei-muster",
      accessToken: () => "access",
      poolSize: 4,
      storage: {
        getItem: (key) => this.stored.get(key) ?? null,
        setItem: (key, value) => void this.stored.set(key, value),
        removeItem: (key) => void this.stored.delete(key),
      },
      now: () => this.now,
      fetch: (url, init) => this.#answer(new URL(url), init),
      ...options,
    });
  }

  /** A day later, with a key of that day. */
  nextDay() {
    this.now += DAY;
    this.keys = [{ ...this.keys[0], vector: (laterKeys[this.#days++] ??= newKey()), notBefore: this.keys[0].notBefore + DAY / 1000 }, ...this.keys.slice(0, 3)];
  }

  /** The class whose key a batch of requests names. */
  classOf(batch) {
    const named = batch[(1 << (batch[0] >> 6)) + 2];
    return this.keys.find(({ vector }) => createHash("sha256").update(bytes(vector.pkS)).digest().at(-1) === named)?.policyClass;
  }

  count(path) {
    return this.requests.filter((request) => request.path === path).length;
  }

  directory(keys = this.keys) {
    return new TextEncoder().encode(
      JSON.stringify({
        "issuer-request-uri": this.requestUri,
        "token-keys": keys.map(({ vector, notBefore, policyClass }) => ({
          "token-type": 2,
          "token-key": Buffer.from(bytes(vector.pkS)).toString("base64url"),
          "not-before": notBefore,
          "policy-class": policyClass,
        })),
      }),
    );
  }

  async #answer(url, init) {
    this.requests.push({ host: url.host, path: url.pathname, ...init, authorization: init.headers?.authorization });
    init.signal?.throwIfAborted();
    const special = this.special[url.pathname];
    if (special !== undefined) return special(init, () => this.#proceed(url, init));
    return this.#proceed(url, init);
  }

  #proceed(url, init) {
    const base64 = (source) => Buffer.from(source).toString("base64url");
    switch (url.pathname) {
      case "/v1/discovery":
        return json({ region: this.region, controlUrl: "https://control.test", gatewayUrl: "https://gateway.test" });
      case "/v1/token-challenge":
        return json({
          challenge: base64(this.challenge),
          directory: base64(this.mirror ?? this.directory()),
          redeemableSeconds: this.redeemableSeconds,
        });
      case "/.well-known/private-token-issuer-directory":
        return body(this.directory(), "application/private-token-issuer-directory");
      case "/token-request":
        return this.#sign(init.body);
      case "/v1/sessions":
        return this.#open(init.headers.authorization);
      default:
        return problem(404, "not_found");
    }
  }

  #sign(batch) {
    const own = signerOf((this.signWith ?? (this.signer ?? this.keys[0]).vector).skS);
    const sign = (message) => own(this.signWith === null ? message : message.with(0, 0)); // below any modulus
    const entries = [];
    for (let at = 1 << (batch[0] >> 6), count = 0; at < batch.length; at += 259, count++) {
      entries.push(...(count < this.quota ? [1, 0, 2, ...sign(batch.subarray(at + 3, at + 259))] : [0]));
    }
    const length = entries.length;
    const prefix = length < 64 ? [length] : [0x40 | (length >> 8), length & 0xff];
    return body(new Uint8Array([...prefix, ...entries]), "application/private-token-generic-batch-response");
  }

  #open(authorization) {
    if (!/^PrivateToken token="[\w-]{472}"$/.test(authorization)) return problem(401, "token_invalid");
    if (this.#spent.has(authorization)) return problem(403, "token_spent");
    this.#spent.add(authorization);
    return json(
      {
        id: "00000000000000000000000000000001",
        credential: "credential",
        contentKey: Buffer.alloc(32, 7).toString("base64url"),
        region: this.region,
        policyClass: "eu-standard",
        expiresAt: "2026-11-23T14:00:00+00:00",
      },
      201,
    );
  }
}

export const body = (content, type, status = 200, headers = {}) => new Response(content, { status, headers: { "content-type": type, ...headers } });
export const json = (value, status = 200) => body(JSON.stringify(value), "application/json; charset=utf-8", status);
export const problem = (status, code, more = {}, headers = {}) =>
  body(JSON.stringify({ type: `urn:lethe:problem:${code}`, title: "No", detail: "Do", status, code, ...more }), "application/problem+json", status, headers);
