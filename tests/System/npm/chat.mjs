// The official client, unchanged, against a Gateway. Prints one JSON object; exits 1 when anything is not as it should be.
import assert from "node:assert/strict";
import OpenAI from "openai";

const client = new OpenAI({
  baseURL: process.env.LETHE_BASE_URL, // https://…/v1
  apiKey: process.env.LETHE_API_KEY, // the session credential
  maxRetries: 0,
});
const model = process.env.LETHE_MODEL ?? "extractive";
const contract =
  "§ 1 Der Vertrag beginnt am 1. Januar 2026 und läuft auf unbestimmte Zeit.\n\n" +
  "§ 2 Der Vertrag kann mit einer Frist von drei Monaten zum Quartalsende gekündigt werden.\n\n" +
  "§ 3 Die Vergütung beträgt 5.400 Euro im Monat und ist am dritten Werktag fällig.";
const messages = [
  { role: "system", content: "Antworte kurz." },
  { role: "user", content: contract },
  { role: "user", content: "Mit welcher Frist kann der Vertrag gekündigt werden?" },
];

const models = [];
for await (const offered of client.models.list()) {
  models.push(offered.id);
}
assert.ok(models.includes(model), "the model is on the list");

const whole = await client.chat.completions.create({ model, messages });
assert.equal(whole.object, "chat.completion");
assert.equal(whole.choices[0].finish_reason, "stop");
assert.equal(whole.choices[0].message.role, "assistant");
assert.ok(whole.usage.total_tokens > 0);

let text = "";
let finish;
let usage;
const stream = await client.chat.completions.create({
  model,
  messages,
  stream: true,
  stream_options: { include_usage: true },
});
for await (const chunk of stream) {
  text += chunk.choices[0]?.delta?.content ?? "";
  finish = chunk.choices[0]?.finish_reason ?? finish;
  usage = chunk.usage ?? usage;
}
assert.equal(finish, "stop");
assert.ok(usage.total_tokens > 0);
if (model === "extractive") {
  assert.match(whole.choices[0].message.content, /drei Monaten/);
  assert.equal(text, whole.choices[0].message.content);
  await refused(400, "parameter_refused", { model, messages, store: true });
  await refused(422, "action_not_supported", {
    model,
    messages,
    tools: [{ type: "function", function: { name: "f", parameters: { type: "object" } } }],
  });
}
await refused(404, "model_not_found", { model: "no-such-model", messages });

const stranger = new OpenAI({ baseURL: process.env.LETHE_BASE_URL, apiKey: "forged", maxRetries: 0 });
await assert.rejects(stranger.models.list(), (error) => error instanceof OpenAI.AuthenticationError);

console.log(JSON.stringify({ models, characters: text.length, usage: usage.total_tokens }));

async function refused(status, code, request) {
  await assert.rejects(client.chat.completions.create(request), (error) => {
    assert.ok(error instanceof OpenAI.APIError);
    assert.equal(error.status, status);
    assert.equal(error.code, code);
    return true;
  });
}
