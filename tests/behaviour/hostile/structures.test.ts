import { Envelope, type FetchedMessage, fetchProblems, ProtocolError } from "../../../mod.ts";
import { behaviours } from "./behaviours.ts";
import type { Visitor } from "./play.ts";
import { inFolder, inFolderOf } from "./scenes.ts";

const ADDRESS = '(("Ann" "route" "ann" "example.org"))';
const ENVELOPE = `("Mon, 7 Feb 1994 21:52:25 -0800" "Hello" ${
  `${ADDRESS} `.repeat(6)
}"<1@x>" "<2@x>")`;
const TEXT = '("text" "plain" ("charset" "utf-8") "id" "description" "7bit" 5 1 "md5"' +
  ' ("inline" ("filename" "a.txt")) ("en" "de") "location" "more")';
const MESSAGE = `("message" "rfc822" NIL NIL NIL "7bit" 50 ${ENVELOPE} ${TEXT} 9)`;
const STRUCTURE = `(${TEXT} ${MESSAGE} "mixed" ("boundary" "x") NIL "en" "location")`;

/** The text with each string, number and innermost list in turn replaced by `by`. */
function variants(text: string, by: string): string[] {
  const matches = [...text.matchAll(/"[^"]*"|\b\d+\b|\((?:[^()]|\([^()]*\))*\)/g)];
  return matches.map(({ 0: it, index }) =>
    text.slice(0, index) + by + text.slice(index + it.length)
  );
}

/** The text cut off after each space or parenthesis. */
function stumps(text: string): string[] {
  return [...text.matchAll(/[ ()]/g)].map(({ index }) => text.slice(0, index + 1));
}

/** A server that sends FETCH responses with these values of an item, and one that is valid. */
function fetchOf(item: string, values: readonly string[]) {
  const rows = values.map((value, i) =>
    `* ${i + 1} FETCH (UID ${i + 1} ${item} ${value} FLAGS (a))`
  );
  return inFolder(...rows, "* 1000 FETCH (UID 1000 FLAGS (z))", "$ OK done");
}

/** Counts the messages whose item is valid, reported as malformed, or neither. */
async function states(visitor: Visitor, item: "ENVELOPE" | "BODYSTRUCTURE"): Promise<unknown> {
  const found = await (await visitor.select()).fetch("1:1000", [item, "FLAGS"]);
  const counts = { whole: 0, bad: 0, odd: 0 };
  for (const message of found.values()) {
    if (message.SEQ! < 1000) counts[stateOf(message, item)]++;
  }
  return { ...counts, last: found.get(1000)!.FLAGS };
}

function stateOf(
  message: FetchedMessage<"ENVELOPE" | "BODYSTRUCTURE" | "FLAGS">,
  item: "ENVELOPE" | "BODYSTRUCTURE",
): "whole" | "bad" | "odd" {
  const problems = fetchProblems(message);
  try {
    const value = message[item];
    // Everything can be read and printed.
    const text = JSON.stringify(value) + String(value);
    const isRight = value instanceof Envelope || "isMultipart" in value;
    return isRight && text !== "" && message.FLAGS[0] === "a" ? "whole" : "odd";
  } catch (error) {
    return error instanceof ProtocolError && problems.length > 0 ? "bad" : "odd";
  }
}

const NILS = { bad: 0, odd: 0, last: ["z"] };

behaviours("NIL in every place", [
  {
    name: "of an ENVELOPE",
    server: fetchOf("ENVELOPE", variants(ENVELOPE, "NIL")),
    client: (visitor) => states(visitor, "ENVELOPE"),
    gives: { ...NILS, whole: variants(ENVELOPE, "NIL").length },
  },
  {
    name: "of a BODYSTRUCTURE",
    server: fetchOf("BODYSTRUCTURE", variants(STRUCTURE, "NIL").slice(1)),
    client: async (visitor) => {
      const { odd, last } = await states(visitor, "BODYSTRUCTURE") as typeof NILS;
      return [odd, last];
    },
    gives: [0, ["z"]],
    so: "it is read, or marked as bad",
  },
  {
    name: "of every item",
    server: inFolder(
      "* 1 FETCH (UID 1 FLAGS NIL ENVELOPE NIL BODYSTRUCTURE NIL INTERNALDATE NIL" +
        " RFC822.SIZE NIL BODY[] NIL MODSEQ NIL)",
      "* 2 FETCH NIL",
      "* 3 FETCH (UID NIL FLAGS (a))",
      "* 4 FETCH (UID 4 FLAGS (a))",
      "$ OK done",
    ),
    client: async (visitor) => {
      const client = await visitor.select();
      const found = await client.fetch("1:4", ["FLAGS", "ENVELOPE", "BODYSTRUCTURE", "BODY[]"]);
      return [[...found.keys()], found.get(1)!["BODY[]"], found.get(4)!.FLAGS];
    },
    gives: [[1, 4], null, ["a"]],
  },
]);

const DEEP = 100_000;
const OPEN = "(".repeat(DEEP);
const CLOSE = ")".repeat(DEEP);

behaviours("structures that are wrong", [
  ...(["()", "5", '"text"', "((((", "x"] as const).flatMap((by) =>
    ([["ENVELOPE", ENVELOPE], ["BODYSTRUCTURE", STRUCTURE]] as const).map(([item, text]) => ({
      name: `${by} in every place of ${item}`,
      server: fetchOf(item, variants(text, by)),
      client: async (visitor: Visitor) => {
        const { odd, last } = await states(visitor, item) as typeof NILS;
        return [odd, last];
      },
      gives: [0, ["z"]],
      so: "it is read, or marked as bad",
    }))
  ),
  {
    name: "a FETCH that is cut short at every place",
    server: inFolder(
      ...stumps(`(UID 7 ENVELOPE ${ENVELOPE} BODYSTRUCTURE ${STRUCTURE}`).map((it) =>
        `* 7 FETCH ${it}`
      ),
      "* 1000 FETCH (UID 1000 FLAGS (z))",
      "$ OK done",
    ),
    client: async (visitor) => {
      const found = await (await visitor.select()).fetch("1:1000", ["ENVELOPE"]);
      return [...found.keys()];
    },
    gives: [7, 1000],
  },
  {
    name: "items twice, first right and then wrong, and the other way round",
    server: inFolder(
      "* 1 FETCH (UID 1 FLAGS (a) FLAGS 5)",
      "* 2 FETCH (UID 2 FLAGS 5 FLAGS (a))",
      "* 3 FETCH (UID 3 UID 4 FLAGS (a))",
      "* 3 FETCH (FLAGS (b)",
      "$ OK done",
    ),
    client: async (visitor) => [...(await (await visitor.select()).fetch("1:5", ["FLAGS"])).keys()],
    gives: [1, 2, 4],
  },
  {
    name: `parentheses nested ${DEEP} deep in BODYSTRUCTURE`,
    server: fetchOf("BODYSTRUCTURE", [OPEN + CLOSE, OPEN, `(${TEXT} ${OPEN}${CLOSE} "mixed")`]),
    client: (visitor) => states(visitor, "BODYSTRUCTURE"),
    gives: { bad: 3, odd: 0, whole: 0, last: ["z"] },
    so: "only that item is bad",
    tcp: true,
  },
  {
    name: `messages within messages ${DEEP} deep in BODYSTRUCTURE`,
    server: fetchOf("BODYSTRUCTURE", [
      `("message" "rfc822" NIL NIL NIL "7bit" 1 ${ENVELOPE} `.repeat(2000),
    ]),
    client: async (visitor) => {
      const found = await (await visitor.select()).fetch("1:1000", ["FLAGS"]);
      return found.get(1000)!.FLAGS;
    },
    gives: ["z"],
  },
  {
    name: `parentheses nested ${DEEP} deep in ENVELOPE, FLAGS and in an item that nobody knows`,
    server: inFolderOf(
      "IMAP4rev1 CONDSTORE",
      `* 1 FETCH (UID 1 ENVELOPE ${OPEN}${CLOSE} FLAGS ${OPEN}${CLOSE} XYZZY ${OPEN}${CLOSE} MODSEQ (1))`,
      "$ OK done",
    ),
    client: async (visitor) => {
      const message = (await (await visitor.select()).fetch(1, ["MODSEQ"])).get(1)!;
      return [message.MODSEQ, fetchProblems(message).map(({ name }) => name)];
    },
    gives: [1n, ["ENVELOPE", "FLAGS", "XYZZY"]],
  },
  {
    name: `parentheses nested ${DEEP} deep in THREAD [fault B6]`,
    server: inFolderOf("IMAP4rev1 THREAD=REFERENCES", `* THREAD ${OPEN}1${CLOSE}(2)`, "$ OK done"),
    client: async (visitor) => (await (await visitor.select()).thread()).flat(100 as 1),
    gives: [1, 2],
    so: "it is flattened",
  },
  {
    name: `parentheses nested ${DEEP} deep in responses that nobody knows, or asked for`,
    server: inFolder(
      ...["XYZZY", "LIST", "STATUS a", "ESEARCH", "NAMESPACE", "QUOTA", "FLAGS", "ACL a", "ID"]
        .flatMap((name) => [`* ${name} ${OPEN}${CLOSE}`, `* ${name} ${OPEN}`]),
      `* OK [XYZZY ${OPEN}] x`,
      "$ OK done",
    ),
    client: async (visitor) => (await (await visitor.select()).noop()).responses.length,
    gives: 19,
  },
  {
    name: `parentheses nested ${DEEP} deep where a list is asked for`,
    server: async (villain) => {
      await villain.select("IMAP4rev1 QUOTA ACL ID NAMESPACE");
      for (const name of ["LIST", 'QUOTA ""', "ACL a", "ID", "NAMESPACE", "STATUS a"]) {
        await villain.answer(`* ${name} ${OPEN}${CLOSE}`);
      }
      await villain.answer();
    },
    client: async (visitor) => {
      const client = await visitor.select();
      const calls: (() => Promise<unknown>)[] = [
        () => client.listFolders(),
        () => client.getQuotaByRoot(),
        () => client.getacl("a"),
        () => client.id(),
        () => client.namespace(),
        () => client.folderStatus("a"),
      ];
      const names = new Set<string>();
      for (const call of calls) names.add(await call().then(() => "fine", (error) => error.name));
      await client.noop();
      return [...names];
    },
    gives: ["ProtocolError"],
    so: "ProtocolError for each call, and the connection goes on",
  },
]);
