// The checksums of the mailbox, which the values that a client parses must match.
import { APPENDS, BODIES, BODY_SIZE, bodyBytes } from "./drivers/commands.mjs";
import { MANY, MANY_ROUNDS, SEARCHES } from "./drivers/commands.mjs";
import {
  bodyRecord,
  Digest,
  envelopeRecord,
  flagsRecord,
  idsRecord,
  partRecord,
  Samples,
} from "./drivers/digest.mjs";
import { COLD, IDLE } from "./drivers/harness.mjs";
import { COUNT, LARGE_SIZE, messages } from "./mail.mjs";

const MAIL = messages();

function messageOf({ uid, flags, internalDate, size, envelope }) {
  const addresses = (list) => {
    return envelope[list].map((
      { name, mailbox, host },
    ) => [name, `${mailbox}@${host}`]);
  };
  const { date: { time: date }, subject, inReplyTo, messageId } = envelope;
  const record = envelopeRecord({
    date,
    subject,
    addresses,
    inReplyTo,
    messageId,
  });
  return [...flagsRecord(uid, flags), internalDate.time, size, record];
}

function partOf(part) {
  const { envelope, children } = part;
  return partRecord({
    ...part,
    subject: envelope?.subject,
    children: children.map(partOf),
  });
}

function searches() {
  return Array(SEARCHES).fill(idsRecord(MAIL.map(({ uid }) => uid)));
}

function bodies() {
  const [, ...samples] = bodyRecord(0, bodyBytes(BODY_SIZE));
  return Array.from({ length: BODIES }, (_, at) => [at + 1, ...samples]);
}

function many() {
  const round = MAIL.slice(0, MANY).map(({ uid, flags }) => flagsRecord(uid, flags));
  return Array(MANY_ROUNDS).fill(round).flat();
}

const RECORDS = {
  envelopes: () => MAIL.map(messageOf),
  structures: () => MAIL.map((it) => [messageOf(it), partOf(it.structure)]),
  flags: () => MAIL.map(({ uid, flags }) => flagsRecord(uid, flags)),
  search: searches,
  bodies,
  stream: () => [new Samples().add(bodyBytes(LARGE_SIZE)).record()],
  many,
  cold: () => Array(COLD).fill([COUNT]),
  appends: () => Array(APPENDS).fill(["done"]),
  upload: () => [["done"]],
};

export function expectedSum(workload) {
  if (workload === "idle") return `${IDLE}`;
  const digest = new Digest();
  for (const record of RECORDS[workload]()) digest.add(record);
  return `${digest}`;
}
