// This client. On Deno and Bun it runs from source, on Node from the output of esbuild.
import { ImapClient } from "../../../mod.ts";
import { APPEND_SIZE, APPENDS, BODIES, bodyBytes, LARGE } from "./commands.mjs";
import { firstUids, MANY, MANY_ROUNDS, SEARCHES, UPLOAD_SIZE } from "./commands.mjs";
import { bodyRecord, envelopeRecord, flagsRecord, idsRecord } from "./digest.mjs";
import { listsOf, partRecord, Samples } from "./digest.mjs";
import { drive } from "./harness.mjs";

const LIST = ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"];

async function open(port) {
  const client = await ImapClient.connect({
    host: "127.0.0.1",
    port,
    ssl: false,
  });
  await client.login("ann", "secret");
  const { EXISTS } = await client.selectFolder("INBOX");
  return { client, EXISTS };
}

/** Reads everything, since some values are decoded only then. */
function look({ INTERNALDATE, ENVELOPE }) {
  let seen = +INTERNALDATE + +ENVELOPE.date + ENVELOPE.subject.length;
  for (const list of listsOf(ENVELOPE)) {
    for (const address of list ?? []) {
      seen += (address.name ?? "").length + address.email.length;
    }
  }
  return seen;
}

function messageRecord(
  uid,
  { FLAGS, INTERNALDATE, "RFC822.SIZE": size, ENVELOPE },
) {
  const { date, subject, inReplyTo, messageId } = ENVELOPE;
  const addresses = (name) => (ENVELOPE[name] ?? []).map(({ name, email }) => [name, email]);
  const envelope = envelopeRecord({
    date,
    subject,
    addresses,
    inReplyTo,
    messageId,
  });
  return [...flagsRecord(uid, FLAGS), +INTERNALDATE, size, envelope];
}

function structureRecord(part) {
  const inner = part.isMultipart ? part.parts : part.body ? [part.body] : [];
  return partRecord({
    ...part,
    type: `${part.type}/${part.subtype}`,
    subject: part.envelope?.subject,
    children: inner.map(structureRecord),
  });
}

const workloads = {
  envelopes: {
    async run({ client }) {
      const found = await client.fetch("1:*", LIST);
      for (const message of found.values()) look(message);
      return found;
    },
    *records(found) {
      for (const [uid, message] of found) yield messageRecord(uid, message);
    },
  },
  structures: {
    async run({ client }) {
      const found = await client.fetch("1:*", [...LIST, "BODYSTRUCTURE"]);
      for (const message of found.values()) look(message);
      return found;
    },
    *records(found) {
      for (const [uid, message] of found) {
        yield [
          messageRecord(uid, message),
          structureRecord(message.BODYSTRUCTURE),
        ];
      }
    },
  },
  flags: {
    run: ({ client }) => client.fetch("1:*", ["FLAGS"]),
    *records(found) {
      for (const [uid, { FLAGS }] of found) yield flagsRecord(uid, FLAGS);
    },
  },
  search: {
    async run({ client }) {
      const found = [];
      for (let round = 0; round < SEARCHES; round++) {
        found.push(await client.search("ALL"));
      }
      return found;
    },
    records: (found) => found.map(idsRecord),
  },
  bodies: {
    async run({ client }) {
      client.useUid = false;
      return await client.fetch(`1:${BODIES}`, ["BODY.PEEK[]"]);
    },
    *records(found) {
      for (const [number, message] of found) {
        yield bodyRecord(number, message["BODY[]"]);
      }
    },
  },
  stream: {
    async run({ client }) {
      client.useUid = false;
      const samples = new Samples();
      const sink = () => new WritableStream({ write: (chunk) => void samples.add(chunk) });
      for await (
        const it of client.fetchEach(`${LARGE}`, ["BODY.PEEK[]"], {
          stream: true,
        })
      ) {
        await it["BODY[]"].pipeTo(sink());
      }
      return samples;
    },
    records: (samples) => [samples.record()],
  },
  many: {
    prepare: () => firstUids(MANY),
    async run({ client }, uids) {
      const found = [];
      for (let round = 0; round < MANY_ROUNDS; round++) {
        found.push(
          ...await Promise.all(uids.map((uid) => client.fetch(uid, ["FLAGS"]))),
        );
      }
      return found;
    },
    *records(found) {
      for (const messages of found) {
        for (const [uid, { FLAGS }] of messages) yield flagsRecord(uid, FLAGS);
      }
    },
  },
  appends: {
    prepare: () => bodyBytes(APPEND_SIZE),
    async run({ client }, message) {
      const all = Array.from(
        { length: APPENDS },
        () => client.append("INBOX", message),
      );
      return await Promise.all(all);
    },
    records: (done) => done.map(() => ["done"]),
  },
  upload: {
    prepare: () => bodyBytes(UPLOAD_SIZE),
    run: ({ client }, message) => {
      const pieces = inPieces(message);
      const stream = new ReadableStream({
        pull(controller) {
          const { value, done } = pieces.next();
          if (done) controller.close();
          else controller.enqueue(value);
        },
      });
      return client.append("INBOX", { stream, size: UPLOAD_SIZE });
    },
    records: () => [["done"]],
  },
};

/** In pieces, as from a file. */
function* inPieces(bytes) {
  for (let at = 0; at < bytes.length; at += PIECE) {
    yield bytes.subarray(at, at + PIECE);
  }
}
const PIECE = 256 * 1024;

await drive({
  open,
  close: ({ client }) => client.logout(),
  idle: ({ client }) => client.idle(),
  exists: ({ EXISTS }) => EXISTS,
  workloads,
});
