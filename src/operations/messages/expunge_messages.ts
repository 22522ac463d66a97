import { expunge, type ExpungeResult, partOf } from "../../commands/messages/expunge.ts";
import { KeptResponses } from "../../connection/kept_responses.ts";
import { InvalidArgumentError } from "../../model/errors.ts";
import type { MessageIds, NumberSet } from "../../model/number_set.ts";
import { idsOf, run, runWhole, type Scope } from "../scope.ts";
import { belowLimit, withAll } from "./message_limit.ts";

/** EXPUNGE: all messages that are flagged `\Deleted`. */
export async function expungeAll(scope: Scope): Promise<ExpungeResult> {
  return await run(scope, expunge(null));
}

/** UID EXPUNGE: those of the messages that are flagged `\Deleted`, and no others. */
export async function expungeMessages(scope: Scope, messages: MessageIds): Promise<ExpungeResult> {
  if (!scope.uid) throw new InvalidArgumentError("cannot EXPUNGE by ID when not using uids");
  const { sets, scope: own } = idsOf(messages, scope);
  return await runWhole(own, async (scope) => {
    let text = "";
    const told = new KeptResponses();
    const step = (ids: NumberSet) => run(scope, expunge(ids, told));
    try {
      for (const ids of sets) await belowLimit(ids, step, (done) => text = done.text);
    } catch (error) {
      const part = partOf(told);
      throw part === null ? error : withAll(error, part);
    }
    return { text, ...told.result() };
  });
}
