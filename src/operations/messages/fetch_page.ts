import { rememberFoundIn } from "../../model/found_in.ts";
import { union } from "../../model/id_ranges.ts";
import { type MessageIds, NumberSet } from "../../model/number_set.ts";
import type { PartialRange } from "../../model/search_results.ts";
import { type Text, toTexts } from "../../model/text.ts";
import { idsOf, type Scope } from "../scope.ts";
import { checkRange, pageOf } from "../search/search_page.ts";
import { presentIds } from "./present_ids.ts";

/** Which messages to fetch, and the modifiers of FETCH. */
export interface PageRequest {
  /** The messages. */
  readonly messages: MessageIds;
  /** The modifiers. */
  readonly modifiers: Text | Iterable<Text> | undefined;
}

/**
 * What to fetch for a part of the messages: by PARTIAL (RFC 9394 section 3.3) or, on a server
 * without it, the ids that a search gives.
 */
export async function pageRequest(
  scope: Scope,
  { messages, modifiers }: PageRequest,
  partial: PartialRange,
): Promise<PageRequest> {
  const range = checkRange(partial);
  const { client: { connection: { session }, limits } } = scope;
  const { sets, scope: own } = idsOf(messages, scope);
  // PARTIAL is about the messages of one command.
  if (session.has("PARTIAL") && scope.uid && sets.length === 1 && !session.limitsMessages) {
    const others = modifiers === undefined ? [] : toTexts(modifiers);
    return { messages, modifiers: [...others, `PARTIAL ${range.join(":")}`] };
  }
  const present: NumberSet[] = [];
  for (const set of sets) present.push(await presentIds(own, set));
  const page = pageOf(union(present), range, null, limits.items);
  const place = session.selections.foundIn(scope.uid);
  return { messages: rememberFoundIn(NumberSet.from(page), place), modifiers };
}
