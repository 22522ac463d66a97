// Runs a mechanism alone, as AUTHENTICATE does.
import { assert, assertFalse, assertThrows } from "@std/assert";
import type { SaslMechanism } from "../../../src/auth/sasl.ts";
import { InvalidArgumentError } from "../../../src/model/errors.ts";
import { decodeUtf8, encodeUtf8 } from "../../../src/util/bytes.ts";

/** The initial response of a mechanism, as text. */
export function begins(mechanism: SaslMechanism): string {
  const first = mechanism.initialResponse?.();
  assert(first !== undefined, "the mechanism waits for the server");
  return decodeUtf8(first);
}

/** The response to a challenge, both as text. */
export async function answers(mechanism: SaslMechanism, challenge: string): Promise<string> {
  return decodeUtf8(await mechanism.respond(encodeUtf8(challenge)));
}

/** Stands for anything that must not show in an error. */
export const SECRET = "hunter2";

/** Texts that contain the secret and that no mechanism can send. */
export const UNSENDABLE: readonly (readonly [what: string, text: string])[] = [
  ["a NUL", `${SECRET}\0`],
  ["a lone surrogate", `${SECRET}\ud800`],
];

/** In addition, texts that mechanisms whose fields end at \x01 can't send. */
export const UNSENDABLE_IN_FIELDS: readonly (readonly [what: string, text: string])[] = [
  ...UNSENDABLE,
  ["a \\x01", `${SECRET}\x01auth=Bearer other`],
  ["a line end", `${SECRET}\n`],
];

/** Checks that a mechanism is refused at once, with a message that does not contain the secret. */
export function assertRefused(make: () => SaslMechanism): void {
  const error = assertThrows(make, InvalidArgumentError);
  assertFalse(`${error.stack} ${JSON.stringify(error)}`.includes(SECRET), error.message);
}
