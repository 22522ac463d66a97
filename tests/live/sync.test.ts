// CONDSTORE and QRESYNC (RFC 7162) with real servers: what a synchronisation reports, next to what
// there is.
import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ConditionFailedError,
  type Folder,
  type ImapClient,
  type MessageIds,
  NumberSet,
} from "@imapclient/imapclient";
import { Random } from "../support/random.ts";
import { type RunningServer, SERVERS } from "../support/servers/servers.ts";

/** What is kept of a folder, as in the guide (docs/sync.md). */
interface Copy {
  uidValidity: number;
  modseq: bigint;
  flags: Map<number, readonly string[]>;
}

/** The ways to bring a copy up to date. */
const WAYS = ["select", "fetch", "condstore"] as const;

async function sync(
  client: ImapClient,
  name: string,
  last: Copy | null,
  way: (typeof WAYS)[number],
): Promise<Copy> {
  const resync = last === null || way !== "select" ? undefined : {
    uidValidity: last.uidValidity,
    modseq: last.modseq,
    knownUids: last.flags.keys(),
  };
  const folder = await client.openFolder(name, { readonly: true, condstore: true, resync });
  try {
    const { uidValidity, highestModseq: modseq } = folder;
    assert(uidValidity !== null && modseq !== null);
    const flags = new Map(last?.flags ?? []);
    if (last !== null) {
      const { vanished, changed } = await changesOf(folder, last, way);
      for (const uid of last.flags.keys()) if (vanished.has(uid)) flags.delete(uid);
      for (const [uid, { FLAGS }] of changed) flags.set(uid, FLAGS);
    }
    const highest = Math.max(0, ...flags.keys());
    for (const [uid, { FLAGS }] of await folder.fetch(`${highest + 1}:*`, ["FLAGS"])) {
      flags.set(uid, FLAGS);
    }
    return { uidValidity, modseq, flags };
  } finally {
    await folder.close();
  }
}

async function changesOf(folder: Folder, last: Copy, way: (typeof WAYS)[number]) {
  if (way === "select") return { vanished: folder.vanished!, changed: folder.changed! };
  const changedSince = last.modseq;
  if (way === "fetch") {
    const changed = await folder.fetch("1:*", ["FLAGS"], { changedSince, vanished: true });
    return { vanished: changed.vanished, changed };
  }
  const changed = await folder.fetch("1:*", ["FLAGS"], { changedSince });
  const left = new Set(await folder.search("ALL"));
  const gone = [...last.flags.keys()].filter((uid) => !left.has(uid));
  return { vanished: NumberSet.from(gone), changed };
}

/** The flags of all messages, without `\Recent`, which depends on the session. */
function shown(flags: Iterable<readonly [number, readonly string[]]>): string[] {
  return [...flags].sort(([a], [b]) => a - b).map(([uid, all]) => {
    return `${uid} ${all.filter((flag) => flag !== "\\Recent").sort().join(" ")}`;
  });
}

async function everything(client: ImapClient, name: string): Promise<string[]> {
  return await client.withFolder(name, { readonly: true }, async (folder) => {
    const all = await folder.fetch("1:*", ["FLAGS"]);
    return shown([...all].map(([uid, { FLAGS }]) => [uid, FLAGS] as const));
  });
}

/** One random change of a folder, by another session. */
async function change(folder: Folder, client: ImapClient, random: Random): Promise<void> {
  const uids = [...await folder.search("ALL")];
  const some: MessageIds = uids.filter(() => random.below(4) === 0);
  const flag = random.pick(["\\Seen", "\\Flagged", "$Forwarded", "\\Answered"]);
  switch (random.below(6)) {
    case 0:
      await client.append(folder.name, `Subject: ${random.below(1000)}\r\n\r\nhi\r\n`);
      await folder.run({ name: "NOOP", result: () => null });
      return;
    case 1:
      await folder.deleteMessages(some);
      await folder.expunge();
      return;
    case 2:
      // The messages with the highest UIDs: some servers forget those (see fetch_changes.ts).
      await folder.deleteMessages(uids.slice(-1));
      await folder.expunge();
      return;
    case 3:
      await folder.removeFlags(some, flag);
      return;
    default:
      await folder.addFlags(some, flag);
  }
}

