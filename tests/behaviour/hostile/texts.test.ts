import { fetchProblems, ImapError, InvalidCriteriaError, type Logger } from "../../../mod.ts";
import { behaviours } from "./behaviours.ts";
import { greets, inFolder, nameOf, WELCOME } from "./scenes.ts";
import type { Visitor } from "./play.ts";
import { bytesOf, type Villain } from "./villain.ts";

/** What a terminal obeys: colours, its title, the cursor, and a second line. */
const EVIL = "\x1b[2J\x1b]0;owned\x07\x9b31m\rpassword: \x08\x7f";
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x1f\x7f-\x9f]/;

/** A logger that keeps its messages. */
function keptLog(): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const keep = (message: string) => void lines.push(message);
  return { logger: { debug: keep, info: keep, warn: keep }, lines };
}

behaviours("escape sequences", [
  {
    name: "in the text of a refusal",
    server: inFolder(`$ NO ${EVIL}no`),
    client: async (visitor) => {
      const error = await (await visitor.select()).search().catch((error) => error);
      return [error instanceof ImapError, CONTROL.test(error.message)];
    },
    gives: [true, false],
    so: "none in the error's message",
  },
  {
    name: "in the text of BYE",
    server: (villain) => villain.say(`* BYE ${EVIL}no`),
    client: async (visitor) => {
      const error = await visitor.connect().catch((error) => error);
      return [nameOf(error), CONTROL.test(error.message)];
    },
    gives: ["ConnectionClosedError", false],
    so: "none in the error's message",
  },
  {
    name: "in a tag that was not sent",
    server: inFolder("\x1b[2J\x9b31m\x07\x7f OK done"),
    client: async (visitor) => {
      const error = await (await visitor.select()).search().catch((error) => error);
      return [nameOf(error), CONTROL.test(error.message)];
    },
    gives: ["ProtocolError", false],
    so: "none in the error's message",
  },
  {
    name: "in what can't be read",
    server: inFolder(`* SEARCH ${EVIL}`, "$ OK done"),
    client: async (visitor) => {
      const error = await (await visitor.select()).search().catch((error) => error);
      return [nameOf(error), CONTROL.test(error.message)];
    },
    gives: ["ProtocolError", false],
    so: "none in the error's message",
  },
  {
    name: "in everything that is logged",
    server: inFolder(`* OK ${EVIL}`, `* SEARCH 1`, `$ OK ${EVIL}`),
    client: async (visitor) => {
      const { logger, lines } = keptLog();
      await (await visitor.select({ logger })).search();
      return lines.filter((line) => CONTROL.test(line)).length;
    },
    gives: 0,
    so: "none in the log",
  },
]);

behaviours("texts", [
  {
    name: "a refusal of 1 MiB",
    server: inFolder(`$ NO ${"no ".repeat(350_000)}`),
    client: async (visitor) => (await visitor.select()).search(),
    fails: ImapError,
  },
  {
    name: "response codes that do not end, end twice, or are empty",
    server: inFolder(
      "* OK [ALERT hello",
      "* OK ]] hello",
      "* OK [] hello",
      "* OK [(((]",
      '* OK ["]',
      "* OK [PERMANENTFLAGS (\\*",
      "* OK",
      "* NO",
      "* SEARCH 1",
      "$ OK [",
    ),
    client: async (visitor) => [...await (await visitor.select()).search()],
    gives: [1],
  },
  {
    name: "a BADCHARSET that offers 200,000 charsets",
    server: async (villain) => {
      await villain.select();
      const tag = await villain.command();
      await villain.say("+ go ahead");
      await villain.line();
      await villain.say(`${tag} NO [BADCHARSET (${"UTF-8 x ".repeat(100_000)})] no`);
    },
    client: async (visitor) => (await visitor.select()).search(["SUBJECT", "ä"]),
    fails: InvalidCriteriaError,
  },
  {
    name: "a subject of 1 MiB that is all beginnings of encoded words",
    server: inFolder(
      `* 1 FETCH (UID 1 ENVELOPE (NIL "${"=?utf-8?q?".repeat(100_000)}"${" NIL".repeat(8)}))`,
      `* 2 FETCH (UID 2 ENVELOPE (NIL "${"=?".repeat(500_000)}"${" NIL".repeat(8)}))`,
      `* 3 FETCH (UID 3 ENVELOPE (NIL "${"=?utf-8?q?a?= ".repeat(70_000)}"${" NIL".repeat(8)}))`,
      "$ OK done",
    ),
    client: async (visitor) => {
      const found = await (await visitor.select()).fetch("1:3", ["ENVELOPE"]);
      return [...found.values()].map(({ ENVELOPE }) => typeof ENVELOPE.subject);
    },
    gives: ["string", "string", "string"],
  },
  {
    name: "a date of 1 MiB",
    server: inFolder(
      `* 1 FETCH (UID 1 ENVELOPE ("${" ".repeat(1_000_000)}" NIL${" NIL".repeat(8)}))`,
      `* 2 FETCH (UID 2 ENVELOPE ("${"a".repeat(1_000_000)}" NIL${" NIL".repeat(8)}))`,
      `* 3 FETCH (UID 3 ENVELOPE ("1 Jan${" ".repeat(1_000_000)}" NIL${" NIL".repeat(8)}))`,
      "$ OK done",
    ),
    client: async (visitor) => {
      const found = await (await visitor.select()).fetch("1:3", ["ENVELOPE"]);
      return [...found.values()].map(({ ENVELOPE }) => ENVELOPE.date);
    },
    gives: [null, null, null],
  },
]);

