import type { Command } from "../../connection/command.ts";
import { ImapError, type ImapErrorDetails, PartialReplaceError } from "../../model/errors.ts";
import type { NumberSet } from "../../model/number_set.ts";
import type { ResponseCode, TaggedResponse, UntaggedResponse } from "../../model/responses.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { wrapped } from "../wrapped.ts";
import type { AppendResult } from "./append.ts";

/** The result of a replacement: where the new message is, and what became of the old one. */
export interface ReplaceResult extends AppendResult {
  /**
   * How the old message was removed: `"replaced"` in one step with the append (REPLACE), or
   * `"expunged"` after it, on a server without REPLACE.
   */
  readonly old: "replaced" | "expunged";
}

/** REPLACE, of which the server may have told something before it failed. */
export interface ReplaceCommand extends Command<ReplaceResult> {
  /** Where the new message is, if the server said so; `null` if it did not. */
  progress(): AppendResult | null;
}

/**
 * REPLACE or UID REPLACE (RFC 8508): appends a message as `append` does, and removes the message
 * with this id from the selected folder, both or neither.
 */
export function replace(
  id: NumberSet,
  uid: boolean,
  append: Command<AppendResult>,
): ReplaceCommand {
  let code: ResponseCode | null = null;
  return wrapped(append, {
    name: uid ? "UID REPLACE" : "REPLACE",
    needs: "REPLACE",
    state: "selected",
    modifies: true,
    pipelining: "alone",
    write(out: CommandWriter): void {
      out.sp().numberSet(id);
      append.write?.(out);
    },
    accept(response: UntaggedResponse): boolean {
      // The UID comes before the EXPUNGE of the old message (RFC 8508 section 4.3).
      if (response.type !== "OK" || response.code?.name !== "APPENDUID") return false;
      code = response.code;
      return true;
    },
    result: (done: TaggedResponse): ReplaceResult => ({
      ...append.result({ ...done, code: code ?? done.code }),
      old: "replaced",
    }),
    refused(_done: TaggedResponse, message: string, details: ImapErrorDetails): ImapError {
      const partial = progress();
      if (partial === null) return new ImapError(message, details);
      const told = `${message} (though the server told the UID of the new message)`;
      return new PartialReplaceError(told, { ...details, partial }, "unknown");
    },
    progress,
  });

  function progress(): AppendResult | null {
    if (code === null) return null;
    const kind = "tagged" as const;
    return append.result({ kind, tag: "", status: "OK", code, text: "" });
  }
}
