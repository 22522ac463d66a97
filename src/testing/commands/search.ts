import type { Arguments } from "../arguments.ts";
import type { ServerCommand } from "../command.ts";
import type { Picked } from "../picked.ts";
import { no } from "../refusal.ts";
import { SearchKeys } from "../search_keys.ts";
import type { Session } from "../session.ts";

const CHARSETS = ["US-ASCII", "UTF-8"];

/** SEARCH (RFC 3501 section 6.4.4). */
export const search: ServerCommand = {
  name: "SEARCH",
  state: "selected",
  uid: "IMAP4rev1",
  keepsNumbers: true,
  run(session, args, uid): void {
    let charset = "US-ASCII";
    args.sp();
    if (args.ahead(/^CHARSET /i)) {
      args.keyword();
      charset = readCharset(args);
      args.sp();
    }
    const found = searchMessages(session, args, charset).map((picked) => numberOf(picked, uid));
    session.untagged(["SEARCH", ...found].join(" "));
  },
};

/** Reads search keys up to the end, and finds what matches them. */
export function searchMessages(session: Session, args: Arguments, charset: string): Picked[] {
  const matches = new SearchKeys(args, session, charset).all();
  args.end();
  const found: Picked[] = [];
  session.view.messages.forEach((message, index) => {
    const sequence = index + 1;
    if (matches(message, sequence)) found.push({ message, sequence });
  });
  return found;
}

/** Reads the charset of the keys' texts. */
export function readCharset(args: Arguments): string {
  const charset = args.sp().text().toUpperCase();
  if (CHARSETS.includes(charset)) return charset;
  throw no("texts can't be in this charset", `BADCHARSET (${CHARSETS.join(" ")})`);
}

/** The number by which a message is told. */
export function numberOf({ message, sequence }: Picked, uid: boolean): number {
  return uid ? message.uid : sequence;
}
