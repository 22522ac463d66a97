import type { Command } from "../command.ts";
import type { NumberSet } from "../model/number_set.ts";
import type { UntaggedResponse } from "../model/responses.ts";
import type { CommandWriter } from "../wire/writer.ts";
import { fullText } from "../wire/text.ts";

/** What an expunge gives. */
export interface ExpungeResult {
  /** The server's text. */
  readonly text: string;
  /**
   * What it told of the folder, in its order: which messages are gone, and how many are left. Each
   * `EXPUNGE` changes the numbers of the messages after it. A server for which QRESYNC or UIDONLY
   * was enabled tells the UIDs instead, by `VANISHED`.
   */
  readonly responses: readonly UntaggedResponse[];
}

/** EXPUNGE (RFC 9051 section 6.4.3), or UID EXPUNGE (RFC 4315 section 2.1) of these messages. */
export function expunge(uids: NumberSet | null): Command<ExpungeResult> {
  const responses: UntaggedResponse[] = [];
  return {
    name: uids === null ? "EXPUNGE" : "UID EXPUNGE",
    needs: uids === null ? undefined : "UIDPLUS",
    state: "selected",
    modifies: true,
    write(out: CommandWriter): void {
      if (uids !== null) out.sp().numberSet(uids);
    },
    accept(response: UntaggedResponse): boolean {
      responses.push(response);
      return false; // it is news for the session and its listeners too
    },
    result: (done) => ({ text: fullText(done), responses }),
  };
}
