import type { ImapClient } from "../../../src/client/imap_client.ts";
import {
  ImapAbortError,
  PartialCopyError,
  PartialMoveError,
  PartialReplaceError,
} from "../../../src/model/errors.ts";
import { copiesOf, type Found, NAMED, type Stock, type StockOptions, textOf } from "./stock.ts";

/** How a call ended, as far as one can tell what the server did. */
export type Ending = "done" | "refused" | "half-way" | "unknown";

/** A call that changes mail. */
export interface Operation extends StockOptions {
  readonly name: string;
  /** How many ids the client puts into one command, if several commands are to be sent. */
  readonly idsAtOnce?: number;
  /** The commands that it sends, in order; empty if it sends several of the same name. */
  readonly commands: readonly string[];
  readonly run: (client: ImapClient) => Promise<unknown>;
  /** What is wrong with the state after the operation, given how it ended. */
  readonly judge: (stock: Stock, ending: Ending, error: unknown) => string[];
}

/** What an error says about what was done. */
export function endingOf(error: unknown): Ending {
  if (error === undefined) return "done";
  if (error instanceof PartialMoveError || error instanceof PartialCopyError) return "half-way";
  if (error instanceof PartialReplaceError) return "half-way";
  if (error instanceof ImapAbortError) return "unknown";
  return "refused";
}

const ALL = (found: readonly (readonly Found[])[], count: number): boolean =>
  found.every(({ length }) => length === count);

/** Judges an operation that is done to all messages or to none. */
function allOrNothing(ending: Ending, done: boolean, untouched: boolean, what: string): string[] {
  if (ending === "done" && !done) return [`it says that it is done, and ${what}`];
  if (ending === "refused" && !untouched) return [`it says that it was refused, and ${what}`];
  if (ending === "half-way") return ["it speaks of a move"];
  return done || untouched ? [] : [`neither done nor untouched: ${what}`];
}

function judgeMove({ INBOX, Archive }: Stock, ending: Ending, error: unknown): string[] {
  const here = NAMED.map((uid) => INBOX.filter((found) => found.uid === uid));
  const there = NAMED.map((uid) => copiesOf(Archive, uid));
  const where = `here ${JSON.stringify(here)}, there ${JSON.stringify(there)}`;
  const harm = NAMED.flatMap((uid, i) => {
    if (here[i].length + there[i].length === 0) return [`message ${uid} is lost`];
    return there[i].length > 1 ? [`message ${uid} was copied twice`] : [];
  });
  const untouched = ALL(here, 1) && ALL(there, 0) && here.flat().every(isAsBefore);
  if (ending === "done" && !(ALL(here, 0) && ALL(there, 1))) harm.push(`not moved: ${where}`);
  if (ending === "refused" && !untouched) harm.push(`not refused altogether: ${where}`);
  if (ending === "half-way") harm.push(...judgeHalf(error as PartialMoveError, here, there));
  return harm;
}

const isAsBefore = ({ flags }: Found): boolean => flags.join() === "\\Answered";

/** What an error says about a move that stopped half-way must be true. */
function judgeHalf(
  { message, uids }: PartialMoveError,
  here: readonly (readonly Found[])[],
  there: readonly (readonly Found[])[],
): string[] {
  const harm: string[] = [];
  if (!ALL(there, 1)) harm.push(`it says that they were copied, and they are not`);
  NAMED.forEach((uid, i) => {
    if (uids.get(uid) !== there[i][0]?.uid) harm.push(`it says that ${uid} is ${uids.get(uid)}`);
  });
  const areFlagged = here.flat().some(({ flags }) => flags.includes("\\Deleted"));
  if (message.includes("not flagged") && !(ALL(here, 1) && !areFlagged)) {
    harm.push(`"${message}", but they are flagged`);
  }
  if (message.includes("not expunged") && !ALL(here, 1)) {
    harm.push(`"${message}", but they are expunged`);
  }
  return harm;
}

