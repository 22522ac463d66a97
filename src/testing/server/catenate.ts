import { messageLocation } from "../../model/message_url.ts";
import { concat, TILDE } from "../../util/bytes.ts";
import type { Arguments } from "../arguments.ts";
import { bad, no, type Refusal } from "../refusal.ts";
import { cut, locate } from "./located.ts";
import type { Session } from "./server_session.ts";

/**
 * Reads the pieces of a message (CATENATE, RFC 4469 section 3). `room` checks the size of what is
 * there so far, before a literal arrives.
 */
export function readPieces(
  session: Session,
  args: Arguments,
  room: (size: number) => void,
): Uint8Array {
  const pieces: Uint8Array[] = [];
  let total = 0;
  args.keyword();
  args.sp().list(() => {
    const kind = args.keyword();
    args.sp();
    if (kind === "URL") {
      const bytes = contentAt(session, args.text());
      room(total += bytes.length);
      pieces.push(bytes);
    } else if (kind === "TEXT") {
      const isBinary = takesBinary(session, args);
      room(total += args.literalSize);
      pieces.push(args.literal(isBinary));
    } else throw bad("expected TEXT or URL");
  });
  return concat(pieces);
}

/** Takes the `~` of a `literal8`, if the server has BINARY (RFC 3516 section 4.4). */
export function takesBinary(session: Session, args: Arguments): "binary" | undefined {
  return session.has("BINARY") && args.take(TILDE) ? "binary" : undefined;
}

/** The message, or the part of one, at a URL. Refuses the command if there is none. */
function contentAt(session: Session, url: string): Uint8Array {
  const location = messageLocation(url);
  const hasRange = location?.partial !== undefined;
  if (location === null || hasRange && !session.has("URL-PARTIAL")) throw badUrl(url);
  const found = locate(session.account, location);
  if (found === null) throw badUrl(url);
  return cut(found.bytes, location);
}

function badUrl(url: string): Refusal {
  return no("there is no such message", `BADURL ${url.replace(/[\]\r\n]/g, "?")}`);
}