for (const { name: server, missing, start } of SERVERS) {
  describe(`synchronising with ${server}`, { skip: missing }, () => {
    let running: RunningServer;
    let other: ImapClient;
    let own = "";

    before(async () => {
      running = await start();
      other = await running.open();
      own = (await other.namespace()).personal![0].prefix as string;
    });
    after(() => running?.stop());

    /** A folder with so many messages. */
    async function folderOf(name: string, count: number): Promise<string> {
      await other.createFolder(own + name);
      for (let i = 0; i < count; i++) await other.append(own + name, `Subject: ${i}\r\n\r\nhi\r\n`);
      return own + name;
    }

    for (const way of WAYS) {
      it(`random changes, then ${way} → as a full fetch has it [ext CONDSTORE, QRESYNC]`, async () => {
        const name = await folderOf(`random ${way}`, 12);
        const random = new Random(way.length * 7919);
        let copy: Copy | null = null;
        for (let round = 0; round < 12; round++) {
          // Each time over a connection of its own, as after a pause.
          const client = await running.open();
          copy = await sync(client, name, copy, way);
          assertEquals(shown(copy.flags), await everything(client, name), `${way} ${round}`);
          await client.logout();
          await other.withFolder(name, {}, async (folder) => {
            for (let i = random.below(5); i > 0; i--) await change(folder, other, random);
          });
        }
      });
    }

    it("events while a folder is open → up to its highestModseq [ext QRESYNC]", async () => {
      const name = await folderOf("events", 6);
      const client = await running.open();
      const folder = await client.openFolder(name, { condstore: true });
      const first = folder.highestModseq!;
      await other.withFolder(name, {}, async (theirs) => {
        await theirs.addFlags("1", "\\Flagged");
        await theirs.deleteMessages("2");
        await theirs.expunge();
      });
      const told: string[] = [];
      const stop = client.listen((it) => {
        if (it.type === "FETCH") told.push(`${it.items.FLAGS}`);
      });
      await folder.fetch("1:*", ["FLAGS", "MODSEQ"]);
      await folder.run({ name: "NOOP", result: () => null });
      stop();
      assert(folder.highestModseq! > first, `${folder.highestModseq} after ${first}`);
      assertEquals(folder.exists, 5);
      const { uidValidity, highestModseq } = folder;
      await folder.close();
      const resync = { uidValidity: uidValidity!, modseq: first };
      const again = await client.selectFolder(name, { resync });
      assertEquals([String(again.vanished), [...again.changed!.keys()]], ["2", [1]]);
      // What was told up to then is not told again, apart from what the server can't remember.
      const since = { uidValidity: uidValidity!, modseq: highestModseq! };
      const third = await client.selectFolder(name, { resync: since });
      assertEquals([...third.changed!.keys()], []);
      const strange = { uidValidity: uidValidity! + 1, modseq: first };
      const { vanished, changed } = await client.selectFolder(name, { resync: strange });
      assertEquals([vanished, changed], [null, null]);
      await client.logout();
    });

    it("knownUids and sequenceMatch → only what was asked for [ext QRESYNC]", async () => {
      const name = await folderOf("known", 20);
      const client = await running.open();
      const { UIDVALIDITY, HIGHESTMODSEQ } = await client.selectFolder(name, { condstore: true });
      await other.withFolder(name, {}, async (theirs) => {
        await theirs.addFlags("5:8", "\\Flagged");
        await theirs.deleteMessages("11:14");
        await theirs.expunge();
      });
      const resync = { uidValidity: UIDVALIDITY!, modseq: HIGHESTMODSEQ!, knownUids: "6:7,13:20" };
      const sequenceMatch = [[1, 1], [10, 10], [20, 20]] as const;
      for (const request of [resync, { ...resync, sequenceMatch }]) {
        const { vanished, changed } = await client.selectFolder(name, { resync: request });
        assertEquals([String(vanished), [...changed!.keys()]], ["13:14", [6, 7]]);
      }
      const empty = { ...resync, knownUids: [] };
      const { vanished, changed } = await client.selectFolder(name, { resync: empty });
      assertEquals([vanished?.isEmpty, changed?.size], [true, 0]);
      await client.logout();
    });

    it("unchangedSince → only what nobody has changed [ext CONDSTORE]", async () => {
      const name = await folderOf("conditions", 6);
      const client = await running.open();
      await client.selectFolder(name, { condstore: true });
      const since = client.highestModseq!;
      await other.withFolder(name, {}, async (theirs) => {
        await theirs.setFlags("2:3", ["\\Seen", "\\Flagged"]);
      });
      const store = () => client.setFlags("1:4", ["\\Answered"], { unchangedSince: since });
      const error = await assertRejects(store, ConditionFailedError) as ConditionFailedError;
      assertEquals(String(error.modified), "2:3");
      const stored = error.partial as Map<number, readonly string[]>;
      assertEquals([...stored.keys()], [1, 4]);
      const flags = await client.getFlags("1:5");
      const answered = [...flags].filter(([, it]) => it.includes("\\Answered")).map(([id]) => id);
      assertEquals(answered, [1, 4]);
      // Again, with what is known now.
      const now = (await client.fetch("2:3", ["MODSEQ"])).get(3)!.MODSEQ!;
      await client.addFlags("2:3", "\\Answered", { unchangedSince: now, silent: true });
      client.useUid = false;
      const byNumber = () => client.setFlags("1:6", ["x"], { unchangedSince: since });
      const again = await assertRejects(byNumber, ConditionFailedError) as ConditionFailedError;
      assertEquals(String(again.modified), "1:4");
      await client.logout();
    });

    it("search for MODSEQ → what has changed, and the highest [ext CONDSTORE]", async () => {
      const name = await folderOf("searched", 4);
      const client = await running.open();
      await client.selectFolder(name, { condstore: true });
      const since = client.highestModseq!;
      await client.addFlags("2:3", "\\Flagged");
      const found = await client.search({ modseq: since + 1n });
      assertEquals([...found], [2, 3]);
      const rows = await client.fetch("2:3", ["MODSEQ"]);
      const highest = [...rows.values()].map((it) => it.MODSEQ!).reduce((a, b) => a > b ? a : b);
      assertEquals(found.modseq, highest);
      const { HIGHESTMODSEQ } = await other.folderStatus(name, ["HIGHESTMODSEQ"]);
      assert(HIGHESTMODSEQ >= highest);
      await client.logout();
    });
  });
}
