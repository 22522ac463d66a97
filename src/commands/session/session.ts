import type { Command } from "../../connection/command.ts";
import { KeptResponses } from "../../connection/kept_responses.ts";
import type { UntaggedResponse } from "../../model/responses.ts";
import { fullText } from "../../model/text.ts";

/** The result of NOOP. */
export interface NoopResult {
  /** The server's text. */
  readonly text: string;
  /** Its updates about the folder in order, without the bodies of messages. */
  readonly responses: readonly UntaggedResponse[];
  /** How many more responses came, if they did not fit into 8 MiB of memory. */
  readonly omitted?: number;
}

/** NOOP (RFC 9051 section 6.1.2): does nothing, but lets the server send updates. */
export function noop(): Command<NoopResult> {
  const told = new KeptResponses();
  return {
    name: "NOOP",
    accept(response: UntaggedResponse): boolean {
      told.add(response);
      return false; // the session and the listeners need it too
    },
    result: (done) => ({ text: done.text, ...told.result() }),
  };
}

/** LOGOUT (RFC 9051 section 6.1.3); `how` is what the call adds to it. */
export function logout(how: Pick<Command<string>, "patience" | "write"> = {}): Command<string> {
  return { name: "LOGOUT", result: fullText, ...how };
}

/** STARTTLS (RFC 9051 section 6.2.1). */
export function starttls(): Command<string> {
  return { name: "STARTTLS", needs: "STARTTLS", result: fullText };
}
