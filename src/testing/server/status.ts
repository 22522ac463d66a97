import type { Arguments } from "../arguments.ts";
import type { ServerCommand } from "./command.ts";
import type { Folder } from "../folder.ts";
import { bad } from "../refusal.ts";
import type { Session } from "./server_session.ts";

const ITEMS: Readonly<Record<string, (folder: Folder, session: Session) => number | string>> = {
  MESSAGES: (folder) => folder.messages.length,
  RECENT: (folder) => folder.recent.size,
  UIDNEXT: (folder) => folder.uidNext,
  UIDVALIDITY: (folder) => folder.uidValidity,
  UNSEEN: (folder) => folder.messages.filter(({ flags }) => !flags.has("\\Seen")).length,
  SIZE: (folder) => sizeOf(folder.messages),
  DELETED: (folder) => deleted(folder).length,
  "DELETED-STORAGE": (folder) => sizeOf(deleted(folder)),
  HIGHESTMODSEQ: (folder) => folder.keepsModseqs ? folder.highestModseq : 0,
  APPENDLIMIT: (_, session) => session.appendLimit,
  MAILBOXID: (folder) => `(${folder.id})`,
};

/**
 * STATUS (RFC 3501 section 6.3.10), with APPENDLIMIT if there is a limit (RFC 7889), SIZE (RFC
 * 8438), HIGHESTMODSEQ (RFC 7162), MAILBOXID (RFC 8474), and DELETED and DELETED-STORAGE (RFC 9208
 * section 4.1.4).
 */
export const status: ServerCommand = {
  name: "STATUS",
  state: "authenticated",
  run(session, args): void {
    const name = args.sp().mailbox();
    const items = readStatusItems(session, args.sp());
    args.end();
    tellStatus(session, session.account.get(name), items);
  },
};

/** The items that are asked for, in parentheses. */
export function readStatusItems(session: Session, args: Arguments): readonly string[] {
  const items: string[] = [];
  args.list(() => items.push(args.keyword()));
  const unknown = items.find((item) => !Object.hasOwn(ITEMS, item) || !isThere(item, session));
  if (unknown !== undefined) throw bad(`there is no status ${unknown}`);
  if (items.includes("HIGHESTMODSEQ")) session.modseqs.useCondstore();
  return items;
}

/** Says what the items of a folder are. */
export function tellStatus(session: Session, folder: Folder, items: readonly string[]): void {
  const values = items.map((item) => `${item} ${ITEMS[item](folder, session)}`);
  session.untagged(`STATUS ${session.modes.shown(folder.name)} (${values.join(" ")})`);
}

/** Whether the server has the capability that an item needs. */
function isThere(item: string, session: Session): boolean {
  if (item === "APPENDLIMIT") return session.appendLimit !== Infinity;
  if (item === "HIGHESTMODSEQ") return session.has("CONDSTORE");
  if (item === "MAILBOXID") return session.has("OBJECTID");
  if (item.startsWith("DELETED")) return session.has("QUOTA=RES-STORAGE");
  return item !== "SIZE" || session.has("STATUS=SIZE");
}

function deleted({ messages }: Folder): Folder["messages"] {
  return messages.filter(({ flags }) => flags.has("\\Deleted"));
}

function sizeOf(messages: Folder["messages"]): number {
  return messages.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
