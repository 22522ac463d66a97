import { capability } from "../../commands/session/capability.ts";
import { enable } from "../../commands/session/enable.ts";
import { IllegalStateError } from "../../model/errors.ts";
import { type Text, toText, upperAscii } from "../../model/text.ts";
import { run, type Scope } from "../scope.ts";

/** What the server can do, as far as it is known; else the server is asked. */
export async function capabilitiesOf(scope: Scope): Promise<readonly string[]> {
  const { session } = scope.client.connection;
  return session.knownCapabilities ?? await askCapabilities(scope);
}

/** CAPABILITY. */
export async function askCapabilities(scope: Scope): Promise<readonly string[]> {
  return await run(scope, capability());
}

/** Whether the server has a capability, by name or implied by another one. */
export async function hasCapability(scope: Scope, name: Text): Promise<boolean> {
  const capability = upperAscii(toText(name));
  await capabilitiesOf(scope);
  return scope.client.connection.session.has(capability);
}

/** ENABLE: what is on then. */
export async function enableCapabilities(
  scope: Scope,
  capabilities: Text | Iterable<Text>,
): Promise<readonly string[]> {
  const command = enable(capabilities);
  const { session } = scope.client.connection;
  if (session.state === "selected" && session.has("ENABLE")) {
    throw new IllegalStateError(
      "ENABLE command illegal in state SELECTED: call it before selectFolder",
    );
  }
  return await run(scope, command);
}
