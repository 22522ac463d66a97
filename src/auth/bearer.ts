import { InvalidArgumentError } from "../model/errors.ts";
import { encodeUtf8 } from "../util/bytes.ts";
import { checkField } from "./checks.ts";
import { limitedAnswers } from "./limited_answers.ts";
import { oauthReason } from "./reason.ts";
import type { SaslMechanism } from "./sasl.ts";

/** How the two mechanisms for OAuth 2.0 tokens differ. */
export interface BearerExchange {
  /** The mechanism's name. */
  readonly name: string;
  /** The client's first message, with the token. */
  readonly message: string;
  /** The answer to a challenge that describes an error; only then does the server send NO. */
  readonly acknowledgement: string;
}

/** A mechanism that sends an OAuth 2.0 token, and remembers why the server refuses it. */
export function bearer(
  accessToken: string,
  { name, message, acknowledgement }: BearerExchange,
): SaslMechanism {
  const first = encodeUtf8(message);
  let reason: string | null = null;
  return {
    name,
    initialResponse: () => first,
    // Some servers send more than one challenge before NO.
    respond: limitedAnswers(3, (challenge) => {
      reason = oauthReason(challenge, accessToken) ?? reason;
      return encodeUtf8(acknowledgement);
    }),
    secrets: () => [accessToken],
    reason: () => reason,
  };
}

/** Throws {@linkcode InvalidArgumentError} for an invalid token, without showing it. */
export function checkAccessToken(accessToken: string): void {
  checkField(accessToken, "the access token");
  if (accessToken === "") throw new InvalidArgumentError("the access token can't be empty");
}
