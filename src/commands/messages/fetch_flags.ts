import type { UidCommand } from "../../connection/call_index.ts";
import type { FetchedBase } from "./fetch_types.ts";
import type { TaggedResponse } from "../../model/responses.ts";
import { wrapped } from "../wrapped.ts";
import { fetch, type FetchRequest } from "./fetch.ts";
import type { MessageFlags, StoreRequest } from "./store.ts";

/** FETCH of flags or of Gmail's labels alone: those of each message by its id. */
export function fetchFlags(
  request: FetchRequest,
  item: StoreRequest["item"],
): UidCommand<MessageFlags> {
  const command = fetch(request, item === "X-GM-LABELS" ? "X-GM-EXT-1" : undefined);
  return wrapped(command, {
    partial(): MessageFlags | null {
      const messages = command.partial!() as Map<number, FetchedBase> | null;
      return messages === null ? null : flagsOf(messages, item);
    },
    result: (done: TaggedResponse) => flagsOf(command.result(done), item),
  });
}

function flagsOf(messages: Map<number, FetchedBase>, item: string): MessageFlags {
  const found: MessageFlags = new Map();
  for (const [id, message] of messages) {
    // A missing or malformed item is not enumerable, and would throw.
    if (!Object.keys(message).includes(item)) continue;
    found.set(id, (message as unknown as Record<string, readonly string[]>)[item]);
  }
  return found;
}
