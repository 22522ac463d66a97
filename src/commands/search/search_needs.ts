import { upperAscii } from "../../model/text.ts";
import { decodeAscii } from "../../util/bytes.ts";
import { ARGUMENTS, type SearchCriteria, type SearchCriterion } from "./search_criteria.ts";

/** The extensions that search keys belong to. */
const NEEDS: ReadonlyMap<string, string> = new Map([
  ["EMAILID", "OBJECTID"],
  ["FILTER", "FILTERS"],
  ["FUZZY", "SEARCH=FUZZY"],
  ["MODSEQ", "CONDSTORE"],
  ["OLDER", "WITHIN"],
  ["SAVEDATESUPPORTED", "SAVEDATE"],
  ["SAVEDBEFORE", "SAVEDATE"],
  ["SAVEDON", "SAVEDATE"],
  ["SAVEDSINCE", "SAVEDATE"],
  ["THREADID", "OBJECTID"],
  ["X-GM-LABELS", "X-GM-EXT-1"],
  ["X-GM-MSGID", "X-GM-EXT-1"],
  ["X-GM-RAW", "X-GM-EXT-1"],
  ["X-GM-THRID", "X-GM-EXT-1"],
  ["YOUNGER", "WITHIN"],
]);

/**
 * The capabilities without which a server does not know the keys of criteria. Criteria in IMAP's
 * own notation are the caller's affair.
 */
export function searchNeeds(criteria: SearchCriteria): readonly string[] {
  const needs: string[] = [];
  if (Array.isArray(criteria)) addNeeds(needs, criteria);
  return needs;
}

function addNeeds(needs: string[], items: readonly SearchCriterion[]): void {
  for (let at = 0; at < items.length; at++) {
    const item = items[at];
    if (Array.isArray(item)) addNeeds(needs, item);
    const isWord = typeof item === "string" || item instanceof Uint8Array;
    if (!isWord) continue;
    const name = upperAscii(typeof item === "string" ? item : decodeAscii(item));
    const need = NEEDS.get(name);
    if (need !== undefined) needs.push(need);
    // Values that may look like keys.
    const values = Object.hasOwn(ARGUMENTS, name) ? ARGUMENTS[name] : [];
    at += values.filter((kind) => kind !== "key").length;
  }
}
