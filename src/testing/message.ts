import type { ZonedDate } from "../model/dates.ts";
import { CR, LF } from "../util/bytes.ts";
import type { Conversation } from "./conversations.ts";
import { Labels } from "./labels.ts";
import { type Entity, parseEntity } from "./mime.ts";

/** What a message has in common with its copies in other folders. */
export class Content {
  /** All of it, its lines ended by CRLF. */
  readonly bytes: Uint8Array;
  /** Gmail's number for it (X-GM-MSGID). */
  readonly id: bigint;
  /** What it belongs to (X-GM-THRID). */
  readonly conversation: Conversation;
  /** Its labels (X-GM-LABELS). */
  readonly labels: Labels = new Labels();
  #entity: Entity | undefined;

  constructor(bytes: Uint8Array, id: bigint, conversation: Conversation) {
    this.bytes = bytes;
    this.id = id;
    this.conversation = conversation;
  }

  /** Its structure, read when it is first asked for. */
  get entity(): Entity {
    return this.#entity ??= parseEntity(this.bytes);
  }
}

/** A message in a folder. */
export class Message {
  /** Its UID in that folder. */
  readonly uid: number;
  /** What is in it. */
  readonly content: Content;
  /** When it came in, with the zone of the server. */
  readonly date: ZonedDate;
  /** All flags but `\Recent`, which is a matter of each session. */
  readonly flags: Set<string>;
  /** Which change of its folder was the last to it (RFC 7162). */
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

  /** All of it, its lines ended by CRLF. */
  get bytes(): Uint8Array {
    return this.content.bytes;
  }

  /** Its structure. */
  get entity(): Entity {
    return this.content.entity;
  }
}

/** The bytes with every line ended by CRLF, as mail has it: a bare LF gets its CR. */
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
