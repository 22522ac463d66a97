import { LoginError } from "../model/errors.ts";

/**
 * Answers at most `max` challenges and then throws {@linkcode LoginError}. A server that goes on
 * asking may be after the secret, or may want to keep the client busy.
 */
export function limitedAnswers<Answer extends Uint8Array | Promise<Uint8Array>>(
  max: number,
  answer: (challenge: Uint8Array) => Answer,
): (challenge: Uint8Array) => Answer {
  let given = 0;
  return (challenge) => {
    if (++given <= max) return answer(challenge);
    throw new LoginError("AUTHENTICATE failed: the server asks again and again");
  };
}
