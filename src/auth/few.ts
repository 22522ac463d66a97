import { LoginError } from "../model/errors.ts";

/**
 * An answer that is given to so many challenges at the most. A server that goes on asking is after
 * the secret, or would keep the client busy for ever.
 */
export function few(
  most: number,
  answer: (challenge: Uint8Array) => Uint8Array,
): (challenge: Uint8Array) => Uint8Array {
  let given = 0;
  return (challenge) => {
    if (++given <= most) return answer(challenge);
    throw new LoginError("AUTHENTICATE failed: the server asks again and again");
  };
}
