// What can be read only once is taken like a list, however many commands it takes.
import { assertEquals, assertNotEquals } from "@std/assert";
import type { ImapClient } from "@imapclient/imapclient";
import { type FakeServer, outcome, selectFake, test } from "../../support/fake_server.ts";

const OFFERED = "IMAP4rev1 LITERAL+ MULTIAPPEND UIDPLUS CONDSTORE PARTIAL LIST-EXTENDED " +
  "LIST-STATUS LIST-METADATA METADATA CREATE-SPECIAL-USE SPECIAL-USE SORT SORT=DISPLAY ENABLE " +
  "LANGUAGE URLAUTH MULTISEARCH NOTIFY QUOTA QUOTASET X-GM-EXT-1 ANNOTATE-EXPERIMENT-1";

/** Makes an iterable of values. */
type Make = <Value>(...values: Value[]) => Iterable<Value>;

type Call = (client: ImapClient, make: Make) => Promise<unknown>;

/** The lines that a call sends, each of which is answered with OK or NO. */
async function sentBy(call: Call, make: Make, capabilities: string, status: string) {
  const { client, server } = await selectFake({}, capabilities);
  const ending = outcome(call(client, make)).then(() => client.shutdown());
  const lines = await answered(server, status);
  await ending;
  return lines;
}

async function answered(server: FakeServer, status: string): Promise<string[]> {
  const lines: string[] = [];
  for (;;) {
    const line = await server.line().catch(() => null);
    if (line === null) return lines;
    lines.push(line);
    // The message of an append is a line of its own.
    if (/\{\d+\+\}$/.test(line)) continue;
    const tag = /^A\d+/.exec(lines.findLast((it) => /^A\d+ /.test(it))!)![0];
    const fetched = /UID FETCH|UID SEARCH/.test(line) ? ["* 1 FETCH (UID 1)", "* SEARCH 1"] : [];
    await server.send(...fetched, `${tag} ${status} done`);
  }
}

const CALLS: Readonly<Record<string, Call>> = {
  addFlags: (c, make) => c.addFlags(make(1, 2), make("\\Seen", "a")),
  setFlags: (c, make) => c.setFlags(make(1), make("\\Seen")),
  "setFlags, conditional": (c, make) => c.setFlags(make(1), make("a"), { unchangedSince: 5 }),
  removeFlags: (c, make) => c.removeFlags(make(1), make("\\Seen"), { silent: true }),
  setGmailLabels: (c, make) => c.setGmailLabels(make(1), make("a", "b")),
  setFlagColor: (c, make) => c.setFlagColor(make(1), "orange"),
  deleteMessages: (c, make) => c.deleteMessages(make(1)),
  expunge: (c, make) => c.uidExpunge(make(1)),
  copy: (c, make) => c.copy(make(1), "x"),
  move: (c, make) => c.move(make(1), "x"),
  append: (c, make) => c.append("x", "m", { flags: make("\\Seen") }),
  multiappend: (c, make) => c.multiappend("x", make({ msg: "m", flags: make("\\Seen") })),
  replace: (c, make) => c.replace(make(1), "x", "m", { flags: make("\\Seen") }),
  fetch: (c, make) => c.fetch(make(1), ["FLAGS"], { modifiers: make("X") }),
  "fetch of a part": (c, make) => c.fetch(make(1), ["FLAGS"], { partial: [1, 5] }),
  "fetchEach of a part": (c, make) => c.fetchEach(make(1), ["FLAGS"], { partial: [1, 5] }).next(),
  "fetch of changes": (c, make) => c.fetch(make(1), ["BINARY.PEEK[1]"], { changedSince: 5 }),
  getFlags: (c, make) => c.getFlags(make(1)),
  setAnnotations: (c, make) => c.setAnnotations(make(1), { "/comment": { "value.priv": "a" } }),
  sort: (c, make) => c.sort(make("SUBJECT"), ["SUBJECT", "ü"]),
  folderStatus: (c, make) => c.folderStatus("x", make("MESSAGES" as const)),
  listFolders: (c, make) => c.listFolders("", make("a", "b")),
  createFolder: (c, make) => c.createFolder("x", { specialUse: make("\\Sent") }),
  language: (c, make) => c.language(make("de", "fr")),
  getMetadata: (c, make) => c.getMetadata("x", make("/private/comment")),
  fetchUrls: (c, make) => c.fetchUrls(make("imap://a/b", "imap://a/c")),
  setQuota: (c, make) =>
    c.setQuota(make({ quotaRoot: "", resource: "STORAGE", limit: 1 } as never)),
};

const list: Make = (...values) => values;
const iterator: Make = (...values) => values.values();

for (const [name, call] of Object.entries(CALLS)) {
  test(`${name}: an iterator → the same as a list`, async () => {
    for (const more of ["", " REPLACE MOVE", " SAVELIMIT=9 MESSAGELIMIT=9"]) {
      for (const status of ["OK", "NO"]) {
        const wanted = await sentBy(call, list, `${OFFERED}${more}`, status);
        assertNotEquals(wanted, []);
        assertEquals(await sentBy(call, iterator, `${OFFERED}${more}`, status), wanted);
      }
    }
  });
}
