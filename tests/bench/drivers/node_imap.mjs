// node-imap, with its callbacks wrapped in promises.
import { Socket } from "node:net";
import { createRequire } from "node:module";
import { APPEND_SIZE, APPENDS, BODIES, bodyBytes, LARGE } from "./commands.mjs";
import { firstUids, MANY, MANY_ROUNDS, SEARCHES, UPLOAD_SIZE } from "./commands.mjs";
import { bodyRecord, envelopeRecord, flagsRecord, idsRecord } from "./digest.mjs";
import { listsOf, partRecord, Samples } from "./digest.mjs";
import { drive } from "./harness.mjs";

const Imap = createRequire(import.meta.url)("imap");

const LIST = { envelope: true, size: true };

/** A promise for what a callback gets. */
function called(start) {
  return new Promise((resolve, reject) => {
    start((error, value) => error ? reject(error) : resolve(value));
  });
}

async function open(port) {
  const client = new Imap({
    host: "127.0.0.1",
    port,
    tls: false,
    // By default, Nagle's algorithm makes each APPEND wait 40 ms.
    socket: new Socket().setNoDelay(true),
    user: "ann",
    password: "secret",
    // It starts IDLE on its own, which would come between the measured commands.
    keepalive: false,
  });
  client.on("error", () => {});
  await new Promise((resolve, reject) => {
    client.once("ready", resolve).once("error", reject);
    client.connect();
  });
  const { messages } = await called((done) => client.openBox("INBOX", done));
  return { client, exists: messages.total };
}

/** Fetches, and returns each message's attributes, with its bytes if they were requested. */
function fetchAll(source, ids, query) {
  return new Promise((resolve, reject) => {
    const found = [];
    const request = source.fetch(ids, query);
    request.on("message", (message, seq) => {
      const one = { seq };
      found.push(one);
      message.once("attributes", (attributes) => one.attributes = attributes);
      message.on("body", (stream) => {
        const chunks = [];
        stream.on("data", (chunk) => chunks.push(chunk));
        stream.on("end", () => one.bytes = Buffer.concat(chunks));
      });
    });
    request.once("error", reject).once("end", () => resolve(found));
  });
}

/** Reads the same values as this client's driver. */
function look({ attributes: { date, envelope } }) {
  let seen = +date + +envelope.date + envelope.subject.length;
  for (const list of listsOf(envelope)) {
    for (const address of list ?? []) {
      seen += (address.name ?? "").length +
        `${address.mailbox}@${address.host}`.length;
    }
  }
  return seen;
}

function messageRecord(
  { attributes: { uid, flags, date: arrived, size, envelope } },
) {
  const { date, subject, inReplyTo, messageId } = envelope;
  const addresses = (list) => {
    const one = ({ name, mailbox, host }) => [name, `${mailbox}@${host}`];
    return (envelope[list] ?? []).map(one);
  };
  const record = envelopeRecord({
    date,
    subject,
    addresses,
    inReplyTo,
    messageId,
  });
  return [...flagsRecord(uid, flags), +arrived, size, record];
}

/** A structure is a list: the part itself, then each part in it as a list. */
function structureRecord([part, ...children]) {
  const { disposition, type, subtype } = part;
  return partRecord({
    ...part,
    type: subtype === undefined ? `multipart/${type}` : `${type}/${subtype}`,
    disposition: disposition ? { type: disposition.type, params: disposition.params } : null,
    subject: part.envelope?.subject,
    children: (part.body ? [part.body] : children).map(structureRecord),
  });
}

async function list({ client }, query) {
  const found = await fetchAll(client, "1:*", query);
  if (query.envelope) { for (const message of found) look(message); }
  return found;
}

const workloads = {
  envelopes: {
    run: (session) => list(session, LIST),
    records: (found) => found.map(messageRecord),
  },
  structures: {
    run: (session) => list(session, { ...LIST, struct: true }),
    records: (found) => {
      return found.map((
        it,
      ) => [messageRecord(it), structureRecord(it.attributes.struct)]);
    },
  },
  flags: {
    run: (session) => list(session, {}),
    records: (found) => found.map(({ attributes: { uid, flags } }) => flagsRecord(uid, flags)),
  },
  search: {
    async run({ client }) {
      const found = [];
      for (let round = 0; round < SEARCHES; round++) {
        found.push(await called((done) => client.search(["ALL"], done)));
      }
      return found;
    },
    records: (found) => found.map(idsRecord),
  },
  bodies: {
    run: ({ client }) => fetchAll(client.seq, `1:${BODIES}`, { bodies: "" }),
    records: (found) => found.map(({ seq, bytes }) => bodyRecord(seq, bytes)),
  },
  stream: {
    run: ({ client }) =>
      new Promise((resolve, reject) => {
        const samples = new Samples();
        const request = client.seq.fetch(`${LARGE}`, { bodies: "" });
        request.on("message", (message) => {
          message.on("body", (stream) => stream.on("data", (chunk) => samples.add(chunk)));
        });
        request.once("error", reject).once("end", () => resolve(samples));
      }),
    records: (samples) => [samples.record()],
  },
  many: {
    prepare: () => firstUids(MANY),
    async run({ client }, uids) {
      const found = [];
      for (let round = 0; round < MANY_ROUNDS; round++) {
        found.push(
          ...await Promise.all(
            uids.map((uid) => fetchAll(client, `${uid}`, {})),
          ),
        );
      }
      return found.flat();
    },
    records: (found) => {
      return found.map(({ attributes: { uid, flags } }) => flagsRecord(uid, flags));
    },
  },
  appends: {
    prepare: () => bodyBytes(APPEND_SIZE),
    async run({ client }, message) {
      const one = () => called((done) => client.append(message, { mailbox: "INBOX" }, done));
      return await Promise.all(Array.from({ length: APPENDS }, one));
    },
    records: (done) => done.map(() => ["done"]),
  },
  upload: {
    prepare: () => bodyBytes(UPLOAD_SIZE),
    run: ({ client }, message) => {
      return called((done) => client.append(message, { mailbox: "INBOX" }, done));
    },
    records: () => [["done"]],
  },
};

await drive({
  open,
  close: ({ client }) =>
    new Promise((resolve) => {
      client.once("close", resolve);
      client.end();
    }),
  // It starts IDLE on its own if that is enabled; the benchmark does not compare it.
  idle: () => {},
  exists: ({ exists }) => exists,
  workloads,
});
