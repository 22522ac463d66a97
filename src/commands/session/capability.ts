import type { Command } from "../../connection/command.ts";
import type { Session } from "../../connection/session.ts";
import type { TaggedResponse, UntaggedResponse } from "../../model/responses.ts";

/** CAPABILITY (RFC 9051 section 6.1.1): the server's capabilities, in upper case. */
export function capability(): Command<readonly string[]> {
  let capabilities: readonly string[] = [];
  return {
    name: "CAPABILITY",
    accept(response: UntaggedResponse): boolean {
      if (response.type !== "CAPABILITY") return false;
      capabilities = response.capabilities;
      return true;
    },
    effect(session: Session, done: TaggedResponse): void {
      if (done.status === "OK") session.capabilities = capabilities;
    },
    result: () => capabilities,
  };
}
