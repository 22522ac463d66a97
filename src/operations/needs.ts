import { missingCapability } from "../connection/session.ts";
import type { Scope } from "./scope.ts";

/** A capability that is needed, or several of which any one is enough. */
export type Need = string | readonly string[];

/**
 * Throws `CapabilityError` if the server lacks what is needed. Before the login that is not known:
 * then the server decides.
 */
export function checkNeeds({ client }: Scope, needs: readonly Need[]): void {
  const { session } = client.connection;
  if (!session.authenticated) return;
  const missing = needs.find((need) => !session.hasAny(need));
  if (missing !== undefined) throw missingCapability(missing);
}
