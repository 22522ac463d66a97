import {
  type MessageFlags,
  store,
  type StoreCondition,
  type StoreRequest,
} from "../../commands/messages/store.ts";
import { ConditionFailedError, ImapError, ProtocolError } from "../../model/errors.ts";
import { union } from "../../model/id_ranges.ts";
import { runWhole, type Scope } from "../scope.ts";
import { withAll } from "./message_limit.ts";
import { withModseqs } from "./modseqs.ts";
import { addTo, fetchBelowLimit, partialOf } from "./fetch_all.ts";

/**
 * STORE (UNCHANGEDSINCE): what the messages have then, by id. Each message stands for itself, so
 * what some of them fail does not keep the next command from the others; any other failure does.
 */
export async function storeUnchanged(
  scope: Scope,
  requests: readonly StoreRequest[],
  condition: StoreCondition,
): Promise<MessageFlags> {
  const { session } = scope.client.connection;
  const make = (request: StoreRequest) => withModseqs(session, store({ ...request, condition }));
  const stored: MessageFlags = new Map();
  let refusal: ImapError | null = null;
  await runWhole(scope, async (scope) => {
    for (const request of requests) {
      const known = condition.modified.length;
      try {
        addTo(stored, await fetchBelowLimit(scope, request, make));
      } catch (error) {
        addTo(stored, partialOf(error));
        const isNamed = condition.modified.length > known;
        if (!isNamed || !isOfCondition(error)) {
          throw stored.size > 0 ? withAll(error, stored) : error;
        }
        refusal ??= error;
      }
    }
  });
  if (condition.modified.length === 0) return stored;
  throw conditionError(condition, stored, refusal);
}

/** Whether the server said NO because of messages that were changed. */
function isOfCondition(error: unknown): error is ImapError {
  return error instanceof ImapError && !(error instanceof ProtocolError) &&
    error.code === "MODIFIED";
}

/** How many characters of a set an error's message shows. */
const SHOWN = 200;

function conditionError(
  { modified, unchangedSince }: StoreCondition,
  stored: MessageFlags,
  refusal: ImapError | null,
): ConditionFailedError {
  const all = union(modified);
  const text = String(all);
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text;
  const what =
    `messages that changed after mod-sequence ${unchangedSince} were left as they are: ${shown}`;
  return new ConditionFailedError(refusal === null ? what : `${refusal.message} (${what})`, {
    command: refusal?.command ?? undefined,
    responseCode: refusal?.responseCode ?? null,
    text: refusal?.text ?? undefined,
    cause: refusal ?? undefined,
    partial: stored.size > 0 ? stored : null,
  }, all);
}
