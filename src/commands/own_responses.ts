import { ProtocolError } from "../model/errors.ts";
import type { UntaggedResponse } from "../model/responses.ts";
import { Cursor } from "../wire/cursor.ts";

/**
 * Reads the untagged responses that are one command's own, and keeps the first that is malformed.
 * That one becomes the command's failure, but not before the server has completed the command: what
 * it says then, a refusal above all, matters more.
 *
 * ```ts
 * function myRights(folder: Text): Command<string> {
 *   const own = new OwnResponses();
 *   let rights: string | null = null;
 *   return {
 *     name: "MYRIGHTS",
 *     write: (out) => void out.sp().mailbox(folder),
 *     accept: (response) =>
 *       own.read(response, "MYRIGHTS", (cursor) => {
 *         readAskedMailbox(cursor, folder);
 *         rights = cursor.space().astring();
 *       }),
 *     result: () => own.required("MYRIGHTS", rights),
 *   };
 * }
 * ```
 */
export class OwnResponses {
  #malformed: ProtocolError | null = null;

  /**
   * Whether a response is the command's own: it has this name, and the library's parser does not
   * read it. If so, `reader` gets what follows the name, from the first byte that is not a space;
   * it may return `false` to leave the response to others. Leave out `reader` for a name that the
   * parser knows: then only malformed responses come here.
   */
  read(response: UntaggedResponse, name: string, reader?: (cursor: Cursor) => unknown): boolean {
    if (response.type !== "UNKNOWN" || response.name !== name) return false;
    return this.attempt(() => {
      if (response.error !== null) throw response.error;
      return reader?.(Cursor.over(response.raw).space());
    });
  }

  /**
   * Runs a reader over a response that the parser has read, and keeps its `ProtocolError`. `false`
   * if the reader returns `false`: the response is left to others.
   */
  attempt(reader: () => unknown): boolean {
    try {
      return reader() !== false;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#malformed ??= error;
      return true;
    }
  }

  /** The result of a command; throws the `ProtocolError` of a malformed response. */
  checked<Result>(result: Result): Result {
    if (this.#malformed !== null) throw this.#malformed;
    return result;
  }

  /** The value of the response with this name, without which the command has no result. */
  required<Value>(name: string, value: Value | null): Value {
    if (value !== null) return value;
    throw this.#malformed ?? new ProtocolError(`the server sent no ${name}`);
  }
}
