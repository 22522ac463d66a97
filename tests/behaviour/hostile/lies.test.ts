import { CapabilityError, ImapError, PartialMoveError, ProtocolError } from "../../../mod.ts";
import { behaviours } from "./behaviours.ts";
import { greets, inFolder, inFolderOf } from "./scenes.ts";

const refused = { fails: ImapError } as const;

behaviours("capabilities that are lies", [
  {
    ...refused,
    name: "MOVE that is refused",
    server: inFolderOf("IMAP4rev1 MOVE", "$ BAD what?"),
    client: async (visitor) => (await visitor.select()).move(1, "Trash"),
  },
  {
    name: "MOVE that is refused half-way",
    server: inFolderOf(
      "IMAP4rev1 MOVE UIDPLUS",
      "* OK [COPYUID 1 1 7] moved",
      "* 1 EXPUNGE",
      "$ NO that is all",
    ),
    client: async (visitor) => (await visitor.select()).move("1:2", "Trash"),
    fails: PartialMoveError,
  },
  {
    name: "UIDPLUS, and a COPY that copies less than it was asked to",
    server: async (villain) => {
      await villain.select("IMAP4rev1 UIDPLUS");
      await villain.answer("* SEARCH 1 2 3");
      await villain.say(`${await villain.command()} OK [COPYUID 1 2 9] two of them not`);
      await villain.answer();
      await villain.answer();
      await villain.answer(`* OK ${villain.heard.slice(-2).join(";")}`);
    },
    client: async (visitor) => {
      const client = await visitor.select();
      const heard: string[] = [];
      client.listen((response) => {
        if (response.type === "OK") heard.push(response.text);
      });
      await client.move("1:3", "Trash");
      await client.noop();
      return heard[0];
    },
    gives: "UID STORE 2 +FLAGS.SILENT (\\Deleted);UID EXPUNGE 2",
    so: "nothing is removed that was not copied",
  },
  {
    name: "UIDPLUS, and a COPY that names a message that nobody asked for",
    server: async (villain) => {
      await villain.select("IMAP4rev1 UIDPLUS");
      await villain.answer("* SEARCH 1 2");
      await villain.say(`${await villain.command()} OK [COPYUID 1 998:999 7:8] done`);
      await villain.answer();
      await villain.answer();
      await villain.answer(`* OK ${villain.heard.slice(3).join(";")}`);
    },
    client: async (visitor) => {
      const client = await visitor.select();
      const heard: string[] = [];
      client.listen((response) => {
        if (response.type === "OK") heard.push(response.text);
      });
      await client.move("1:2", "Trash").catch(() => {});
      await client.noop().catch(() => {});
      return /99[89]/.test(heard.join());
    },
    gives: false,
    so: "nothing is removed that was not to be moved",
  },
  {
    ...refused,
    name: "IDLE that is refused",
    server: inFolderOf("IMAP4rev1 IDLE", "$ BAD what?"),
    client: async (visitor) => (await visitor.select()).idle(),
    tcp: true,
  },
  {
    ...refused,
    name: "LITERAL+, and then APPEND is refused",
    server: inFolderOf("IMAP4rev1 LITERAL+", "$ NO [TOOBIG] what?"),
    client: async (visitor) => (await visitor.select()).append("INBOX", "Hello"),
  },
  {
    name: "LITERAL+, and a + all the same",
    server: inFolderOf("IMAP4rev1 LITERAL+", "+ well?", "$ OK done"),
    client: async (visitor) => (await (await visitor.select()).append("INBOX", "Hello")).text,
    gives: "done",
  },
  {
    ...refused,
    name: "UIDPLUS, and then UID EXPUNGE is refused",
    server: inFolderOf("IMAP4rev1 UIDPLUS", "$ BAD what?"),
    client: async (visitor) => (await visitor.select()).uidExpunge("1:5"),
  },
  {
    ...refused,
    name: "QUOTA, ACL, ID, NAMESPACE and ENABLE that are refused",
    server: async (villain) => {
      const capabilities = "QUOTA ACL ID NAMESPACE ENABLE";
      await villain.say(`* PREAUTH [CAPABILITY IMAP4rev1 ${capabilities}] hello`);
      for (;;) await villain.say(`${await villain.command()} NO no such thing`);
    },
    client: async (visitor) => {
      const client = await visitor.connect();
      const calls = [client.getQuota(), client.getacl("INBOX"), client.id(), client.namespace()];
      for (const call of await Promise.allSettled(calls)) {
        if (call.status === "fulfilled") return "a refusal that nobody hears of";
      }
      return await client.enable("CONDSTORE");
    },
  },
  {
    name: "a result that is missing from each of them",
    server: async (villain) => {
      const capabilities = "QUOTA ACL ID NAMESPACE ENABLE THREAD=REFERENCES SORT";
      await villain.select(`IMAP4rev1 ${capabilities}`);
      for (;;) await villain.answer();
    },
    client: async (visitor) => {
      const client = await visitor.select();
      const failures = [client.getQuota(), client.namespace(), client.folderStatus("INBOX")];
      const errors = await Promise.all(failures.map((call) => call.catch((error) => error.name)));
      const empty = [client.search(), client.sort("DATE"), client.thread(), client.getacl("a")];
      return [...errors, (await Promise.all(empty)).flat(), await client.id()];
    },
    gives: ["ProtocolError", "ProtocolError", "ProtocolError", [], {}],
    so: "ProtocolError, or nothing",
  },
  {
    name: "a list of capabilities that shrinks",
    server: inFolderOf("IMAP4rev1 IDLE MOVE", "* CAPABILITY IMAP4rev1", "$ OK done"),
    client: async (visitor) => {
      const client = await visitor.select();
      await client.noop();
      await client.idle();
    },
    fails: CapabilityError,
  },
  {
    name: "an empty list of capabilities",
    server: greets("* OK hello", "* CAPABILITY", "$ OK done"),
    client: async (visitor) => await (await visitor.connect()).capabilities(),
    gives: [],
  },
  {
    name: "no list of capabilities at all",
    server: greets("* OK hello", "$ OK done"),
    client: async (visitor) => await (await visitor.connect()).capabilities(),
    gives: [],
  },
  {
    name: "BAD to CAPABILITY",
    server: greets("* OK hello", "$ BAD what?"),
    client: (visitor) => visitor.connect(),
    fails: ImapError,
    closes: true,
  },
  {
    name: "capabilities of 100,000 words, and with quotes and parentheses",
    server: greets(
      "* OK hello",
      `* CAPABILITY IMAP4rev1 ${"X".repeat(10)} ${"Y ".repeat(100_000)}`,
      '* CAPABILITY IMAP4rev1 ("quoted" {5})',
      "$ OK done",
    ),
    client: async (visitor) => (await (await visitor.connect()).capabilities()).length,
    gives: 100_002,
  },
  {
    name: "an APPENDLIMIT of 10^400",
    server: async (villain) => {
      await villain.select(`IMAP4rev1 LITERAL+ APPENDLIMIT=1${"0".repeat(400)}`);
      await villain.say(`${await villain.command()} OK done`);
    },
    client: async (visitor) => (await (await visitor.select()).append("INBOX", "Hello")).text,
    gives: "done",
  },
  {
    name: "ENABLED for what was not asked for",
    server: inFolder("* ENABLED UTF8=ACCEPT IMAP4rev2", '* LIST () "/" Entw&APw-rfe', "$ OK done"),
    client: async (visitor) => (await (await visitor.select()).listFolders())[0].name,
    gives: "Entwürfe",
  },
]);

