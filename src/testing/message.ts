import type { ZonedDate } from "../model/dates.ts";
import { CR, LF } from "../wire/bytes.ts";
import { type Entity, parseEntity } from "./mime.ts";

/** A message in a folder. */
export class Message {
  /** Its UID in that folder. */
  readonly uid: number;
  /** All of it, its lines ended by CRLF. */
  readonly bytes: Uint8Array;
  /** When it came in, with the zone of the server. */
  readonly date: ZonedDate;
  /** All flags but `\Recent`, which is a matter of each session. */
  readonly flags: Set<string>;
  #entity: Entity | undefined;

  constructor(uid: number, bytes: Uint8Array, date: ZonedDate, flags: Iterable<string>) {
    this.uid = uid;
    this.bytes = bytes;
    this.date = date;
    this.flags = new Set(flags);
  }

  /** Its structure, read when it is first asked for. */
  get entity(): Entity {
    return this.#entity ??= parseEntity(this.bytes);
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
