import { SP } from "../../util/bytes.ts";
import type { Arguments } from "../arguments.ts";
import type { ServerCommand } from "./command.ts";
import { SYSTEM_FLAGS, type View } from "../folder.ts";
import { bad } from "../refusal.ts";
import { readResync, type Resync, tellChanges } from "./resync.ts";
import type { Session } from "./server_session.ts";
import { URLMECH } from "./url_auth.ts";

/** SELECT (RFC 3501 section 6.3.1), with CONDSTORE and QRESYNC (RFC 7162). */
export const select: ServerCommand = {
  name: "SELECT",
  state: "authenticated",
  run(session, args): string {
    return open(session, readRequest(session, args), false);
  },
};

/** EXAMINE: SELECT without write access. */
export const examine: ServerCommand = {
  name: "EXAMINE",
  state: "authenticated",
  run(session, args): string {
    return open(session, readRequest(session, args), true);
  },
};

/** CLOSE: expunges deleted messages without telling the client. */
export const close: ServerCommand = {
  name: "CLOSE",
  state: "selected",
  run(session, args): void {
    args.end();
    const { view } = session;
    session.close();
    if (!view.readOnly) view.folder.expunge(deleted(view));
  },
};

/** UNSELECT (RFC 3691): CLOSE without expunging. */
export const unselect: ServerCommand = {
  name: "UNSELECT",
  state: "selected",
  capability: "UNSELECT",
  run(session, args): void {
    args.end();
    session.close();
  },
};

/** The messages of a view that have `\Deleted`. */
export function deleted(view: View): Set<View["messages"][number]> {
  return new Set(view.messages.filter((message) => message.flags.has("\\Deleted")));
}

/** Which folder to open, and what the client knows of it. */
interface SelectRequest {
  readonly name: string;
  readonly resync: Resync | null;
}

function readRequest(session: Session, args: Arguments): SelectRequest {
  const name = args.sp().mailbox();
  let resync: Resync | null = null;
  if (args.take(SP)) {
    args.list(() => {
      const parameter = args.keyword();
      if (parameter === "CONDSTORE") session.modseqs.useCondstore();
      else if (parameter !== "QRESYNC") throw bad("there is no such parameter");
      else {
        session.modseqs.checkQresync();
        resync = readResync(args, session.modes.uidOnly);
      }
    });
  }
  args.end();
  return { name, resync };
}

function open(session: Session, { name, resync }: SelectRequest, readOnly: boolean): string {
  // The previous folder is closed, even if this command fails.
  const wasOpen = session.close();
  if (wasOpen && (session.has("QRESYNC") || session.modes.rev2)) {
    session.untagged("OK [CLOSED] the folder before");
  }
  const folder = session.account.get(name);
  const view = folder.open(readOnly);
  session.select(view);
  session.untagged(`FLAGS (${folder.flags.join(" ")})`);
  session.untagged(`${view.messages.length} EXISTS`);
  if (view.hasRecent) session.untagged(`${view.recent.size} RECENT`);
  const unseen = view.messages.findIndex((message) => !message.flags.has("\\Seen"));
  if (unseen >= 0 && view.hasRecent && !view.uidOnly) {
    session.untagged(`OK [UNSEEN ${unseen + 1}] the first unseen message`);
  }
  const permanent = readOnly ? "" : `${SYSTEM_FLAGS.join(" ")} \\*`;
  session.untagged(`OK [PERMANENTFLAGS (${permanent})] what can be stored`);
  session.untagged(`OK [UIDNEXT ${folder.uidNext}] the next UID`);
  session.untagged(`OK [UIDVALIDITY ${folder.uidValidity}] UIDs hold`);
  if (session.has("OBJECTID")) session.untagged(`OK [MAILBOXID (${folder.id})] its id`);
  if (session.has("CONDSTORE")) {
    const code = folder.keepsModseqs ? `HIGHESTMODSEQ ${folder.highestModseq}` : "NOMODSEQ";
    session.untagged(`OK [${code}] the last change`);
  }
  if (session.has("URLAUTH")) session.untagged(`OK [${URLMECH}] for URLs`);
  if (resync !== null) tellChanges(session, resync);
  return readOnly ? "READ-ONLY" : "READ-WRITE";
}
