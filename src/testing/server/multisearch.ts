import { LPAREN } from "../../util/bytes.ts";
import { canonical, DELIMITER } from "../account.ts";
import type { Arguments } from "../arguments.ts";
import type { Folder } from "../folder.ts";
import { bad } from "../refusal.ts";
import type { ServerCommand } from "./command.ts";
import { checkRelevancy, numberOf, readCharset, searchIn } from "./search.ts";
import { readReturn, tellResult } from "./search_return.ts";
import type { Session } from "./server_session.ts";

/** ESEARCH (MULTISEARCH, RFC 7377). */
export const esearch: ServerCommand = {
  name: "ESEARCH",
  state: "authenticated",
  capability: "MULTISEARCH",
  run(session, args): void {
    const folders = args.sp().ahead(/^IN \(/i) ? readSources(session, args) : [session.view.folder];
    const returns = readReturn(args, session, "ESEARCH") ??
      { names: new Set(["ALL"]), partial: null };
    if (returns.names.has("SAVE")) throw bad("only the selected folder's messages can be saved");
    let charset = "US-ASCII";
    if (args.ahead(/^CHARSET /i)) {
      args.keyword();
      charset = readCharset(args);
      args.sp();
    }
    for (const folder of folders) {
      const view = folder.open(true);
      const { found, modseq, isFuzzy } = searchIn(session, view, args.fork(), charset);
      folder.close(view);
      checkRelevancy(returns.names.has("RELEVANCY"), isFuzzy);
      if (found.length === 0) continue;
      const highest = Math.max(...found.map(({ message }) => message.modseq));
      tellResult(session, found, returns, (picked) => numberOf(picked, true), {
        ...{ uid: true, sorted: false, modseq: modseq ? highest : null },
        about: ` MAILBOX ${session.modes.shown(folder.name)} UIDVALIDITY ${folder.uidValidity}`,
      });
    }
  },
};

/** Reads `IN (...)` and the space after it; each folder is there once. */
function readSources(session: Session, args: Arguments): Folder[] {
  const { account } = session;
  const all = account.allFolders.filter(({ selectable }) => selectable);
  const found = new Set<Folder>();
  args.keyword();
  args.sp().list(() => {
    const source = args.keyword();
    const within = sourceOf(session, args, source);
    for (const folder of all) if (within(folder)) found.add(folder);
  });
  args.sp();
  return [...found];
}

function sourceOf(session: Session, args: Arguments, source: string): (folder: Folder) => boolean {
  const { subscribed } = session.account;
  if (source === "PERSONAL") return () => true;
  if (source === "INBOXES") return ({ name }) => name === "INBOX";
  if (source === "SUBSCRIBED") return ({ name }) => subscribed.has(name);
  if (source === "SELECTED") return (folder) => folder === session.view.folder;
  const names = readNames(args.sp());
  if (source === "MAILBOXES") return ({ name }) => names.includes(name);
  const depth = source === "SUBTREE" ? Infinity : source === "SUBTREE-ONE" ? 1 : null;
  if (depth === null) throw bad(`there are no folders ${source}`);
  return ({ name }) =>
    names.some((above) => {
      if (name === above) return true;
      const rest = name.slice(above.length + 1);
      return name.startsWith(above + DELIMITER) && rest.split(DELIMITER).length <= depth;
    });
}

function readNames(args: Arguments): string[] {
  const names: string[] = [];
  if (args.peek() === LPAREN) args.list(() => names.push(canonical(args.mailbox())));
  else names.push(canonical(args.mailbox()));
  return names;
}
