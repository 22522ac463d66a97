import { type Entity, fieldValue, parseHeader } from "./mime.ts";

/** The numbers of messages begin here: a client that reads them as doubles confuses them. */
const FIRST_ID = 1_790_000_000_000_000_001n;

/** A message with all answers to it, told by a number (Gmail's X-GM-THRID). */
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

  /** What it has become part of, or itself. */
  get whole(): Conversation {
    return this.#joined?.whole ?? this;
  }

  /** Makes one of two; the number of the older one holds for both. */
  join(other: Conversation): void {
    const [a, b] = [this.whole, other.whole];
    if (a.#id < b.#id) b.#joined = a;
    else if (b.#id < a.#id) a.#joined = b;
  }
}

/** Numbers the messages of an account, and finds out which belong together. */
export class Conversations {
  readonly #byMessageId = new Map<string, Conversation>();
  #nextId = FIRST_ID;

  /** A number for a new message, and its conversation: with all that it names or is named by. */
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

/** The message's own id, and those of what it answers. */
function relatedIds(message: Uint8Array): string[] {
  const header = parseHeader(message, 0, message.length);
  return ["MESSAGE-ID", "REFERENCES", "IN-REPLY-TO"].flatMap((name) => messageIds(header, name));
}

/**
 * The message ids in a field, without their brackets, and unquoted so that ids written in two
 * ways are the same (RFC 5256 section 3).
 */
export function messageIds(header: Pick<Entity, "fields">, name: string): string[] {
  const ids = (fieldValue(header, name) ?? "").matchAll(/<([^<>\s]+)>/g);
  const unquoted = /^"((?:[^"\\]|\\.)*)"(?=@|$)/;
  return Array.from(
    ids,
    ([, id]) => id.replace(unquoted, (_, local: string) => local.replace(/\\(.)/g, "$1")),
  );
}
