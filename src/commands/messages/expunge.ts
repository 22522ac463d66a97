import type { Command } from "../../connection/command.ts";
import { KeptResponses } from "../../connection/kept_responses.ts";
import type { NumberSet } from "../../model/number_set.ts";
import type { UntaggedResponse } from "../../model/responses.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { fullText } from "../../model/text.ts";

/** What an expunge gives. */
export interface ExpungeResult {
  /** The server's text. */
  readonly text: string;
  /**
   * What it told of the folder, in its order: which messages are gone, and how many are left. Each
   * `EXPUNGE` changes the numbers of the messages after it. A server for which QRESYNC or UIDONLY
   * was enabled tells the UIDs instead, by `VANISHED`. Bodies of messages are left out.
   */
  readonly responses: readonly UntaggedResponse[];
  /** How many responses came besides, where 8 MiB of memory did not hold all of them. */
  readonly omitted?: number;
}

/**
 * EXPUNGE (RFC 9051 section 6.4.3), or UID EXPUNGE (RFC 4315 section 2.1) of these messages. What
 * the server tells is in the result, or in `told` where that is given.
 */
export function expunge(
  uids: NumberSet | null,
  told: KeptResponses | null = null,
): Command<ExpungeResult> {
  const kept = told ?? new KeptResponses();
  return {
    name: uids === null ? "EXPUNGE" : "UID EXPUNGE",
    needs: uids === null ? undefined : "UIDPLUS",
    state: "selected",
    modifies: true,
    write(out: CommandWriter): void {
      if (uids !== null) out.sp().numberSet(uids);
    },
    accept(response: UntaggedResponse): boolean {
      kept.add(response);
      return false; // it is news for the session and its listeners too
    },
    partial(): ExpungeResult | null {
      return told === null ? partOf(kept) : null;
    },
    result: (done) => ({
      text: fullText(done),
      ...(told === null ? kept.result() : { responses: [] }),
    }),
  };
}

/** What an expunge that failed had done by then; `null`: nothing that the server told. */
export function partOf(kept: KeptResponses): ExpungeResult | null {
  const told = kept.result();
  return told.responses.some(isGone) ? { text: "", ...told } : null;
}

function isGone({ type }: UntaggedResponse): boolean {
  return type === "EXPUNGE" || type === "VANISHED";
}
