import type { ZonedDate } from "../model/dates.ts";
import { CR, LF } from "../util/bytes.ts";
import type { Conversation } from "./conversations.ts";
import { Labels } from "./labels.ts";
import { type Entity, parseEntity } from "./mime.ts";

/** What a message shares with its copies in other folders. */
export class Content {
  /** The whole message, with CRLF line endings. */
  readonly bytes: Uint8Array;
  /** Its number in Gmail (X-GM-MSGID). */
  readonly id: bigint;
  /** The conversation that it belongs to (X-GM-THRID). */
  readonly conversation: Conversation;
  /** Its labels (X-GM-LABELS). */
  readonly labels: Labels = new Labels();
  #entity: Entity | undefined;

  constructor(bytes: Uint8Array, id: bigint, conversation: Conversation) {
    this.bytes = bytes;
    this.id = id;
    this.conversation = conversation;
  }

  /** What identifies it in every folder (EMAILID, RFC 8474). */
  get emailId(): string {
    return `M${this.id}`;
  }

  /** What identifies its conversation (THREADID, RFC 8474). */
  get threadId(): string {
    return `T${this.conversation.id}`;
  }

  /** Its structure, parsed at the first use. */
  get entity(): Entity {
    return this.#entity ??= parseEntity(this.bytes);
  }
}

/** A message in a folder. */
export class Message {
  /** Its UID in that folder. */
  readonly uid: number;
  /** Its content, shared with its copies. */
  readonly content: Content;
  /** When it arrived, with a zone. */
  readonly date: ZonedDate;
  /** When it was put into this folder (SAVEDATE, RFC 8514). */
  readonly saved: Date = new Date();
  /** All flags except `\Recent`, which differs between sessions. */
  readonly flags: Set<string>;
  /** The number of its last change in the folder (RFC 7162). */
  modseq: number;

  constructor(
    uid: number,
    modseq: number,
    content: Content,
    date: ZonedDate,
    flags: Iterable<string>,
  ) {
    this.uid = uid;
    this.modseq = modseq;
    this.content = content;
    this.date = date;
    this.flags = new Set(flags);
  }

  /** The whole message, with CRLF line endings. */
  get bytes(): Uint8Array {
    return this.content.bytes;
  }

  /** Its structure. */
  get entity(): Entity {
    return this.content.entity;
  }
}

/** The bytes with CRLF line endings: each bare LF gets a CR. */
export function withCrlf(bytes: Uint8Array): Uint8Array {
  let bare = 0;
  for (let i = bytes.indexOf(LF); i >= 0; i = bytes.indexOf(LF, i + 1)) {
    if (bytes[i - 1] !== CR) bare++;
  }
  if (bare === 0) return bytes;
  const result = new Uint8Array(bytes.length + bare);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === LF && bytes[i - 1] !== CR) result[length++] = CR;
    result[length++] = bytes[i];
  }
  return result;
}
