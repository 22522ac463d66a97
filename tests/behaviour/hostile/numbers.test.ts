import { fetchProblems, type ImapClient, ProtocolError } from "../../../mod.ts";
import { behaviours } from "./behaviours.ts";
import type { Visitor } from "./play.ts";
import { greets, inFolder, inFolderOf, WELCOME } from "./scenes.ts";

const TOO_LARGE = "9".repeat(30);
const searches = async (visitor: Visitor) => [...await (await visitor.select()).search()];

/** The ids of a client's messages, if it can use them in another call. */
async function usableIds(client: ImapClient): Promise<number[]> {
  const ids = [...(await client.fetch("1:*", ["FLAGS"])).keys()];
  return ids.filter((id) => !(id >= 1 && id <= 0xffffffff));
}

behaviours("ids that can't be", [
  {
    name: "UIDs of 0, 2^32 and 2^53 in FETCH",
    server: inFolder(
      "* 1 FETCH (UID 0 FLAGS ())",
      "* 2 FETCH (UID 4294967296 FLAGS ())",
      "* 3 FETCH (UID 9007199254740991 FLAGS ())",
      "* 4 FETCH (UID 4 FLAGS ())",
      "$ OK done",
    ),
    client: async (visitor) => usableIds(await visitor.select()),
    gives: [],
    so: "nothing that no other call would take",
  },
  {
    name: "a UID of 30 digits, of -1, and of letters in FETCH",
    server: inFolder(
      `* 1 FETCH (UID ${TOO_LARGE} FLAGS ())`,
      "* 2 FETCH (UID -1 FLAGS ())",
      "* 3 FETCH (UID __proto__ FLAGS ())",
      "* 4 FETCH (UID 4 FLAGS ())",
      "$ OK done",
    ),
    client: async (visitor) => {
      const client = await visitor.select();
      return [...(await client.fetch("1:*", ["FLAGS"])).keys()];
    },
    gives: [4],
  },
  {
    name: "sequence numbers of 0 and 2^53",
    server: inFolder(
      "* 0 FETCH (FLAGS ())",
      "* 9007199254740991 FETCH (FLAGS ())",
      "* 1 FETCH (FLAGS ())",
      "$ OK done",
    ),
    client: async (visitor) => {
      const client = await visitor.select();
      client.useUid = false;
      return usableIds(client);
    },
    gives: [],
    so: "nothing that no other call would take",
  },
  {
    name: "a number of 30 digits in SEARCH",
    server: inFolder(`* SEARCH 1 ${TOO_LARGE}`, "$ OK done"),
    client: searches,
    fails: ProtocolError,
  },
  {
    name: "a negative number in SEARCH",
    server: inFolder("* SEARCH 1 -1", "$ OK done"),
    client: searches,
    fails: ProtocolError,
  },
  {
    name: "words in SEARCH",
    server: inFolder("* SEARCH __proto__ constructor", "$ OK done"),
    client: searches,
    fails: ProtocolError,
  },
  {
    name: "0 and 2^32 in ESEARCH",
    server: inFolder('* ESEARCH (TAG "A2") UID ALL 0:4294967296', "$ OK done"),
    client: searches,
    fails: ProtocolError,
  },
  {
    name: "1:4294967295 in ESEARCH",
    server: inFolder('* ESEARCH (TAG "A2") UID ALL 1:4294967295', "$ OK done"),
    client: searches,
    fails: ProtocolError,
    says: /4294967295 messages/,
    tcp: true,
  },
  {
    name: "1:* in ESEARCH",
    server: inFolder('* ESEARCH (TAG "A2") UID ALL 1:*', "$ OK done"),
    client: searches,
    fails: ProtocolError,
  },
  {
    name: "1:4294967295 twice in COPYUID",
    server: inFolder("$ OK [COPYUID 1 1:4294967295 1:4294967295] done"),
    client: async (visitor) => {
      const { uids, uidValidity } = await (await visitor.select()).copy("1:*", "Trash");
      return [uids.size, uidValidity];
    },
    gives: [0, 1],
  },
  {
    name: "sets of different sizes in COPYUID",
    server: inFolder("$ OK [COPYUID 1 1:5 1:4] done"),
    client: async (visitor) => (await (await visitor.select()).copy("1:5", "Trash")).uids.size,
    gives: 0,
  },
  {
    name: "1:4294967295, 0 and * in APPENDUID",
    server: async (villain) => {
      await villain.say("* PREAUTH [CAPABILITY IMAP4rev1 LITERAL+] hello");
      for (const uid of ["1:4294967295", "0", "*", "__proto__", ""]) {
        await villain.say(`${await villain.command()} OK [APPENDUID 1 ${uid}] done`);
        await villain.line();
      }
    },
    client: async (visitor) => {
      const client = await visitor.connect();
      const uids: (number | null)[] = [];
      for (let i = 0; i < 5; i++) uids.push((await client.append("a", "b")).uid);
      return uids;
    },
    gives: [null, null, null, null, null],
  },
  {
    name: "1:4294967295 in VANISHED",
    server: inFolder("* VANISHED 1:4294967295", "* VANISHED (EARLIER) 0:*", "$ OK done"),
    client: async (visitor) => (await (await visitor.select()).noop()).responses.length,
    gives: 2,
  },
]);

