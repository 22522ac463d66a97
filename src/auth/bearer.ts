import { InvalidArgumentError } from "../model/errors.ts";
import { encodeUtf8 } from "../util/bytes.ts";
import { checkField } from "./checks.ts";
import { few } from "./few.ts";
import { oauthReason } from "./reason.ts";
import type { SaslMechanism } from "./sasl.ts";

/** What the two mechanisms for OAuth 2.0 tokens differ in. */
export interface BearerExchange {
  /** The mechanism's name. */
  readonly name: string;
  /** What the client begins with, token and all. */
  readonly message: string;
  /** What it answers to the server's account of an error, which goes on to its NO only then. */
  readonly acknowledgement: string;
}

/** A mechanism that sends an OAuth 2.0 token and keeps what the server finds wrong with it. */
export function bearer(
  accessToken: string,
  { name, message, acknowledgement }: BearerExchange,
): SaslMechanism {
  const first = encodeUtf8(message);
  let reason: string | null = null;
  return {
    name,
    initialResponse: () => first,
    // Some ask once more before they say NO.
    respond: few(3, (challenge) => {
      reason = oauthReason(challenge, accessToken) ?? reason;
      return encodeUtf8(acknowledgement);
    }),
    secrets: () => [accessToken],
    reason: () => reason,
  };
}

/** Refuses a token that can't be one: {@linkcode InvalidArgumentError}, without the token. */
export function checkAccessToken(accessToken: string): void {
  checkField(accessToken, "the access token");
  if (accessToken === "") throw new InvalidArgumentError("the access token can't be empty");
}
