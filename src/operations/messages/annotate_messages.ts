import { annotate, type AnnotationValues } from "../../commands/messages/annotate.ts";
import { type MessageIds, NumberSet } from "../../model/number_set.ts";
import { idsOf, type Scope } from "../scope.ts";
import { fetchAll } from "./fetch_all.ts";

/** STORE ANNOTATION for all messages, in as many commands as it takes. */
export async function annotateMessages(
  scope: Scope,
  messages: MessageIds,
  values: AnnotationValues,
): Promise<void> {
  const { sets, scope: own } = idsOf(messages, scope);
  const request = { values, uid: own.uid };
  // Made even for no messages, so that values that can't be sent are refused all the same.
  annotate({ ...request, ids: NumberSet.from([]) });
  await fetchAll(own, sets.map((ids) => ({ ...request, ids })), annotate);
}
