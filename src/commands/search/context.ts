import type { Command } from "../../connection/command.ts";
import type { Session } from "../../connection/session.ts";
import { ImapError } from "../../model/errors.ts";
import type { EsearchResponse, TaggedResponse, UntaggedResponse } from "../../model/responses.ts";
import type { Limits } from "../../wire/limits.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { wrapped } from "../wrapped.ts";
import { type ExtendedSearch, extendedSearch, type SearchAnswer } from "./extended_search.ts";

/** Who is told about a search whose result is kept up to date. */
export interface ContextListener {
  /** The server has completed the search with this tag, which its updates will carry. */
  begun(tag: string): void;
  /** An update came before that. */
  changed(response: EsearchResponse): void;
}

/**
 * SEARCH or SORT with RETURN (UPDATE ...) (CONTEXT=SEARCH and CONTEXT=SORT, RFC 5267 section 4.3):
 * from then on, the server reports changes of the result.
 */
export function contextSearch(
  request: Omit<ExtendedSearch, "update">,
  listener: ContextListener,
  limits: Limits,
): Command<SearchAnswer> {
  const command = extendedSearch({ ...request, update: true }, limits);
  let refusal: ImapError | null = null;
  return wrapped(command, {
    needs: request.order === undefined ? "CONTEXT=SEARCH" : "CONTEXT=SORT",
    accept(response: UntaggedResponse): boolean {
      if (response.type === "NO" && response.code?.name === "NOUPDATE") {
        const message = `the server does not report changes of the search: ${response.text}`;
        refusal = new ImapError(message, { responseCode: response.code, text: response.text });
        return true;
      }
      if (response.type === "ESEARCH" && response.changes !== undefined) listener.changed(response);
      return command.accept!(response);
    },
    effect(session: Session, done: TaggedResponse): void {
      command.effect!(session, done);
      if (done.status === "OK" && refusal === null) listener.begun(done.tag);
    },
    result(done: TaggedResponse): SearchAnswer {
      if (refusal !== null) throw refusal;
      return command.result(done);
    },
  });
}

/** CANCELUPDATE (RFC 5267 section 4.3.5): ends the updates of the search with this tag. */
export function cancelUpdate(tag: string): Command<void> {
  return {
    name: "CANCELUPDATE",
    needs: ["CONTEXT=SEARCH", "CONTEXT=SORT"],
    state: "selected",
    pipelining: "uids",
    write: (out: CommandWriter) => void out.sp().string(tag),
    result(): void {},
  };
}
