import type { Command } from "../../connection/command.ts";
import type { Session } from "../../connection/session.ts";
import type { TaggedResponse } from "../../model/responses.ts";
import { fullText } from "../../model/text.ts";

/** UNAUTHENTICATE (RFC 8437): ends the login, and everything that belongs to it. */
export function unauthenticate(): Command<string> {
  return {
    name: "UNAUTHENTICATE",
    needs: "UNAUTHENTICATE",
    state: "authenticated",
    effect(session: Session, { status, code }: TaggedResponse): void {
      if (status === "OK") session.endLogin(code?.capabilities ?? null);
    },
    result: fullText,
  };
}
