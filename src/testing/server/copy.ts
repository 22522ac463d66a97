import { NumberSet } from "../../model/number_set.ts";
import type { Arguments } from "../arguments.ts";
import type { ServerCommand } from "./command.ts";
import type { View } from "../folder.ts";
import type { Message } from "../message.ts";
import { pick } from "../picked.ts";
import type { Session } from "./server_session.ts";

/** COPY (RFC 3501 section 6.4.7), with COPYUID (RFC 4315). */
export const copy: ServerCommand = {
  name: "COPY",
  state: "selected",
  uid: "IMAP4rev1",
  run(session, args, uid): string | undefined {
    const what = readArguments(session.view, args, uid);
    session.account.checkQuota(what.messages.reduce((sum, { bytes }) => sum + bytes.length, 0));
    return copyTo(session, what) ?? undefined;
  },
};

/** MOVE (RFC 6851): COPYUID comes before the EXPUNGEs. */
export const move: ServerCommand = {
  name: "MOVE",
  state: "selected",
  capability: "MOVE",
  uid: "MOVE",
  run(session, args, uid): void {
    const what = readArguments(session.view, args, uid);
    const { folder } = session.writableView;
    const code = copyTo(session, what);
    if (code !== null) session.untagged(`OK [${code}] moved`);
    folder.expunge(new Set(what.messages));
  },
};

interface Copying {
  readonly messages: readonly Message[];
  readonly to: string;
}

function readArguments(view: View, args: Arguments, uid: boolean): Copying {
  const set = args.sp().sequenceSet();
  const to = args.sp().mailbox();
  args.end();
  return { messages: pick(view, set, uid).map(({ message }) => message), to };
}

/** Copies all or nothing; returns the response code with the new UIDs. */
function copyTo(session: Session, { messages, to }: Copying): string | null {
  const target = session.account.target(to);
  const copies = messages.map(({ content, date, flags }) => target.add(content, date, flags).uid);
  if (copies.length === 0 || !session.has("UIDPLUS")) return null;
  const from = NumberSet.from(messages.map(({ uid }) => uid));
  return `COPYUID ${target.uidValidity} ${from} ${NumberSet.from(copies)}`;
}