/** Judges a transfer in several commands, some of which were done. */
function judgeParts({ INBOX, Archive }: Stock, ending: Ending, error: unknown): string[] {
  const harm: string[] = [];
  for (const uid of NAMED) {
    const here = copiesOf(INBOX, uid);
    const there = copiesOf(Archive, uid);
    const isThere = there.length === 1;
    if (here.length + there.length === 0) harm.push(`message ${uid} is lost`);
    if (there.length > 1) harm.push(`message ${uid} was copied twice`);
    if (ending === "done" && !isThere) harm.push(`message ${uid} is not there`);
    if (ending === "refused" && there.length > 0) harm.push(`message ${uid} is there`);
    if (ending !== "half-way") continue;
    const { uids, cause } = error as PartialCopyError;
    const isNamed = uids.has(uid);
    if (isNamed && !(isThere && there[0].uid === uids.get(uid))) harm.push(`${uid} is not there`);
    // What was in progress when the connection broke may or may not have been done.
    const isKnown = !(cause instanceof ImapAbortError) && !(cause instanceof PartialMoveError);
    if (!isNamed && isKnown && isThere) harm.push(`${uid} is there, and the error does not say so`);
  }
  return harm;
}

function judgeCopy({ INBOX, Archive }: Stock, ending: Ending): string[] {
  const there = NAMED.map((uid) => copiesOf(Archive, uid));
  const here = NAMED.map((uid) => copiesOf(INBOX, uid));
  const what = `there ${JSON.stringify(there)}`;
  return [
    ...allOrNothing(ending, ALL(there, 1), ALL(there, 0), what),
    ...(ALL(here, 1) && here.flat().every(isAsBefore) ? [] : ["the originals were changed"]),
  ];
}

function judgeExpunge({ INBOX }: Stock, ending: Ending): string[] {
  const here = NAMED.map((uid) => copiesOf(INBOX, uid));
  return allOrNothing(ending, ALL(here, 0), ALL(here, 1), JSON.stringify(here));
}

/** Judges a call after which the named messages should have these flags. */
const judgeFlags = (flags: string) => ({ INBOX }: Stock, ending: Ending): string[] => {
  const here = NAMED.flatMap((uid) => copiesOf(INBOX, uid));
  if (here.length !== NAMED.length) return ["messages are lost"];
  const isDone = here.every((found) => found.flags.join() === flags);
  return allOrNothing(ending, isDone, here.every(isAsBefore), JSON.stringify(here));
};

/** Judges a call after which these messages should be in Archive, besides the old one. */
const judgeAppend = (...names: string[]) => ({ Archive }: Stock, ending: Ending): string[] => {
  const added = Archive.filter(({ uid }) => uid > 1);
  const wanted = names.map((name) => textOf(name)).join("|");
  const isDone = added.map(({ text }) => text).join("|") === wanted &&
    added.every(({ flags }) => flags.join() === "\\Seen");
  return allOrNothing(ending, isDone, added.length === 0, JSON.stringify(added));
};

/** Judges a call after which a message in the folder should stand for the first one named. */
const judgeReplace = (folder: keyof Stock, inSteps: boolean) =>
(
  stock: Stock,
  ending: Ending,
  error: unknown,
): string[] => {
  const [old, ...others] = NAMED.map((uid) => copiesOf(stock.INBOX, uid));
  const added = copiesOf(stock[folder], "new");
  const what = `old ${JSON.stringify(old)}, new ${JSON.stringify(added)}`;
  const isKept = old.length === 1 && isAsBefore(old[0]);
  const isDone = old.length === 0 && added.length === 1;
  const harm: string[] = [];
  if (old.length + added.length === 0) harm.push("the message is lost");
  if (added.length > 1) harm.push("it was added twice");
  if (added.some(({ flags }) => flags.join() !== "\\Seen")) harm.push("it has other flags");
  if (!ALL(others, 1) || !others.flat().every(isAsBefore)) harm.push("another was changed");
  if (ending === "done" && !isDone) harm.push(`not done: ${what}`);
  if (ending === "refused" && !(isKept && added.length === 0)) harm.push(`not refused: ${what}`);
  // In steps, nothing may happen to the old message before the append is known to be done.
  if (ending === "unknown" && !isKept && !(isDone && !inSteps)) harm.push(`half-way: ${what}`);
  if (ending !== "half-way") return harm;
  const { old: says, partial } = error as PartialReplaceError;
  const { uid } = partial as { readonly uid: number };
  if (uid !== added[0]?.uid) harm.push(`it says that the new UID is ${uid}: ${what}`);
  const isFlagged = old[0]?.flags.includes("\\Deleted");
  if (says === "kept" && !isKept || says === "flagged" && !isFlagged) {
    harm.push(`it says ${says}: ${what}`);
  }
  return harm;
};

