import type { Command } from "../../connection/command.ts";
import { KeptResponses } from "../../connection/kept_responses.ts";
import type { UntaggedResponse } from "../../model/responses.ts";
import { fullText } from "../../model/text.ts";

/** What NOOP gives. */
export interface NoopResult {
  /** The server's text. */
  readonly text: string;
  /** What it told of the folder, in its order, without the bodies of messages. */
  readonly responses: readonly UntaggedResponse[];
  /** How many responses came besides, where 8 MiB of memory did not hold all of them. */
  readonly omitted?: number;
}

/** NOOP (RFC 9051 section 6.1.2): does nothing, and so gives the server a chance to tell news. */
export function noop(): Command<NoopResult> {
  const told = new KeptResponses();
  return {
    name: "NOOP",
    accept(response: UntaggedResponse): boolean {
      told.add(response);
      return false; // it is news for the session and its listeners too
    },
    result: (done) => ({ text: done.text, ...told.result() }),
  };
}

/** LOGOUT (RFC 9051 section 6.1.3). */
export function logout(): Command<string> {
  return { name: "LOGOUT", result: fullText };
}

/** STARTTLS (RFC 9051 section 6.2.1). */
export function starttls(): Command<string> {
  return { name: "STARTTLS", needs: "STARTTLS", result: fullText };
}
