import { ANNOTATE } from "../../commands/messages/annotate.ts";
import {
  append,
  type AppendLimits,
  type AppendResult,
  type MessageToAppend,
  multiappend,
  type MultiappendResult,
} from "../../commands/messages/append.ts";
import {
  hasStream,
  hasUtf8Header,
  isList,
  type MessageContent,
} from "../../commands/messages/message_content.ts";
import type { Command } from "../../connection/command.ts";
import { missingCapability } from "../../connection/session.ts";
import { ImapAbortError, ImapError, InvalidArgumentError } from "../../model/errors.ts";
import { lasting, type Text } from "../../model/text.ts";
import { lazyImport } from "../../util/lazy_import.ts";
import { CommandWriter } from "../../wire/writer.ts";
import { run, runWhole, type Scope } from "../scope.ts";

/** APPEND. */
export async function appendMessage(
  scope: Scope,
  folder: Text,
  message: MessageToAppend,
): Promise<AppendResult> {
  const own = lastingMessage(message);
  return await appending(scope, [own], (limits) => append(folder, own, limits));
}

/** A message that can be written twice. */
export function lastingMessage(message: MessageToAppend): MessageToAppend {
  const { flags } = message;
  return flags === undefined ? message : { ...message, flags: lasting(flags) };
}

/** APPEND of several messages at once (MULTIAPPEND). */
export async function appendMessages(
  scope: Scope,
  folder: Text,
  msgs: Iterable<MessageContent | MessageToAppend>,
): Promise<MultiappendResult> {
  // The entries of a map would pass for messages of two pieces.
  const isNoList = typeof msgs !== "object" || msgs === null || msgs instanceof Map;
  if (isNoList || !(Symbol.iterator in msgs)) {
    throw new InvalidArgumentError(`expected a list of messages, not ${typeof msgs}`);
  }
  const messages = Array.from(msgs, (msg): MessageToAppend => {
    if (typeof msg === "string" || msg instanceof Uint8Array || isList(msg)) return { msg };
    if (typeof msg === "object" && msg !== null) {
      return "msg" in msg ? lastingMessage(msg) : { msg };
    }
    throw new InvalidArgumentError(`a message must be text or bytes, not ${typeof msg}`);
  });
  if (messages.length === 0) return { text: "", uidValidity: null, uids: [] };
  const { session } = scope.client.connection;
  const isAnnotated = messages.some(({ annotations }) => annotations !== undefined);
  if (isAnnotated && !session.has(ANNOTATE)) throw missingCapability(ANNOTATE);
  const one = (scope: Scope, part: readonly MessageToAppend[]) =>
    appending(scope, part, (limits) => multiappend(folder, part, limits));
  if (session.saveLimit === Infinity) return await one(scope, messages);
  // What can't be sent is refused before a part of it is.
  multiappend(folder, messages, limitsOf(scope)).write?.(new CommandWriter());
  return await runWhole(scope, async (scope) => {
    return await (await parts()).appendInParts(scope, messages, one);
  });
}

const parts = lazyImport(() => import("./append_parts.ts"));

/**
 * Sends messages as they are, which RFC 9051 and RFC 9755 want. A server of RFC 6855 refuses UTF-8
 * in a header unless it comes as `UTF8 (~{n})`; apart from Courier, nothing tells it from the
 * others.
 */
export async function appending<Result>(
  scope: Scope,
  messages: readonly MessageToAppend[],
  make: (limits: AppendLimits) => Command<Result>,
): Promise<Result> {
  const { session } = scope.client.connection;
  const limits = limitsOf(scope);
  const isOn = session.enabled.has("UTF8=ACCEPT") && !session.rev2;
  const first = make({ ...limits, utf8Item: isOn && session.server.quirks.utf8Item });
  if (!isOn || session.server.quirks.utf8Item || !isUtf8(messages)) return await run(scope, first);
  return await runWhole(scope, async (scope) => {
    try {
      return await run(scope, first);
    } catch (error) {
      if (!mayBeForUtf8(error)) throw error;
      return await run(scope, make({ ...limits, utf8Item: true }));
    }
  });
}

/** What the server takes from APPEND. */
export function limitsOf({ client: { connection: { session } } }: Scope): AppendLimits {
  return {
    limit: session.appendLimit,
    takesNul: session.takesNul,
    takesUrls: session.has("CATENATE"),
    takesRanges: session.has("URL-PARTIAL"),
  };
}

/** Whether a message has a header in UTF-8, and none is a stream, which can be sent only once. */
function isUtf8(messages: readonly MessageToAppend[]): boolean {
  return messages.some(({ msg }) => hasUtf8Header(msg)) &&
    !messages.some(({ msg }) => hasStream(msg));
}

/**
 * Whether the server may have refused a message for its header: any other reason has a code. It is
 * not sent again if the server has told where it is.
 */
function mayBeForUtf8(error: unknown): boolean {
  const isRefusal = error instanceof ImapError && !(error instanceof ImapAbortError) &&
    error.text !== null && error.partial === null;
  return isRefusal && (error.code === null || error.code === "CANNOT");
}
