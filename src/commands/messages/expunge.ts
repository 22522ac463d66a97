import type { Command } from "../../connection/command.ts";
import { KeptResponses } from "../../connection/kept_responses.ts";
import type { NumberSet } from "../../model/number_set.ts";
import type { UntaggedResponse } from "../../model/responses.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { fullText } from "../../model/text.ts";

/** The result of an expunge. */
export interface ExpungeResult {
  /** The server's text. */
  readonly text: string;
  /**
   * Its updates about the folder in order: which messages are removed, and how many are left. Each
   * `EXPUNGE` changes the sequence numbers of the messages after it. With QRESYNC or UIDONLY
   * enabled, the server sends `VANISHED` with the UIDs instead. Bodies of messages are left out.
   */
  readonly responses: readonly UntaggedResponse[];
  /** How many more responses came, if they did not fit into 8 MiB of memory. */
  readonly omitted?: number;
}

/**
 * EXPUNGE (RFC 9051 section 6.4.3), or UID EXPUNGE of these messages (RFC 4315 section 2.1). The
 * server's updates are in the result, or in `told` if that is given.
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
      return false; // the session and the listeners need it too
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

/** What an expunge had done before it failed; `null` if the server told nothing. */
export function partOf(kept: KeptResponses): ExpungeResult | null {
  const told = kept.result();
  return told.responses.some(isGone) ? { text: "", ...told } : null;
}

function isGone({ type }: UntaggedResponse): boolean {
  return type === "EXPUNGE" || type === "VANISHED";
}
