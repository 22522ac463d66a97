import type { ImapAbortError, ImapErrorDetails } from "../model/errors.ts";
import type { ResponseCode, StatusResponse, UntaggedResponse } from "../model/responses.ts";
import { visible } from "../model/text.ts";

/** How many characters of a server's words are remembered. */
const LONGEST = 1000;

/** The codes that say what is wrong with a login (RFC 5530). */
const CREDENTIALS = ["AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED"];

/** What a server said about itself, for an error that has no text of its own. */
export interface Words {
  /** The text, cut short. */
  readonly text: string;
  /** The response code, if there is one. */
  readonly code: ResponseCode | null;
}

/** A status response that says that something failed. */
export type Refusal = StatusResponse & { readonly type: "NO" | "BAD" | "BYE" };

/** Whether a response says that something failed, without saying which command. */
export function isRefusal(response: UntaggedResponse): response is Refusal {
  return response.type === "NO" || response.type === "BAD" || response.type === "BYE";
}

/** Whether a response must be shown to the user (RFC 9051 section 7.1). */
export function isAlert(response: UntaggedResponse): response is StatusResponse {
  return response.type === "OK" && response.code?.name === "ALERT";
}

/** Whether a code says what is wrong with a login. It may come in a BYE. */
export function isOfCredentials(code: ResponseCode | null): boolean {
  return code !== null && CREDENTIALS.includes(code.name);
}

/** The words of a response, in little memory. */
export function wordsOf({ text, code }: StatusResponse): Words {
  const short = code === null || code.argument.length <= LONGEST
    ? code
    : { name: code.name.slice(0, LONGEST), argument: code.argument.slice(0, LONGEST) };
  return { text: text.slice(0, LONGEST), code: short };
}

/** The same error, with what the server had said before it. */
export function withWords(error: ImapAbortError, { text, code }: Words): ImapAbortError {
  const said = visible(text || code?.name || "");
  if (said === "") return error;
  const details: ImapErrorDetails = {
    command: error.command ?? undefined,
    responseCode: code,
    text,
    cause: error.cause,
  };
  const Kind = error.constructor as typeof ImapAbortError;
  return new Kind(`${error.message}; before that it said: ${said}`, details);
}
