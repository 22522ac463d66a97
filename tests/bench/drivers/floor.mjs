// No client at all: sends what this client sends, and reads until the tagged line.
import { Buffer } from "node:buffer";
import { APPEND_SIZE, APPENDS, BODIES, bodyBytes, LARGE } from "./commands.mjs";
import { firstUids, MANY, MANY_ROUNDS, SEARCHES, UPLOAD_SIZE } from "./commands.mjs";
import { drive } from "./harness.mjs";
import { connect } from "./sockets.mjs";

const encoder = new TextEncoder();
const LIST = "FLAGS INTERNALDATE RFC822.SIZE ENVELOPE";

async function open(port, purpose) {
  // An idle connection needs only a small buffer.
  const session = await connect(port, purpose === "idle" ? 64 : undefined);
  if (purpose === "idle") return session;
  await say(session, "LOGIN ann secret");
  await say(session, 'ID ("name" "imapclient" "version" "0.1.0")');
  await say(session, "SELECT INBOX");
  return session;
}

function say(session, command) {
  return session.exchange(encoder.encode(`A1 ${command}\r\n`), "A1");
}

/** A workload of one command. Nothing is parsed, so there is nothing to check. */
function single(command) {
  return { run: (session) => say(session, command), records: () => [] };
}

function manyFetches() {
  const one = (uid, at) => `A${at + 1} UID FETCH ${uid} (FLAGS)\r\n`;
  return encoder.encode(firstUids(MANY).map(one).join(""));
}

function append(tag, message) {
  const head = `${tag} APPEND INBOX {${message.length}+}\r\n`;
  return [encoder.encode(head), message, encoder.encode("\r\n")];
}

const workloads = {
  envelopes: single(`UID FETCH 1:* (${LIST})`),
  structures: single(`UID FETCH 1:* (${LIST} BODYSTRUCTURE)`),
  flags: single("UID FETCH 1:* (FLAGS)"),
  search: {
    async run(session) {
      for (let round = 0; round < SEARCHES; round++) {
        await say(session, "UID SEARCH ALL");
      }
    },
    records: () => [],
  },
  bodies: single(`FETCH 1:${BODIES} BODY.PEEK[]`),
  stream: single(`FETCH ${LARGE} (UID BODY.PEEK[])`),
  many: {
    prepare: manyFetches,
    async run(session, commands) {
      for (let round = 0; round < MANY_ROUNDS; round++) {
        await session.exchange(commands, `A${MANY}`);
      }
    },
    records: () => [],
  },
  appends: {
    prepare: () => bodyBytes(APPEND_SIZE),
    async run(session, message) {
      const all = Array.from(
        { length: APPENDS },
        (_, at) => append(`A${at + 1}`, message),
      );
      await session.exchange(Buffer.concat(all.flat()), `A${APPENDS}`);
    },
    records: () => [],
  },
  upload: {
    prepare: () => Buffer.concat(append("A1", bodyBytes(UPLOAD_SIZE))),
    run: (session, bytes) => session.exchange(bytes, "A1"),
    records: () => [],
  },
};

await drive({
  open,
  close: (session) => session.close(),
  idle: () => {},
  exists: () => 0,
  workloads,
});
