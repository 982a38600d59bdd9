// A real SMTP server for the mail tests. Settings come as one JSON argument; each line of output is one event as JSON.
import { readFileSync } from "node:fs";
import { SMTPServer } from "smtp-server";

const settings = JSON.parse(process.argv[2]);
const tell = (event) => process.stdout.write(JSON.stringify(event) + "\n");
const asked = new Map();

const server = new SMTPServer({
  secure: settings.security === "tls",
  key: settings.key && readFileSync(settings.key),
  cert: settings.certificate && readFileSync(settings.certificate),
  hideSTARTTLS: settings.security === "none",
  authOptional: !settings.user,
  disableReverseLookup: true,
  logger: false,
  onAuth(auth, session, callback) {
    const right = auth.username === settings.user && auth.password === settings.password;
    callback(right ? null : new Error("Not these credentials"), { user: auth.username });
  },
  onRcptTo(address, session, callback) {
    const times = (asked.get(address.address) ?? 0) + 1;
    asked.set(address.address, times);
    tell({ event: "recipient", times });
    if (address.address.startsWith("refused@")) {
      callback(Object.assign(new Error("No such mailbox"), { responseCode: 550 }));
    } else if (address.address.startsWith("later@") && times === 1) {
      callback(Object.assign(new Error("Busy"), { responseCode: 451 }));
    } else {
      callback();
    }
  },
  onData(stream, session, callback) {
    const parts = [];
    stream.on("data", (part) => parts.push(part));
    stream.on("end", () => {
      tell({
        event: "message",
        to: session.envelope.rcptTo.map((recipient) => recipient.address),
        secure: session.secure,
        greeting: session.hostNameAppearsAs,
        user: session.user ?? null,
        message: Buffer.concat(parts).toString("base64"),
      });
      callback();
    });
  },
});
server.on("error", (fault) => tell({ event: "fault", code: fault.code ?? "unknown" }));
server.listen(settings.port ?? 0, "127.0.0.1", () => tell({ event: "ready", port: server.server.address().port }));
