import { LoginError } from "../model/errors.ts";

/**
 * Answers at most `max` challenges and then throws {@linkcode LoginError}. A server that goes on
 * asking may be after the secret, or may want to keep the client busy.
 */
export function limitedAnswers(
  max: number,
  answer: (challenge: Uint8Array) => Uint8Array,
): (challenge: Uint8Array) => Uint8Array {
  let given = 0;
  return (challenge) => {
    if (++given <= max) return answer(challenge);
    throw new LoginError("AUTHENTICATE failed: the server asks again and again");
  };
}