behaviours("answers to another question", [
  {
    name: "STATUS for another folder behind the one that was asked for",
    server: inFolder('* STATUS "a" (MESSAGES 1)', '* STATUS "other" (MESSAGES 99)', "$ OK done"),
    client: async (visitor) => {
      const client = await visitor.select();
      return (await client.folderStatus("a", ["MESSAGES"])).MESSAGES;
    },
    gives: 1,
    so: "the folder's own",
  },
  {
    name: "STATUS without what was asked for",
    server: inFolder('* STATUS "a" (RECENT 1)', "$ OK done"),
    client: async (visitor) => {
      const client = await visitor.select();
      return (await client.folderStatus("a", ["MESSAGES"])).MESSAGES;
    },
    fails: ProtocolError,
  },
  {
    name: "a FETCH of other messages",
    server: inFolder("* 7 FETCH (UID 7 FLAGS ())", "* 8 FETCH (FLAGS ())", "$ OK done"),
    client: async (visitor) => [...(await (await visitor.select()).fetch(1, ["FLAGS"])).keys()],
    gives: [],
  },
  {
    name: "SORT, THREAD, LIST and QUOTA in answer to SEARCH",
    server: inFolder(
      "* SORT 5 6",
      "* THREAD (5)(6)",
      '* LIST () "/" a',
      '* QUOTA "" (STORAGE 1 2)',
      "* SEARCH 1",
      "$ OK done",
    ),
    client: async (visitor) => [...await (await visitor.select()).search()],
    gives: [1],
  },
]);
