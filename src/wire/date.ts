import { parseDate, type ZonedDate } from "../model/dates.ts";
import type { Cursor } from "./cursor.ts";

/** The date in a string that was read just now, from `start` on; `null` where it makes no sense. */
export function dateSince(cursor: Cursor, start: number, text: string | null): ZonedDate | null {
  if (text === null) return null;
  // Between the quotes its bytes stand as they are, unless there are escapes.
  const isThere = cursor.at - start === text.length + 2;
  return isThere ? parseDate(text, cursor.bytes, start + 1) : parseDate(text);
}
