import { parseDate, type ZonedDate } from "../model/dates.ts";
import type { Cursor } from "./cursor.ts";

/** The date in the string that was just read from `start`; `null` if it makes no sense. */
export function dateSince(cursor: Cursor, start: number, text: string | null): ZonedDate | null {
  if (text === null) return null;
  // The bytes between the quotes are those of the text, unless it has escapes.
  const isThere = cursor.at - start === text.length + 2;
  return isThere ? parseDate(text, cursor.bytes, start + 1) : parseDate(text);
}