const ids = [...NAMED];
const flags = ["\\Seen"];
const append = (client: ImapClient) => client.append("Archive", textOf("new"), { flags });
const replacing = (folder: keyof Stock) => (client: ImapClient) =>
  client.replace(ids[0], folder, textOf("new"), { flags });
const several = (client: ImapClient) =>
  client.multiappend("Archive", ["a", "b"].map((name) => ({ msg: textOf(name), flags })));

/** The calls that change mail, for servers with different capabilities. */
export const OPERATIONS: readonly Operation[] = [
  {
    name: "move",
    commands: ["MOVE"],
    run: (client) => client.move(ids, "Archive"),
    judge: judgeMove,
  },
  {
    name: "move in steps",
    omit: ["MOVE"],
    commands: ["SEARCH", "COPY", "STORE", "EXPUNGE"],
    run: (client) => client.move(ids, "Archive"),
    judge: judgeMove,
  },
  {
    name: "copy",
    commands: ["COPY"],
    run: (client) => client.copy(ids, "Archive"),
    judge: judgeCopy,
  },
  ...([["move"], ["move in steps", "MOVE"]] as const).map(([name, ...omit]): Operation => ({
    name: `${name} by several commands`,
    idsAtOnce: 1,
    omit,
    commands: [],
    run: (client) => client.move(ids, "Archive"),
    judge: judgeParts,
  })),
  {
    name: "copy by several commands",
    idsAtOnce: 1,
    commands: [],
    run: (client) => client.copy(ids, "Archive"),
    judge: judgeParts,
  },
  {
    name: "uidExpunge",
    flags: ["\\Deleted"],
    commands: ["EXPUNGE"],
    run: (client) => client.uidExpunge(ids),
    judge: judgeExpunge,
  },
  {
    name: "addFlags",
    commands: ["STORE"],
    run: (client) => client.addFlags(ids, ["\\Draft"]),
    judge: judgeFlags("\\Answered,\\Draft"),
  },
  {
    name: "setFlags",
    commands: ["STORE"],
    run: (client) => client.setFlags(ids, ["\\Draft"], { silent: true }),
    judge: judgeFlags("\\Draft"),
  },
  { name: "append", commands: ["APPEND"], run: append, judge: judgeAppend("new") },
  {
    name: "append that waits for the server",
    omit: ["LITERAL+"],
    commands: ["APPEND"],
    run: append,
    judge: judgeAppend("new"),
  },
  {
    name: "multiappend that waits for the server",
    omit: ["LITERAL+"],
    commands: ["APPEND"],
    run: several,
    judge: judgeAppend("a", "b"),
  },
  ...(["INBOX", "Archive"] as const).flatMap((folder): readonly Operation[] => [
    {
      name: `replace by one in ${folder}`,
      add: ["REPLACE"],
      commands: ["REPLACE"],
      run: replacing(folder),
      judge: judgeReplace(folder, false),
    },
    {
      name: `replace in steps by one in ${folder}`,
      commands: ["FETCH", "APPEND", "STORE", "EXPUNGE"],
      run: replacing(folder),
      judge: judgeReplace(folder, true),
    },
  ]),
];
