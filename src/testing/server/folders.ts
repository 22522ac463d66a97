import { canonical, DELIMITER } from "../account.ts";
import type { ServerCommand } from "./command.ts";
import type { Folder } from "../folder.ts";
import { bad, no } from "../refusal.ts";
import type { Session } from "./server_session.ts";
import { BACKSLASH, SP } from "../../util/bytes.ts";
import type { Arguments } from "../arguments.ts";

/** CREATE (RFC 3501 section 6.3.3), with a special use (RFC 6154 section 3). */
export const create: ServerCommand = {
  name: "CREATE",
  state: "authenticated",
  run(session, args): string | undefined {
    const name = args.sp().mailbox();
    const uses = args.take(SP) ? readUses(session, args) : [];
    args.end();
    // A delimiter at the end announces that folders will be created below.
    const folder = name.endsWith(DELIMITER) ? name.slice(0, -1) : name;
    if (session.account.find(folder)?.selectable) {
      throw no("there is such a folder already", "ALREADYEXISTS");
    }
    const unknown = uses.find((use) => !CREATABLE.includes(use));
    if (unknown !== undefined || uses.length > 1) {
      throw no("a folder can't be made for this use", "USEATTR");
    }
    const { id } = session.account.create(folder, uses[0] ?? null);
    return session.has("OBJECTID") ? `MAILBOXID (${id})` : undefined;
  },
};

/** The uses that a folder can be made for; the others are views of what is in all folders. */
const CREATABLE: readonly string[] = ["\\Archive", "\\Drafts", "\\Junk", "\\Sent", "\\Trash"];

/** `(USE (\Sent))`, which is unknown without CREATE-SPECIAL-USE. */
function readUses(session: Session, args: Arguments): readonly string[] {
  const uses: string[] = [];
  args.list(() => {
    if (!session.has("CREATE-SPECIAL-USE") || args.keyword() !== "USE") {
      throw bad("there is no such parameter");
    }
    args.sp().list(() => {
      const use = `\\${args.expect(BACKSLASH).atom()}`;
      uses.push(CREATABLE.find((it) => it.toLowerCase() === use.toLowerCase()) ?? use);
    }, "empty");
  });
  return uses;
}

/** DELETE (RFC 3501 section 6.3.4). */
export const deleteFolder: ServerCommand = {
  name: "DELETE",
  state: "authenticated",
  run(session, args): void {
    const name = args.sp().mailbox();
    args.end();
    const folder = existing(session, name);
    if (folder.name === "INBOX") throw no("INBOX can't be deleted", "CANNOT");
    if (!folder.selectable && session.account.below(folder.name).length > 0) {
      throw no("there are folders below it", "HASCHILDREN");
    }
    session.account.delete(folder);
  },
};

/** RENAME (RFC 3501 section 6.3.5). */
export const rename: ServerCommand = {
  name: "RENAME",
  state: "authenticated",
  run(session, args): void {
    const from = args.sp().mailbox();
    const to = canonical(args.sp().mailbox());
    args.end();
    const folder = existing(session, from);
    if (session.account.find(to)) throw no("there is such a folder already", "ALREADYEXISTS");
    if (to.startsWith(folder.name + DELIMITER)) {
      throw no("a folder can't go below itself", "CANNOT");
    }
    if (folder.name === "INBOX") moveInbox(session, folder, to);
    else session.account.rename(folder, to);
  },
};

/** SUBSCRIBE (RFC 3501 section 6.3.6). */
export const subscribe: ServerCommand = {
  name: "SUBSCRIBE",
  state: "authenticated",
  run(session, args): void {
    const name = args.sp().mailbox();
    args.end();
    session.account.subscribe(existing(session, name).name, true);
  },
};

/** UNSUBSCRIBE (RFC 3501 section 6.3.7). */
export const unsubscribe: ServerCommand = {
  name: "UNSUBSCRIBE",
  state: "authenticated",
  run(session, args): void {
    const name = canonical(args.sp().mailbox());
    args.end();
    if (!session.account.subscribe(name, false)) {
      throw no("you are not subscribed to it", "NONEXISTENT");
    }
  },
};

function existing(session: Session, name: string): Folder {
  const folder = session.account.find(name);
  if (folder === undefined) throw no("there is no such folder", "NONEXISTENT");
  return folder;
}

/** INBOX always stays: its messages move to the new folder, and the folders below it remain. */
function moveInbox(session: Session, inbox: Folder, name: string): void {
  const folder = session.account.create(name, null);
  const messages = new Set(inbox.messages);
  for (const { content, date, flags } of messages) folder.add(content, date, flags);
  inbox.expunge(messages);
}
