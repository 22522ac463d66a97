import type { Arguments } from "../arguments.ts";
import type { Message } from "../message.ts";
import { pick } from "../picked.ts";
import { bad, no } from "../refusal.ts";
import { readUploads, type Upload } from "./append.ts";
import type { ServerCommand } from "./command.ts";
import type { Session } from "./server_session.ts";

/**
 * REPLACE and UID REPLACE (RFC 8508): APPENDUID comes before the EXPUNGE (section 4.3), and only
 * what the message adds to the quota counts (section 3.4).
 */
export const replace: ServerCommand = {
  name: "REPLACE",
  state: "selected",
  capability: "REPLACE",
  uid: "REPLACE",
  early: (session, args, uid): void => void readArguments(session, args, uid),
  run(session, args, uid): void {
    const { old, folder, upload } = readArguments(session, args, uid);
    args.end();
    const { account, view } = session;
    const target = account.target(folder);
    const added = target.add(account.receive(upload.bytes), upload.date, upload.flags);
    if (session.has("UIDPLUS")) {
      session.untagged(`OK [APPENDUID ${target.uidValidity} ${added.uid}] appended`);
    }
    view.folder.expunge(new Set([old]));
  },
};

interface Replacement {
  readonly old: Message;
  readonly folder: string;
  readonly upload: Upload;
}

function readArguments(session: Session, args: Arguments, uid: boolean): Replacement {
  const { view, id } = { view: session.writableView, id: args.sp().sequenceSet() };
  const folder = args.sp().mailbox();
  if (id === "$" || id.isOpen || id.size !== 1) throw bad("one message is replaced by one");
  const [old] = pick(view, id, uid);
  if (old === undefined || view.isGone(old.message)) {
    throw no("there is no such message", "NONEXISTENT");
  }
  session.account.target(folder);
  const [upload] = readUploads(session, args, old.message.bytes.length);
  return { old: old.message, folder, upload };
}
