import { unauthenticate } from "../../commands/session/unauthenticate.ts";
import { inTurn } from "../folders/select_folder.ts";
import type { Scope } from "../scope.ts";
import { unauthenticateCompressed } from "./compress.ts";
import { askCapabilities } from "./capabilities.ts";

/** UNAUTHENTICATE, once no folder is held; what the server offers then may differ. */
export async function endLogin(scope: Scope): Promise<string> {
  const text = await inTurn(scope, "unauthenticate", {
    command: unauthenticate(),
    run: unauthenticateCompressed,
  });
  if (scope.client.connection.session.capabilities === null) await askCapabilities(scope);
  return text;
}
