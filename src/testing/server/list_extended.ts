import { LPAREN, SP } from "../../util/bytes.ts";
import type { Arguments } from "../arguments.ts";
import type { Folder } from "../folder.ts";
import { bad } from "../refusal.ts";
import { tellMyRights } from "./acl.ts";
import type { ServerCommand } from "./command.ts";
import { answer, attributes, matcher, parents, tellDelimiter } from "./list.ts";
import { readEntry, tellMetadata } from "./metadata.ts";
import type { Session } from "./server_session.ts";
import { readStatusItems, tellStatus } from "./status.ts";

/** What LIST returns about each folder. */
interface Returns {
  readonly names: Set<string>;
  status: readonly string[] | null;
  readonly metadata: string[];
}

/** Whether a name is selected. */
type Test = (name: string) => boolean;

/**
 * LIST (RFC 3501 section 6.3.8), with CHILDREN (RFC 3348), SPECIAL-USE (RFC 6154) and, if the
 * server has them, LIST-EXTENDED (RFC 5258), LIST-STATUS (RFC 5819), LIST-MYRIGHTS (RFC 8440) and
 * LIST-METADATA (RFC 9590).
 */
export const list: ServerCommand = {
  name: "LIST",
  state: "authenticated",
  run(session, args): void {
    const select = args.sp().peek() === LPAREN ? readSelection(session, args) : null;
    const reference = args.mailbox();
    const several = args.sp().peek() === LPAREN ? readPatterns(session, args) : null;
    const patterns = several ?? [args.listMailbox()];
    const returns = args.take(SP) ? readReturns(session, args) : null;
    args.end();
    const isBasic = select === null && several === null && returns === null;
    if (isBasic && patterns[0] === "") return tellDelimiter(session, "LIST");
    const matchers = patterns.filter((it) => it !== "").map((it) => matcher(reference + it));
    tellFolders(session, {
      select: select ?? new Set(),
      matches: (name) => matchers.some((matches) => matches(name)),
      returns: returns ?? { names: new Set(), status: null, metadata: [] },
    });
  },
};

function readSelection(session: Session, args: Arguments): ReadonlySet<string> {
  needs(session, "LIST-EXTENDED");
  const select = new Set<string>();
  args.list(() => {
    const name = args.keyword();
    if (name === "SPECIAL-USE") needs(session, name);
    else if (!/^(?:SUBSCRIBED|REMOTE|RECURSIVEMATCH)$/.test(name)) throw bad(`no option ${name}`);
    select.add(name);
  }, "empty");
  args.sp();
  if (select.has("RECURSIVEMATCH") && select.size === (select.has("REMOTE") ? 2 : 1)) {
    throw bad("RECURSIVEMATCH needs another option");
  }
  return select;
}

function readPatterns(session: Session, args: Arguments): readonly string[] {
  needs(session, "LIST-EXTENDED");
  const patterns: string[] = [];
  args.list(() => patterns.push(args.listMailbox()));
  return patterns;
}

/** The capability that each return option needs. */
const RETURN_OPTIONS: ReadonlyMap<string, string> = new Map([
  ["SUBSCRIBED", "LIST-EXTENDED"],
  ["CHILDREN", "LIST-EXTENDED"],
  ["SPECIAL-USE", "SPECIAL-USE"],
  ["STATUS", "LIST-STATUS"],
  ["MYRIGHTS", "LIST-MYRIGHTS"],
  ["METADATA", "LIST-METADATA"],
]);

function readReturns(session: Session, args: Arguments): Returns {
  const returns: Returns = { names: new Set(), status: null, metadata: [] };
  if (args.keyword() !== "RETURN") throw bad("expected RETURN");
  args.sp().list(() => {
    const name = args.keyword();
    const capability = RETURN_OPTIONS.get(name);
    if (capability === undefined) throw bad(`there is no option ${name}`);
    needs(session, capability);
    returns.names.add(name);
    if (name === "STATUS") returns.status = readStatusItems(session, args.sp());
    if (name === "METADATA") args.sp().list(() => returns.metadata.push(readEntry(args)));
  }, "empty");
  return returns;
}

function needs(session: Session, capability: string): void {
  if (!session.has(capability)) throw bad(`there is no ${capability}`);
}

/** Which folders to list, and what to return about them. */
interface Question {
  readonly select: ReadonlySet<string>;
  readonly matches: Test;
  readonly returns: Returns;
}

function tellFolders(session: Session, { select, matches, returns }: Question): void {
  const { account } = session;
  const isSelected: Test = (name) => {
    const folder = account.find(name);
    if (select.has("SPECIAL-USE") && !folder?.specialUse) return false;
    return select.has("SUBSCRIBED") ? account.subscribed.has(name) : folder !== undefined;
  };
  const above = select.has("RECURSIVEMATCH")
    ? namesAbove(session, (name) => isSelected(name) && !matches(name))
    : new Set<string>();
  for (const name of names(session, select, above)) {
    if (!matches(name) || !isSelected(name) && !above.has(name)) continue;
    const folder = account.find(name);
    const marks = attributesOf(session, name, {
      children: returns.names.has("CHILDREN") || session.has("CHILDREN"),
      subscribed: returns.names.has("SUBSCRIBED") || select.has("SUBSCRIBED"),
    });
    const matched = ["SUBSCRIBED", "SPECIAL-USE"].filter((it) => select.has(it));
    const info = matched.map((it) => `"${it}"`).join(" ");
    answer(session, "LIST", marks, name, above.has(name) ? ` ("CHILDINFO" (${info}))` : "");
    if (folder?.selectable && isSelected(name)) tellDetails(session, folder, returns);
  }
}

/** All names that may be listed, in order. */
function names(
  session: Session,
  select: ReadonlySet<string>,
  above: ReadonlySet<string>,
): readonly string[] {
  const { allFolders, subscribed } = session.account;
  const known = new Set(allFolders.map(({ name }) => name));
  const more = [...above, ...(select.has("SUBSCRIBED") ? subscribed : [])];
  return [...known, ...new Set(more.filter((name) => !known.has(name)).sort())];
}

/** The names above those that pass a test. */
function namesAbove(session: Session, test: Test): ReadonlySet<string> {
  const { allFolders, subscribed } = session.account;
  const all = [...allFolders.map(({ name }) => name), ...subscribed];
  return new Set(all.filter(test).flatMap(parents));
}

function attributesOf(
  session: Session,
  name: string,
  tells: { readonly children: boolean; readonly subscribed: boolean },
): string[] {
  const folder = session.account.find(name);
  const all = folder === undefined
    ? ["\\NonExistent"]
    : attributes(session, folder, tells.children);
  if (folder?.specialUse && session.has("SPECIAL-USE")) all.push(folder.specialUse);
  if (tells.subscribed && session.account.subscribed.has(name)) all.push("\\Subscribed");
  return all;
}

function tellDetails(session: Session, folder: Folder, { names, status, metadata }: Returns): void {
  if (status !== null) tellStatus(session, folder, status);
  if (names.has("MYRIGHTS")) tellMyRights(session, folder);
  if (metadata.length > 0) tellMetadata(session, folder, metadata);
}
