import { NumberSet } from "../../model/number_set.ts";
import type { Arguments } from "../arguments.ts";
import type { ServerCommand } from "./command.ts";
import type { View } from "../folder.ts";
import { tellProgress } from "./in_progress.ts";
import { checkCopy, newest } from "./message_limit.ts";
import { pick, type Picked } from "../picked.ts";
import type { Session } from "./server_session.ts";

/** COPY (RFC 3501 section 6.4.7), with COPYUID (RFC 4315). */
export const copy: ServerCommand = {
  name: "COPY",
  state: "selected",
  uid: "IMAP4rev1",
  run(session, args, uid): string | undefined {
    const what = readArguments(session.view, args, uid);
    checkCopy(session, what.picked);
    session.account.checkQuota(
      what.picked.reduce((sum, { message }) => sum + message.bytes.length, 0),
    );
    return copyTo(session, what) ?? undefined;
  },
};

/** MOVE (RFC 6851): COPYUID comes before the EXPUNGEs. */
export const move: ServerCommand = {
  name: "MOVE",
  state: "selected",
  capability: "MOVE",
  uid: "MOVE",
  run(session, args, uid): string | undefined {
    const { picked: all, to } = readArguments(session.view, args, uid);
    const { folder } = session.writableView;
    const { picked, code: limit } = newest(session, all);
    const code = copyTo(session, { picked, to });
    if (code !== null) session.untagged(`OK [${code}] moved`);
    folder.expunge(new Set(picked.map(({ message }) => message)));
    return limit ?? undefined;
  },
};

interface Copying {
  readonly picked: readonly Picked[];
  readonly to: string;
}

function readArguments(view: View, args: Arguments, uid: boolean): Copying {
  const set = args.sp().sequenceSet();
  const to = args.sp().mailbox();
  args.end();
  return { picked: pick(view, set, uid), to };
}

/** Copies all or nothing; returns the response code with the new UIDs. */
function copyTo(session: Session, { picked, to }: Copying): string | null {
  const target = session.account.target(to);
  const copies = picked.map(({ message: { content, date, flags } }, index) => {
    tellProgress(session, index, picked.length);
    return target.add(content, date, flags).uid;
  });
  if (copies.length === 0 || !session.has("UIDPLUS")) return null;
  const from = NumberSet.from(picked.map(({ message }) => message.uid));
  return `COPYUID ${target.uidValidity} ${from} ${NumberSet.from(copies)}`;
}
