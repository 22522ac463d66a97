import { messageIdsIn } from "../model/sort_messages.ts";
import { fieldValue, parseHeader } from "./mime.ts";

/**
 * The first message number: too large for a double, so a client that reads doubles confuses them.
 */
const FIRST_ID = 1_790_000_000_000_000_001n;

/** A message and all replies to it, identified by a number (Gmail's X-GM-THRID). */
export class Conversation {
  readonly #id: bigint;
  #joined: Conversation | null = null;

  constructor(id: bigint) {
    this.#id = id;
  }

  /** The number of its first message. */
  get id(): bigint {
    return this.whole.#id;
  }

  /** The conversation that it was merged into, or itself. */
  get whole(): Conversation {
    return this.#joined?.whole ?? this;
  }

  /** Merges two conversations; the number of the older one stays. */
  join(other: Conversation): void {
    const [a, b] = [this.whole, other.whole];
    if (a.#id < b.#id) b.#joined = a;
    else if (b.#id < a.#id) a.#joined = b;
  }
}

/** Numbers the messages of an account and finds out which belong together. */
export class Conversations {
  readonly #byMessageId = new Map<string, Conversation>();
  #nextId = FIRST_ID;

  /**
   * Returns a number for a new message, and its conversation, which is that of all messages it
   * refers to or that refer to it.
   */
  add(message: Uint8Array): { id: bigint; conversation: Conversation } {
    const id = this.#nextId++;
    const conversation = new Conversation(id);
    for (const messageId of relatedIds(message)) {
      const known = this.#byMessageId.get(messageId);
      if (known === undefined) this.#byMessageId.set(messageId, conversation);
      else conversation.join(known);
    }
    return { id, conversation };
  }
}

/** The message's own id, and the ids that it refers to. */
function relatedIds(message: Uint8Array): string[] {
  const header = parseHeader(message, 0, message.length);
  return ["MESSAGE-ID", "REFERENCES", "IN-REPLY-TO"].flatMap((name) =>
    messageIdsIn(fieldValue(header, name) ?? "")
  );
}
