// This client with and without compression: `envelopes` or `envelopes+compress`, and so on.
import process from "node:process";
import { ImapClient } from "../../../mod.ts";
import { PARTS } from "./commands.mjs";
import { Digest, Samples } from "./digest.mjs";
import { startClock } from "./harness.mjs";

const LIST = ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"];
const parts = (name) => async (client) => {
  const found = await client.fetch(`1:${PARTS}`, [`BODY.PEEK[${name}]`]);
  return [...found.values()].map((it) => new Samples().add(it[`BODY[${name}]`]).record());
};

const workloads = {
  async envelopes(client) {
    const found = await client.fetch("1:4000", LIST);
    return [...found].map(([id, it]) => [id, it.ENVELOPE.subject, it.ENVELOPE.messageId]);
  },
  async flags(client) {
    const found = await client.fetch("1:*", ["FLAGS"]);
    return [...found].map(([id, { FLAGS }]) => [id, FLAGS.join(" ")]);
  },
  texts: parts(1),
  attachments: parts(2),
  async noops(client) {
    for (let round = 0; round < 20; round++) await client.noop();
    return [];
  },
};

const [what, port] = process.argv.slice(-2);
const [workload, compress] = what.split("+");
const client = await ImapClient.connect({ host: "127.0.0.1", port: Number(port), ssl: false });
await client.login("ann", "secret");
await client.selectFolder("INBOX");
client.useUid = false;
if (compress !== undefined) await client.compress();
const before = client.traffic;
const stop = startClock();
const records = await workloads[workload](client);
const cost = stop();
const after = client.traffic;
const digest = new Digest();
for (const record of records) digest.add(record);
console.log(JSON.stringify({
  ...cost,
  bytes: after.receivedOnWire - before.receivedOnWire,
  sum: `${digest}`,
}));
process.exit(0);
