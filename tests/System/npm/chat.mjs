// The official OpenAI client against a Gateway: base URL and API key from the environment, one JSON line as the result.
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.env.LETHE_BASE_URL, apiKey: process.env.LETHE_CREDENTIAL, maxRetries: 0 });
const contract =
  "Der Mieter zahlt eine monatliche Grundmiete von 950 Euro, die am dritten Werktag eines Monats fällig ist. " +
  "Die Kündigungsfrist beträgt drei Monate zum Ende eines Kalendermonats. Die Kaution beträgt drei Grundmieten.";
const messages = [
  { role: "user", content: contract },
  { role: "user", content: "Welche Kündigungsfrist gilt?" },
];

const models = [];
for await (const model of client.models.list()) models.push(model.id);
const whole = await client.chat.completions.create({ model: models[0], messages });
const stream = await client.chat.completions.create({ model: models[0], messages, stream: true, stream_options: { include_usage: true } });
let streamed = "";
let finish = null;
let usage = null;
for await (const chunk of stream) {
  streamed += chunk.choices[0]?.delta?.content ?? "";
  finish = chunk.choices[0]?.finish_reason ?? finish;
  usage = chunk.usage ?? usage;
}
let refused = null;
try {
  await client.chat.completions.create({ model: models[0], messages, store: true });
} catch (error) {
  refused = { status: error.status, code: error.code };
}
console.log(JSON.stringify({ models, whole: whole.choices[0].message.content, finishWhole: whole.choices[0].finish_reason, streamed, finish, usage, refused }));
