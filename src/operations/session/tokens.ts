import type { AnyCredentials, TokenProvider, TokenReason } from "../../auth/credentials.ts";
import { ImapError, InvalidArgumentError, LoginError, TimeoutError } from "../../model/errors.ts";
import { untilAborted } from "../../util/until_aborted.ts";
import type { Scope } from "../scope.ts";

/** Why a token is asked for, without the signal. */
type Why = Omit<TokenReason, "signal">;

/** The first token of a login. */
export async function firstToken(scope: Scope, credentials: AnyCredentials): Promise<string> {
  const { token, tokenProvider } = credentials;
  if (token !== undefined) return token;
  return await askProvider(scope, tokenProvider!, { refused: null, error: null });
}

/**
 * The token after the server has refused the first one. Throws the refusal if there is no other
 * one, or the connection has ended.
 */
export async function otherToken(
  scope: Scope,
  { tokenProvider }: AnyCredentials,
  refused: string,
  error: LoginError,
): Promise<string> {
  if (tokenProvider === undefined) throw error;
  let token: string;
  try {
    token = await askProvider(scope, tokenProvider, { refused, error });
  } catch (cause) {
    if (scope.signal?.aborted) throw cause;
    throw withNote(error, cause instanceof ImapError ? cause.message : "no other came", cause);
  }
  // Some servers hang up after a refusal.
  if (isEnding(scope)) throw error;
  if (token !== refused) return token;
  throw withNote(error, "the token provider returned the same one again");
}

/** Whether the server has said BYE, or the connection is over. */
export function isEnding({ client: { connection } }: Scope): boolean {
  return connection.farewell !== null || connection.failure !== null;
}

/** The refusal, with what happened then. */
export function withNote(error: ImapError, note: string, cause: unknown = error): ImapError {
  const { command, responseCode, text } = error;
  const Kind = error instanceof LoginError ? LoginError : ImapError;
  return new Kind(`${error.message}; ${note}`, {
    command: command ?? undefined,
    responseCode,
    text: text ?? undefined,
    cause,
  });
}

/**
 * Asks for a token, as long as the connection lasts and for no longer than a server may take to
 * answer: while the client waits, it would close the connection.
 */
async function askProvider(scope: Scope, provider: TokenProvider, why: Why): Promise<string> {
  const { patience, over } = scope.client.connection;
  const waiting = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = () => new TimeoutError(`no access token within ${patience} seconds`);
    if (patience > 0) timer = setTimeout(() => reject(error()), patience * 1000);
  });
  const ended = over.then((failure) => {
    throw failure;
  });
  const token = tokenOf(provider, { ...why, signal: waiting.signal });
  try {
    return await untilAborted(scope.signal, Promise.race([token, late, ended]));
  } finally {
    clearTimeout(timer);
    waiting.abort();
  }
}

/** Its own error is the cause, since nobody knows what its message shows. */
async function tokenOf(provider: TokenProvider, why: TokenReason): Promise<string> {
  let token: unknown;
  try {
    token = await provider(why);
  } catch (cause) {
    throw new ImapError("the token provider failed", { cause });
  }
  if (typeof token === "string") return token;
  throw new InvalidArgumentError(`the token provider must return text, not ${typeof token}`);
}
