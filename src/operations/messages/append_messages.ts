import {
  append,
  type AppendResult,
  type MessageToAppend,
  multiappend,
  type MultiappendResult,
} from "../../commands/messages/append.ts";
import { InvalidArgumentError } from "../../model/errors.ts";
import type { Text } from "../../model/text.ts";
import { run, type Scope } from "../scope.ts";

/** APPEND. */
export async function appendMessage(
  scope: Scope,
  folder: Text,
  message: MessageToAppend,
): Promise<AppendResult> {
  const { appendLimit, takesNul } = scope.client.connection.session;
  return await run(scope, append(folder, message, appendLimit, takesNul));
}

/** APPEND of several messages at once (MULTIAPPEND). */
export async function appendMessages(
  scope: Scope,
  folder: Text,
  msgs: Iterable<Text | MessageToAppend>,
): Promise<MultiappendResult> {
  if (typeof msgs !== "object" || msgs === null || !(Symbol.iterator in msgs)) {
    throw new InvalidArgumentError(`expected a list of messages, not ${typeof msgs}`);
  }
  const messages = Array.from(msgs, (msg) => {
    if (typeof msg === "string" || msg instanceof Uint8Array) return { msg };
    if (typeof msg === "object" && msg !== null) return msg;
    throw new InvalidArgumentError(`a message must be text or bytes, not ${typeof msg}`);
  });
  if (messages.length === 0) return { text: "", uidValidity: null, uids: [] };
  const { appendLimit, takesNul } = scope.client.connection.session;
  return await run(scope, multiappend(folder, messages, appendLimit, takesNul));
}
