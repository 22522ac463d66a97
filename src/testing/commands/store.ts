import { LPAREN, SP } from "../../wire/bytes.ts";
import type { Arguments } from "../arguments.ts";
import type { ServerCommand } from "../command.ts";
import { pick } from "../picked.ts";
import { no } from "../refusal.ts";

/** STORE (RFC 3501 section 6.4.6). */
export const store: ServerCommand = {
  name: "STORE",
  state: "selected",
  uid: "IMAP4rev1",
  keepsNumbers: true,
  run(session, args, uid): void {
    const set = args.sp().sequenceSet();
    const [, sign, silent] = args.sp().match(/^([+-]?)FLAGS(\.SILENT)?(?= )/i, "FLAGS");
    const flags = readFlags(args.sp());
    args.end();
    const view = session.writableView;
    let gone = false;
    for (const { message, sequence } of pick(view, set, uid)) {
      if (view.isGone(message)) {
        gone = true;
        continue;
      }
      view.folder.setFlags(message, changed(message.flags, sign, flags), view);
      for (const line of view.newFlags()) session.untagged(line);
      if (silent) continue;
      const shown = `${uid ? `UID ${message.uid} ` : ""}FLAGS ${view.flags(message)}`;
      session.untagged(`${sequence} FETCH (${shown})`);
    }
    if (gone && !uid) throw no("some of the messages are gone", "EXPUNGEISSUED");
  },
};

/** Flags with or without parentheses. */
function readFlags(args: Arguments): string[] {
  if (args.peek() === LPAREN) return args.flagList();
  const flags: string[] = [];
  do flags.push(args.flag()); while (args.take(SP));
  return flags;
}

function changed(current: ReadonlySet<string>, sign: string, flags: string[]): string[] {
  if (sign === "+") return [...current, ...flags];
  if (sign === "") return flags;
  const removed = flags.map((flag) => flag.toLowerCase());
  return [...current].filter((flag) => !removed.includes(flag.toLowerCase()));
}
