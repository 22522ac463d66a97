import { ZonedDate } from "../../model/dates.ts";
import { DQUOTE, LPAREN } from "../../wire/bytes.ts";
import type { ServerCommand } from "../command.ts";
import { withCrlf } from "../message.ts";

/** APPEND (RFC 3501 section 6.3.11), with APPENDUID (RFC 4315). */
export const append: ServerCommand = {
  name: "APPEND",
  state: "authenticated",
  early(session, args): void {
    const name = args.sp().mailbox();
    args.sp();
    session.account.target(name);
  },
  run(session, args): string | void {
    const name = args.sp().mailbox();
    args.sp();
    const flags = args.peek() === LPAREN ? args.flagList() : null;
    if (flags !== null) args.sp();
    const date = args.peek() === DQUOTE ? args.dateTime() : null;
    if (date !== null) args.sp();
    const bytes = args.literal();
    args.end();
    const folder = session.account.target(name);
    // A copy, since the bytes lie within those of the whole command.
    const message = folder.add(withCrlf(bytes.slice()), date ?? now(), flags ?? []);
    if (session.has("UIDPLUS")) return `APPENDUID ${folder.uidValidity} ${message.uid}`;
  },
};

function now(): ZonedDate {
  const date = new Date();
  return new ZonedDate(date.getTime(), 0, date.toISOString());
}
