import type { ProtocolError } from "../model/errors.ts";
import type { UnknownResponse } from "../model/responses.ts";
import type { ImapValue } from "../model/values.ts";
import { concat } from "../util/bytes.ts";
import { Cursor } from "./cursor.ts";
import type { Limits } from "./limits.ts";
import type { Frame } from "./reader.ts";

/** A response whose values are read only if somebody asks for them. */
export class Unknown implements UnknownResponse {
  readonly kind = "untagged";
  readonly type = "UNKNOWN";
  readonly name: string;
  readonly number: number | null;
  readonly error: ProtocolError | null;
  readonly #frame: Frame;
  readonly #limits: Limits;

  /** What follows the name of a response begins at `at` in its frame. */
  constructor(
    name: string,
    number: number | null,
    frame: Frame,
    at: number,
    limits: Limits,
    error: ProtocolError | null,
  ) {
    this.name = name;
    this.number = number;
    this.error = error;
    this.#frame = { ...frame, start: at };
    this.#limits = limits;
  }

  /** What follows the name, as the server sent it. */
  get raw(): Uint8Array {
    const { bytes, start, end, detached } = this.#frame;
    const parts: Uint8Array[] = [];
    let from = start;
    for (const { offset, value } of detached) {
      if (offset < start) continue;
      parts.push(bytes.subarray(from, offset));
      if (value instanceof Uint8Array) parts.push(value);
      from = offset;
    }
    return concat([...parts, bytes.subarray(from, end)]);
  }

  /** What follows the name, as values. */
  values(): readonly ImapValue[] {
    return new Cursor(this.#limits).begin(this.#frame).values();
  }

  /** A copy in memory of its own. */
  detach(): Unknown {
    const bytes = this.raw;
    const frame = { bytes, start: 0, end: bytes.length, detached: [] };
    return new Unknown(this.name, this.number, frame, 0, this.#limits, this.error);
  }
}

/** A copy of an unknown response that does not keep the chunk alive in which it arrived. */
export function detached(response: UnknownResponse): UnknownResponse {
  return response instanceof Unknown ? response.detach() : response;
}
