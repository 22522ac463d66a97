// The workloads, the clients, and this client's targets.

/** The drivers, the runtimes that each runs on, and its name in the table. */
export const DRIVERS = {
  ours: ["deno", "bun", "node"],
  imapflow: ["deno", "bun", "node"],
  "node-imap": ["node"],
  floor: ["deno", "bun", "node"],
  bare: ["deno", "bun", "node"],
};

const ALL = ["deno", "bun", "node"];

/** This client must be this many times as fast as another. */
const faster = (peer, target) => ({
  peer,
  kind: "faster",
  field: "ms",
  target,
  runtimes: ALL,
});
/** This client may take at most this many times as long as the floor. */
const within = (target, runtimes = ALL) => {
  return { peer: "floor", kind: "within", field: "ms", target, runtimes };
};
/** For comparison: the least that any client has to do. */
const BARE = { ...within(null), peer: "bare" };
/** This client may take at most this much more than the floor. */
const above = (field, target) => ({
  peer: "floor",
  kind: "above",
  field,
  target,
  runtimes: ALL,
});
/** This client must have fewer of these than another. */
const fewer = (peer, field) => ({
  peer,
  kind: "fewer",
  field,
  target: 1,
  runtimes: ["node"],
});

/** The comparisons of each workload; one without a target is only shown. */
export const WORKLOADS = {
  envelopes: [faster("imapflow", 5), faster("node-imap", 3.3), within(null)],
  structures: [faster("imapflow", 6), faster("node-imap", 3.3), within(null)],
  flags: [faster("imapflow", 13), faster("node-imap", null), within(null)],
  search: [faster("imapflow", 2), faster("node-imap", null), within(null)],
  bodies: [
    ...[within(1.35, ["node", "bun"]), within(2, ["deno"]), BARE],
    ...[faster("imapflow", null), faster("node-imap", null)],
  ],
  stream: [
    ...[within(1.2, ["node", "bun"]), within(1.5, ["deno"]), above("peak", 16), BARE],
    ...[faster("imapflow", null), faster("node-imap", null)],
  ],
  many: [within(1.3), BARE, faster("imapflow", null), faster("node-imap", null)],
  cold: [within(2), faster("imapflow", null), faster("node-imap", null)],
  appends: [
    ...[fewer("imapflow", "trips"), fewer("node-imap", "trips"), within(null)],
    ...[faster("imapflow", null), faster("node-imap", null)],
  ],
  upload: [within(1.2), faster("imapflow", null), faster("node-imap", null)],
  idle: [above("kib", 40), {
    ...above("kib", null),
    peer: "imapflow",
    runtimes: ["node"],
  }],
};

/** The targets of the built client, apart from the workloads. */
export const LIMITS = { importMs: 40, gzipKib: 40 };

/** The workloads that also run with a private Dovecot, if there is one; without targets. */
export const WITH_DOVECOT = ["envelopes", "structures", "flags", "search"];
