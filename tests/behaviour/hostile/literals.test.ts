import { fetchProblems, type ImapClient, ProtocolError, TimeoutError } from "../../../mod.ts";
import { behaviours } from "./behaviours.ts";
import type { Visitor } from "./play.ts";
import { greets, inFolder, inFolderSends } from "./scenes.ts";

const broken = { fails: ProtocolError, closes: true } as const;
const searches = async (visitor: Visitor) => [...await (await visitor.select()).search()];
const fetches = async (visitor: Visitor) => (await visitor.select()).fetch(1, ["BODY[]"]);

async function body(client: ImapClient): Promise<string> {
  const message = (await client.fetch(1, ["BODY[]"])).get(1);
  return new TextDecoder().decode(message?.["BODY[]"] ?? undefined);
}

behaviours("literals that are announced", [
  {
    ...broken,
    name: "a literal of 4294967295 bytes",
    server: inFolderSends("* 1 FETCH (UID 1 BODY[] {4294967295}\r\n"),
    client: fetches,
    says: /4294967295 bytes/,
    tcp: true,
  },
  {
    ...broken,
    name: "a literal of 99999999999999999 bytes",
    server: inFolderSends("* 1 FETCH (UID 1 BODY[] {99999999999999999}\r\n"),
    client: fetches,
    says: /17 digits/,
    tcp: true,
  },
  {
    ...broken,
    name: "a literal of 10^1000 bytes",
    server: inFolderSends(`* 1 FETCH (UID 1 BODY[] {1${"0".repeat(1000)}}\r\n`),
    client: fetches,
  },
  {
    ...broken,
    name: "a literal of 999999999999999 bytes in a response that nobody knows",
    server: inFolderSends("* XYZZY {999999999999999}\r\n"),
    client: searches,
  },
  {
    ...broken,
    name: "two literals that are too large together",
    server: inFolderSends(
      `* 1 FETCH (UID 1 BODY[1] {600000}\r\n${"x".repeat(600_000)} BODY[2] {600000}\r\n`,
    ),
    client: async (visitor) => {
      const client = await visitor.select({ limits: { literal: 1_000_000 } });
      await client.fetch(1, ["BODY[1]"]);
    },
    says: /600000 bytes; the limit in memory is 1000000/,
  },
  {
    name: "a literal of 4294967295 bytes that never comes, for a stream",
    server: inFolderSends("* 1 FETCH (UID 1 BODY[] {4294967295}\r\n"),
    client: async (visitor) => {
      const client = await visitor.select();
      for await (const row of client.fetchEach(1, ["BODY[]"], { stream: true })) {
        await new Response(row["BODY[]"]).bytes();
      }
    },
    timeout: 0.5,
    fails: TimeoutError,
  },
  {
    name: "a literal that is shorter than it was said to be, so that the answer stands in it",
    server: inFolderSends("* 1 FETCH (UID 1 BODY[] {10}\r\nHello)\r\nA2 OK done\r\n"),
    client: fetches,
    timeout: 0.5,
    fails: TimeoutError,
  },
  {
    name: "a literal that is longer than it was said to be",
    server: inFolder("* 1 FETCH (UID 1 BODY[] {5}\r\nHello, world)", "$ OK done"),
    client: async (visitor) => body(await visitor.select()),
    fails: ProtocolError,
    closes: false,
    says: /", world/,
  },
  {
    name: "a literal that holds an answer to its own command",
    server: inFolder("* 1 FETCH (UID 1 BODY[] {22}\r\nx\r\nA2 OK done\r\n* BYE\r\n)", "$ OK done"),
    client: async (visitor) => body(await visitor.select()),
    gives: "x\r\nA2 OK done\r\n* BYE\r\n",
  },
  {
    name: "a literal that announces another one",
    server: inFolder("* 1 FETCH (UID 1 BODY[] {9}\r\na{9999}\r\n)", "$ OK done"),
    client: async (visitor) => body(await visitor.select()),
    gives: "a{9999}\r\n",
  },
  {
    name: "sizes that are none: {}, {-1}, {1e9}, {0x10}, { 5}",
    server: inFolder(
      ...["{}", "{-1}", "{1e9}", "{0x10}", "{ 5}", "{5", "5}"].map((it) => `* X ${it}`),
      "* SEARCH 1",
      "$ OK done",
    ),
    client: searches,
    gives: [1],
  },
  {
    name: "a literal in the text of OK, NO, BAD and +",
    server: inFolder("* OK {5}", "* NO hi {5}", "* BAD {5}", "+ {5}", "* SEARCH 1", "$ OK {5}"),
    client: searches,
    gives: [1],
  },
  {
    name: "a literal in the greeting",
    server: greets("* OK hello {1000000}", "* CAPABILITY IMAP4rev1", "$ OK done"),
    client: async (visitor) => (await visitor.connect()).welcome,
    gives: "hello {1000000}",
  },
  {
    name: "100,000 empty literals in one response",
    server: inFolder(`* X ${"{0}\r\n ".repeat(100_000)}`, "* SEARCH 1", "$ OK done"),
    client: searches,
    gives: [1],
  },
  {
    name: "a literal in place of every value of a FETCH",
    server: inFolder(
      "* 1 FETCH (UID {1}\r\n1 FLAGS {2}\r\n() BODY[] {5}\r\nHello RFC822.SIZE {1}\r\n5)",
      "$ OK done",
    ),
    client: async (visitor) => {
      const client = await visitor.select();
      client.useUid = false;
      const message = (await client.fetch(1, ["FLAGS", "BODY[]", "RFC822.SIZE"])).get(1)!;
      const bad = fetchProblems(message).map(({ name }) => name).sort().join();
      return [new TextDecoder().decode(message["BODY[]"]!), bad];
    },
    gives: ["Hello", "FLAGS,RFC822.SIZE,UID"],
  },
]);

behaviours("lines", [
  {
    ...broken,
    name: "a line longer than the limit",
    server: inFolder(`* SEARCH ${"1 ".repeat(50_000)}`, "$ OK done"),
    client: async (visitor) => (await visitor.select({ limits: { line: 65_536 } })).search(),
    says: /longer than 65536 bytes/,
    tcp: true,
  },
  {
    name: "line ends of LF, CRLF and CRCRLF by turns",
    server: inFolderSends("* SEARCH 1\n* SEARCH 2\r\n* SEARCH 3\r\r\nA2 OK done\n"),
    client: searches,
    gives: [1, 2, 3],
  },
  {
    name: "CR where no line ends",
    server: inFolder("* OK one\rA2 OK two\rthree", "* SEARCH 1\r2", "$ OK done"),
    client: searches,
    gives: [1, 2],
  },
]);
