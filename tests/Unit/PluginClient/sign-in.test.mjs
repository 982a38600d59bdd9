import assert from "node:assert/strict";
import { test } from "node:test";
import { LetheClient } from "../../../api/plugin-client/lethe.js";

const place = { issuer: "https://login.firm.example/v2.0", clientId: "plugin", audience: "api://lethe", scope: "tokens.issue" };

function clientOf(signIn) {
  const asked = [];
  const client = new LetheClient({
    control: "https://any.test",
    tenant: "kanzlei-muster",
    accessToken: async () => assert.fail("nobody is signed in yet"),
    fetch: async (url, init) => {
      asked.push([new URL(url).host, init.headers.authorization]);
      const told = { region: "eu", controlUrl: "https://home.test", gatewayUrl: "https://gateway.test", signIn };
      return new Response(JSON.stringify(told), { headers: { "content-type": "application/json" } });
    },
  });
  return { client, asked };
}

test("Where to sign in is asked of the tenant's own cell, before anybody is signed in", async () => {
  const { client, asked } = clientOf(place);
  assert.deepEqual(await client.discoverSignIn(), place);
  assert.deepEqual(asked, [["any.test", undefined], ["home.test", undefined]]);
});

test("The cell's own issuer comes without a client id", async () => {
  const { client } = clientOf({ ...place, clientId: null });
  assert.equal((await client.discoverSignIn()).clientId, null);
});

for (const [what, signIn] of Object.entries({
  "plain http": { ...place, issuer: "http://login.firm.example" },
  "no issuer": { ...place, issuer: undefined },
  "no scope": { ...place, scope: 7 },
  "a strange client id": { ...place, clientId: {} },
  nothing: undefined,
})) {
  test(`An answer with ${what} is refused`, async () => {
    const { client } = clientOf(signIn);
    await assert.rejects(client.discoverSignIn(), { name: "ProblemError" });
  });
}
