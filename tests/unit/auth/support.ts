// A mechanism by itself, driven as AUTHENTICATE does it.
import { assert, assertFalse, assertThrows } from "@std/assert";
import type { SaslMechanism } from "../../../src/auth/sasl.ts";
import { InvalidArgumentError } from "../../../src/model/errors.ts";
import { decodeUtf8, encodeUtf8 } from "../../../src/util/bytes.ts";

/** What a mechanism begins with, as text. */
export function begins(mechanism: SaslMechanism): string {
  const first = mechanism.initialResponse?.();
  assert(first !== undefined, "the mechanism waits for the server");
  return decodeUtf8(first);
}

/** What it answers to a challenge, both as text. */
export async function answers(mechanism: SaslMechanism, challenge: string): Promise<string> {
  return decodeUtf8(await mechanism.respond(encodeUtf8(challenge)));
}

/** Stands for whatever must not be seen in an error. */
export const SECRET = "hunter2";

/** Text with the secret in it that no mechanism can send. */
export const UNSENDABLE: readonly (readonly [what: string, text: string])[] = [
  ["a NUL", `${SECRET}\0`],
  ["a lone surrogate", `${SECRET}\ud800`],
];

/** The same with what a mechanism whose fields end at \x01 can't send. */
export const UNSENDABLE_IN_FIELDS: readonly (readonly [what: string, text: string])[] = [
  ...UNSENDABLE,
  ["a \\x01", `${SECRET}\x01auth=Bearer other`],
  ["a line end", `${SECRET}\n`],
];

/** Checks that a mechanism is refused at once, in words that don't show the secret. */
export function assertRefused(make: () => SaslMechanism): void {
  const error = assertThrows(make, InvalidArgumentError);
  assertFalse(`${error.stack} ${JSON.stringify(error)}`.includes(SECRET), error.message);
}
