import { NumberSet } from "../../model/number_set.ts";
import { ZonedDate } from "../../model/dates.ts";
import { DQUOTE, LPAREN, SP } from "../../util/bytes.ts";
import type { Arguments } from "../arguments.ts";
import type { ServerCommand } from "./command.ts";
import { withCrlf } from "../message.ts";
import { no } from "../refusal.ts";
import { readPieces, takesBinary } from "./catenate.ts";
import { checkAppend } from "./message_limit.ts";
import type { Session } from "./server_session.ts";

/** A message to append. */
export interface Upload {
  readonly bytes: Uint8Array;
  readonly date: ZonedDate;
  readonly flags: readonly string[];
}

/**
 * APPEND (RFC 3501 section 6.3.11) of one message or of several (MULTIAPPEND, RFC 3502), with
 * APPENDUID (RFC 4315). APPENDLIMIT (RFC 7889) and the quota apply.
 */
export const append: ServerCommand = {
  name: "APPEND",
  state: "authenticated",
  early(session, args): void {
    session.account.target(args.sp().mailbox());
    readUploads(session, args);
  },
  run(session, args): string | void {
    const name = args.sp().mailbox();
    // All are read before the first is stored, so that all or none are.
    const uploads = readUploads(session, args);
    args.end();
    checkAppend(session, uploads.length);
    const { account } = session;
    const folder = account.target(name);
    const uids = uploads.map(({ bytes, date, flags }) =>
      folder.add(account.receive(bytes), date, flags).uid
    );
    if (session.has("UIDPLUS")) return `APPENDUID ${folder.uidValidity} ${NumberSet.from(uids)}`;
  },
};

/**
 * Reads messages to append; one, if it replaces another of `replaced` bytes. Refuses one that is
 * too large at the head of its literal.
 */
export function readUploads(session: Session, args: Arguments, replaced?: number): Upload[] {
  const several = replaced === undefined && session.has("MULTIAPPEND");
  const uploads: Upload[] = [];
  let total = 0;
  args.sp();
  do {
    const flags = args.peek() === LPAREN ? args.flagList() : null;
    if (flags !== null) args.sp();
    const date = args.peek() === DQUOTE ? args.dateTime() : null;
    if (date !== null) args.sp();
    const room = (size: number) => {
      if (size > session.appendLimit) throw no("the message is too large", "TOOBIG");
      session.account.checkQuota(total + size - (replaced ?? 0));
    };
    const bytes = withCrlf(readMessage(session, args, several, room));
    total += bytes.length;
    uploads.push({ bytes, date: date ?? now(), flags: flags ?? [] });
  } while (several && args.take(SP));
  return uploads;
}

/** Reads a message, of which `room` checks the size before it is there. */
function readMessage(
  session: Session,
  args: Arguments,
  several: boolean,
  room: (size: number) => void,
): Uint8Array {
  if (session.has("CATENATE") && args.ahead(/^CATENATE /i)) return readPieces(session, args, room);
  const isBinary = takesBinary(session, args);
  const size = args.literalSize;
  room(size);
  if (size === 0 && several) throw no("a message without a byte cancels the command");
  // A copy, since these bytes are part of the whole command's.
  return args.literal(isBinary).slice();
}

function now(): ZonedDate {
  const date = new Date();
  return new ZonedDate(date.getTime(), 0, date.toISOString());
}
