// The published vectors that the C# tests use too, and what a test needs to play the issuer.
import { constants, createPrivateKey, generateKeyPairSync, privateDecrypt } from "node:crypto";
import { readFileSync } from "node:fs";

export const read = (name) => JSON.parse(readFileSync(new URL(`../PrivacyPass/vectors/${name}.json`, import.meta.url), "utf8"));
export const bytes = (hex) => new Uint8Array(Buffer.from(hex.replace(/^0x/, ""), "hex"));
export const hex = (array) => Buffer.from(array).toString("hex");
export const number = (hexText) => BigInt(`0x${hexText.replace(/^0x/, "")}`);

/** The raw private operation of OpenSSL under a vector's key. */
export function signerOf(skS) {
  const key = createPrivateKey(Buffer.from(skS, "hex").toString("ascii"));
  return (message) => new Uint8Array(privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, message));
}

/** Makes a key in the form of the vectors: the same SubjectPublicKeyInfo around another modulus. */
export function newKey() {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const modulus = hex(Buffer.from(publicKey.export({ format: "jwk" }).n, "base64url"));
  const [{ pkS }] = read("rfc9578-type2");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  return { pkS: pkS.slice(0, 162) + modulus + pkS.slice(674), skS: hex(Buffer.from(pem)) };
}

/** Makes the system's generator give these bytes, in this order, whatever their lengths; anything else fails. */
export function giveRandom(mock, ...pieces) {
  return mock.method(globalThis.crypto, "getRandomValues", (array) => {
    const next = pieces.shift();
    if (next?.length !== array.length) throw new Error(`${array.length} random bytes were not expected.`);
    array.set(next);
    return array;
  });
}