/** All responses of a short session after the greeting. */
const ANSWERS = '* 3 FETCH (UID 3 FLAGS (\\Seen) BODY[] {5}\r\nHello ENVELOPE ("x" "y" NIL' +
  ' (("Ann" NIL "ann" "x.org")) NIL NIL NIL NIL NIL "<1@x>") RFC822.SIZE 5)\r\n' +
  "* OK [UIDNEXT 4] next\r\nA2 OK [X y] done\r\n";

/** Adds a byte to the responses, at another place for each client. */
function spoiling(byte: string) {
  let at = 0;
  return async (villain: Villain) => {
    const place = at++;
    await villain.say(WELCOME);
    await villain.answer("* 5 EXISTS");
    await villain.command();
    await villain.send(bytesOf(ANSWERS.slice(0, place) + byte + ANSWERS.slice(place)));
    await villain.hangUp();
  };
}

/** The result for every place: it is read, or the error is one of the library's own. */
async function outcomes(visitor: Visitor): Promise<string[]> {
  const names = new Set<string>();
  for (let i = 0; i < ANSWERS.length; i++) {
    const client = await visitor.select();
    const items = ["FLAGS", "BODY[]", "ENVELOPE", "RFC822.SIZE"] as const;
    await client.fetch(3, items).then((found) => {
      for (const message of found.values()) fetchProblems(message).length;
    }).catch((error) => names.add(nameOf(error)));
    client.shutdown();
  }
  return [...names].filter((name) => !["ProtocolError", "ConnectionClosedError"].includes(name));
}

behaviours(
  "a byte too many at every place of a FETCH",
  [
    ...[["NUL", "\0"], ["an 8-bit byte", "\xff"], ["half of a UTF-8 character", "\xc3"]],
    ...[["a quote", '"'], ["a parenthesis", "("], ["the other parenthesis", ")"]],
    ...[["a backslash", "\\"], ["CR", "\r"], ["LF", "\n"], ["{9}", "{9}"], ["a tab", "\t"]],
  ].map(([what, byte]) => ({
    name: what,
    server: spoiling(byte),
    client: outcomes,
    gives: [],
    so: "it is read, or an error of the library's own",
    within: 30,
  })),
);

behaviours("bytes that are not text", [
  {
    name: "NUL and 8-bit bytes in greeting, capabilities and text",
    server: greets("* OK \0\xff\xfe hello", "* CAPABILITY IMAP4rev1 \0\xff X", "$ OK \0\xff"),
    client: async (visitor) => (await (await visitor.connect()).capabilities()).length,
    gives: 3,
  },
  {
    name: "NUL and 8-bit bytes in flags, folders and addresses",
    server: inFolder(
      "* FLAGS (\0 \xff \\\xff)",
      '* LIST (\\\xff) "\xff" "\0\xff"',
      '* 1 FETCH (UID 1 FLAGS (\0 \xff) ENVELOPE ("\xff" "\0" (("\xff" "\0" "\xff" "\0"))' +
        `${" NIL".repeat(7)}))`,
      "$ OK done",
    ),
    client: async (visitor) => {
      const message = (await (await visitor.select()).fetch(1, ["FLAGS", "ENVELOPE"])).get(1)!;
      return [message.FLAGS.length, message.ENVELOPE.subject, fetchProblems(message).length];
    },
    gives: [2, "", 0],
  },
]);
