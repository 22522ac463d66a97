// imapflow, without its logger and without what it does on its own in the background.
import { APPEND_SIZE, APPENDS, BODIES, bodyBytes, LARGE } from "./commands.mjs";
import { firstUids, MANY, MANY_ROUNDS, SEARCHES, UPLOAD_SIZE } from "./commands.mjs";
import { bodyRecord, envelopeRecord, flagsRecord, idsRecord } from "./digest.mjs";
import { listsOf, partRecord, Samples } from "./digest.mjs";
import { drive } from "./harness.mjs";

// Not a plain import: when Deno checks this folder, it would look for all of the package's imports.
const place = "../../tools/node_modules/imapflow/dist/esm/imap-flow.js";
const { ImapFlow } = await import(new URL(place, import.meta.url).href);

const LIST = {
  uid: true,
  flags: true,
  internalDate: true,
  size: true,
  envelope: true,
};

async function open(port) {
  const client = new ImapFlow({
    host: "127.0.0.1",
    port,
    secure: false,
    doSTARTTLS: false,
    logger: false,
    disableAutoIdle: true,
    auth: { user: "ann", pass: "secret" },
  });
  await client.connect();
  const { exists } = await client.mailboxOpen("INBOX");
  return { client, exists };
}

/** Reads the same values as this client's driver. */
function look({ internalDate, envelope }) {
  let seen = +internalDate + +envelope.date + envelope.subject.length;
  for (const list of listsOf(envelope)) {
    for (const address of list ?? []) {
      seen += (address.name ?? "").length + address.address.length;
    }
  }
  return seen;
}

function messageRecord({ uid, flags, internalDate, size, envelope }) {
  const { date, subject, inReplyTo, messageId } = envelope;
  const addresses = (list) => {
    return (envelope[list] ?? []).map((
      { name, address },
    ) => [name || null, address]);
  };
  const record = envelopeRecord({
    date,
    subject,
    addresses,
    inReplyTo,
    messageId,
  });
  return [...flagsRecord(uid, flags), +internalDate, size, record];
}

function structureRecord(part) {
  const {
    parameters,
    lineCount,
    disposition: type,
    dispositionParameters,
    envelope,
  } = part;
  return partRecord({
    ...part,
    params: parameters,
    lines: lineCount,
    disposition: type ? { type, params: dispositionParameters } : null,
    subject: envelope?.subject,
    children: (part.childNodes ?? []).map(structureRecord),
  });
}

const fetchAll = async ({ client }, query) => {
  const found = await client.fetchAll("1:*", query, { uid: true });
  if (query.envelope) { for (const message of found) look(message); }
  return found;
};

const workloads = {
  envelopes: {
    run: (session) => fetchAll(session, LIST),
    records: (found) => found.map(messageRecord),
  },
  structures: {
    run: (session) => fetchAll(session, { ...LIST, bodyStructure: true }),
    records: (found) => {
      return found.map((
        it,
      ) => [messageRecord(it), structureRecord(it.bodyStructure)]);
    },
  },
  flags: {
    run: (session) => fetchAll(session, { uid: true, flags: true }),
    records: (found) => found.map(({ uid, flags }) => flagsRecord(uid, flags)),
  },
  search: {
    async run({ client }) {
      const found = [];
      for (let round = 0; round < SEARCHES; round++) {
        found.push(await client.search({ all: true }, { uid: true }));
      }
      return found;
    },
    records: (found) => found.map(idsRecord),
  },
  bodies: {
    run: ({ client }) => client.fetchAll(`1:${BODIES}`, { source: true }),
    records: (found) => found.map(({ seq, source }) => bodyRecord(seq, source)),
  },
  stream: {
    async run({ client }) {
      const samples = new Samples();
      // It fetches a large message piece by piece.
      const { content } = await client.download(`${LARGE}`);
      for await (const chunk of content) samples.add(chunk);
      return samples;
    },
    records: (samples) => [samples.record()],
  },
  many: {
    prepare: () => firstUids(MANY),
    async run({ client }, uids) {
      const found = [];
      for (let round = 0; round < MANY_ROUNDS; round++) {
        const one = (uid) => client.fetchOne(`${uid}`, { uid: true, flags: true }, { uid: true });
        found.push(...await Promise.all(uids.map(one)));
      }
      return found;
    },
    records: (found) => found.map(({ uid, flags }) => flagsRecord(uid, flags)),
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
    run: ({ client }, message) => client.append("INBOX", message),
    records: () => [["done"]],
  },
};

await drive({
  open,
  close: ({ client }) => client.logout(),
  async idle({ client }) {
    client.idle(); // settles when it ends
    while (!client.idling) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  },
  exists: ({ exists }) => exists,
  workloads,
});
