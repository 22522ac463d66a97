import type { Command } from "../../connection/command.ts";
import type { UntaggedResponse } from "../../model/responses.ts";

/** CAPABILITY (RFC 9051 section 6.1.1): what the server can do, in upper case. */
export function capability(): Command<readonly string[]> {
  let capabilities: readonly string[] = [];
  return {
    name: "CAPABILITY",
    accept(response: UntaggedResponse): boolean {
      if (response.type !== "CAPABILITY") return false;
      capabilities = response.capabilities;
      return true;
    },
    result: () => capabilities,
  };
}
