import type { Arguments } from "../arguments.ts";
import type { ServerCommand } from "../command.ts";
import { no } from "../refusal.ts";
import { SearchKeys } from "../search_keys.ts";

const CHARSETS = ["US-ASCII", "UTF-8"];

/** SEARCH (RFC 3501 section 6.4.4). */
export const search: ServerCommand = {
  name: "SEARCH",
  state: "selected",
  uid: "IMAP4rev1",
  keepsNumbers: true,
  run(session, args, uid): void {
    const { view } = session;
    const matches = new SearchKeys(args.sp(), view, readCharset(args)).all();
    args.end();
    const found: number[] = [];
    view.messages.forEach((message, index) => {
      if (matches(message, index + 1)) found.push(uid ? message.uid : index + 1);
    });
    session.untagged(["SEARCH", ...found].join(" "));
  },
};

function readCharset(args: Arguments): string {
  if (!args.ahead(/^CHARSET /i)) return "US-ASCII";
  args.keyword();
  const charset = args.sp().text().toUpperCase();
  args.sp();
  if (CHARSETS.includes(charset)) return charset;
  throw no("texts can't be in this charset", `BADCHARSET (${CHARSETS.join(" ")})`);
}