behaviours("numbers that can't be", [
  {
    name: "EXISTS that counts down, and EXPUNGE below nothing",
    server: inFolder(
      ...Array.from({ length: 1000 }, (_, i) => `* ${1000 - i} EXISTS`),
      "* 0 EXISTS",
      "* 1 EXPUNGE",
      "* 0 EXPUNGE",
      "* SEARCH",
      "$ OK done",
    ),
    client: searches,
    gives: [],
  },
  {
    name: "EXISTS of 30 digits, of -1, of a word and of nothing",
    server: greets(
      WELCOME,
      "* 3 EXISTS",
      `* ${TOO_LARGE} EXISTS`,
      "* -1 EXISTS",
      "* many EXISTS",
      "* EXISTS",
      "$ OK done",
    ),
    client: async (visitor) => (await (await visitor.connect()).selectFolder("INBOX")).EXISTS,
    gives: 3,
  },
  {
    name: "response codes that are called EXISTS, FLAGS and RECENT",
    server: greets(
      WELCOME,
      "* 3 EXISTS",
      "* FLAGS (a)",
      "* OK [EXISTS many] x",
      "* OK [FLAGS none] x",
      "* OK [RECENT (1)] x",
      "$ OK done",
    ),
    client: async (visitor) => {
      const { EXISTS, FLAGS, RECENT } = await (await visitor.connect()).selectFolder("INBOX");
      return [EXISTS, FLAGS, RECENT];
    },
    gives: [3, ["a"], 0],
    so: "they are not taken for the folder's own numbers",
  },
  {
    name: "response codes whose numbers are words",
    server: greets(
      WELCOME,
      "* OK [UIDVALIDITY __proto__] x",
      "* OK [UIDNEXT -5] x",
      "* OK [HIGHESTMODSEQ many] x",
      "* OK [PERMANENTFLAGS 7] x",
      "$ OK done",
    ),
    client: async (visitor) => {
      const folder = await (await visitor.connect()).selectFolder("INBOX");
      const types = [folder.UIDVALIDITY, folder.UIDNEXT, folder.HIGHESTMODSEQ].map((it) =>
        typeof it
      );
      return [types, Array.isArray(folder.PERMANENTFLAGS ?? [])];
    },
    gives: [["undefined", "undefined", "undefined"], true],
    so: "they are left out, as their types say",
  },
  {
    name: "a size of 400 digits, and one of -1",
    server: inFolder(
      `* 1 FETCH (UID 1 RFC822.SIZE ${"9".repeat(400)})`,
      "* 2 FETCH (UID 2 RFC822.SIZE -1)",
      "$ OK done",
    ),
    client: async (visitor) => {
      const found = await (await visitor.select()).fetch("1:2", ["RFC822.SIZE"]);
      const isBad = fetchProblems(found.get(1)!).length > 0;
      return [isBad || Number.isSafeInteger(found.get(1)!["RFC822.SIZE"]), found.get(2)];
    },
    gives: [true, { SEQ: 2, "RFC822.SIZE": 0 }],
    so: "no number that is none",
  },
  {
    name: "mod-sequences of 30 digits, of -1 and of 0",
    server: inFolderOf(
      "IMAP4rev1 CONDSTORE",
      `* 1 FETCH (UID 1 MODSEQ (${TOO_LARGE}))`,
      "* 2 FETCH (UID 2 MODSEQ (-1))",
      "* 3 FETCH (UID 3 MODSEQ (0))",
      "$ OK done",
    ),
    client: async (visitor) => {
      const found = await (await visitor.select()).fetch("1:3", ["MODSEQ"]);
      return [...found.values()].map((message) => fetchProblems(message).length);
    },
    gives: [1, 0, 0],
  },
  {
    name: "STATUS with numbers of 30 digits and with words",
    server: inFolder(`* STATUS "a" (MESSAGES ${TOO_LARGE} UNSEEN many)`, "$ OK done"),
    client: async (visitor) => {
      const status = await (await visitor.select()).folderStatus("a", ["MESSAGES", "UNSEEN"]);
      return fetchProblems(status).map(({ name }) => name);
    },
    gives: ["MESSAGES", "UNSEEN"],
  },
  {
    name: "quotas of 30 digits",
    server: inFolderOf(
      "IMAP4rev1 QUOTA",
      `* QUOTA "" (STORAGE ${TOO_LARGE} ${TOO_LARGE})`,
      "$ OK done",
    ),
    client: async (visitor) => (await visitor.select()).getQuotaByRoot(),
    fails: ProtocolError,
  },
  {
    name: "dates that can't be",
    server: inFolder(
      '* 1 FETCH (UID 1 INTERNALDATE "99-Foo-9999 99:99:99 +9999")',
      `* 2 FETCH (UID 2 INTERNALDATE "${"1".repeat(100_000)}")`,
      "* 3 FETCH (UID 3 INTERNALDATE NIL)",
      "* 4 FETCH (UID 4 INTERNALDATE ((())))",
      '* 5 FETCH (UID 5 INTERNALDATE "00-Jan-0000 00:00:00 +0000")',
      "$ OK done",
    ),
    client: async (visitor) => {
      const found = await (await visitor.select()).fetch("1:5", ["INTERNALDATE"]);
      return [...found.values()].map((message) => {
        return fetchProblems(message).length > 0 ? "bad" : message.INTERNALDATE;
      });
    },
    gives: [null, null, null, "bad", null],
  },
]);
