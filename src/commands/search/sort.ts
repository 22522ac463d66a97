import type { Command } from "../../connection/command.ts";
import { InvalidArgumentError } from "../../model/errors.ts";
import { type FoundIn, rememberFoundIn } from "../../model/found_in.ts";
import type { UntaggedResponse } from "../../model/responses.ts";
import type { Session } from "../../connection/session.ts";
import { type Text, toTexts, upperAscii } from "../../model/text.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { OwnResponses } from "../own_responses.ts";
import { searchRefusal } from "./search.ts";
import { type SearchCriteria, writeCriteria } from "./search_criteria.ts";

/** What to sort or thread. */
export interface SortedSearch {
  /** The messages. */
  readonly criteria: SearchCriteria;
  /** The charset of the criteria's text, which is always named. */
  readonly charset: string;
  /** Whether ids are UIDs. */
  readonly uid: boolean;
}

/** SORT or UID SORT (RFC 5256): the ids of the messages that match, in this order. */
export function sort(
  keys: Text | Iterable<Text>,
  { criteria, charset, uid }: SortedSearch,
): Command<number[]> {
  const order = sortKeys(keys);
  const ids: number[] = [];
  const own = new OwnResponses();
  let place: FoundIn | undefined;
  return {
    name: uid ? "UID SORT" : "SORT",
    needs: "SORT",
    state: "selected",
    uncorrelated: true,
    pipelining: uid ? "uids" : undefined,
    write(out: CommandWriter): void {
      out.sp().list(order, (key) => out.raw(key)).sp().charset(charset);
      writeCriteria(out.sp(), criteria, charset);
    },
    accept(response: UntaggedResponse): boolean {
      if (response.type !== "SORT") return own.read(response, "SORT");
      for (const id of response.ids) ids.push(id);
      return true;
    },
    effect({ selections }: Session): void {
      place = selections.foundIn(uid);
    },
    partial: () => ids.length > 0 ? rememberFoundIn(ids, place) : null,
    result: () => rememberFoundIn(own.checked(ids), place),
    refused: searchRefusal(criteria),
  };
}

/** Sort keys as they are sent. */
export function sortKeys(keys: Text | Iterable<Text>): readonly string[] {
  const order = toTexts(keys).map(sortKey);
  if (order.length === 0) throw new InvalidArgumentError("no sort criteria named");
  return order;
}

/** A sort key, or several in one text: `REVERSE SIZE`. */
function sortKey(key: string): string {
  const text = upperAscii(key.trim());
  if (/^[A-Z][A-Z0-9=-]*(?: [A-Z][A-Z0-9=-]*)*$/.test(text)) return text;
  throw new InvalidArgumentError(`can't be sent as a sort criterion: ${JSON.stringify(key)}`);
}
