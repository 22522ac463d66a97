import { readable } from "../auth/reason.ts";
import { ConnectError, LoginError, ProtocolError, TimeoutError } from "../model/errors.ts";
import { Secrets } from "../connection/secrets.ts";

/** What is sent to get a token. */
export interface TokenRequest {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly refreshToken: string;
}

/** The token that came back. */
export interface TokenAnswer {
  readonly accessToken: string;
  /** For how many seconds it is valid; `Infinity` if that is not said. */
  readonly seconds: number;
  /** The refresh token for the next time, if there is a new one. */
  readonly refreshToken: string | undefined;
}

/** How long an endpoint may take, in seconds, and how many bytes its answer may have. */
export interface RequestLimits {
  readonly seconds: number;
  readonly bytes: number;
}

const LIMITS: RequestLimits = { seconds: 30, bytes: 65536 };

/** An endpoint's answer, as it came. */
interface Answer {
  readonly status: number;
  readonly ok: boolean;
  readonly text: string;
}

/**
 * Asks an endpoint for a token (RFC 6749 section 6). Throws `LoginError` if it refuses,
 * `ConnectError`, `TimeoutError`, or `ProtocolError` if it breaks the protocol. None of them shows
 * a secret.
 */
export async function requestToken(
  request: TokenRequest,
  limits: RequestLimits = LIMITS,
): Promise<TokenAnswer> {
  const place = placeOf(request);
  const { status, ok, text } = await post(request, limits);
  const fields = fieldsOf(text);
  if (ok && fields !== null) return readAnswer(fields, place);
  const reason = fields === null ? null : refusal(fields, request);
  if (reason === null) {
    throw new ProtocolError(`${place} gave no token: it answered with status ${status}`);
  }
  throw new LoginError(`${place} gave no token: ${reason}`, { text: reason });
}

/** A URL without its query, which may hold anything. */
function placeOf({ url }: TokenRequest): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

async function post(request: TokenRequest, { seconds, bytes }: RequestLimits): Promise<Answer> {
  const place = placeOf(request);
  const signal = AbortSignal.timeout(seconds * 1000);
  try {
    const response = await fetch(request.url, {
      method: "POST",
      headers: { accept: "application/json" },
      body: formOf(request),
      // The secrets are for this URL only.
      redirect: "manual",
      signal,
    });
    const text = await readBounded(response, bytes);
    if (text === null) throw new ProtocolError(`${place} answered more than ${bytes} bytes`);
    return { status: response.status, ok: response.ok, text };
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    if (signal.aborted) throw new TimeoutError(`no answer from ${place} within ${seconds} seconds`);
    // Without the cause, which on some runtimes shows the whole URL.
    throw new ConnectError(`no answer from ${place}: ${withoutUrl(why(error), request)}`);
  }
}

function formOf({ clientId, clientSecret, refreshToken }: TokenRequest): URLSearchParams {
  const form = new URLSearchParams({
    grant_type: "refresh_token",
    refresh_token: refreshToken,
    client_id: clientId,
  });
  if (clientSecret !== undefined) form.set("client_secret", clientSecret);
  return form;
}

/** The text of an answer; `null` if it is too long. */
async function readBounded(response: Response, limit: number): Promise<string | null> {
  const decoder = new TextDecoder();
  let [text, length] = ["", 0];
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    // Leaving the loop ends the request.
    if (length > limit) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function why(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause, message } = error;
  if (!(cause instanceof Error)) return message;
  return cause.message || String((cause as { code?: unknown }).code ?? message);
}

function withoutUrl(text: string, request: TokenRequest): string {
  return readable(text.replaceAll(new URL(request.url).href, placeOf(request))) ??
    "no reason given";
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value as Fields : null;
  } catch {
    return null;
  }
}

function readAnswer(fields: Fields, place: string): TokenAnswer {
  const { access_token: accessToken, token_type: type, expires_in: seconds } = fields;
  if (typeof accessToken !== "string" || accessToken === "") {
    throw new ProtocolError(`${place} gave no token: there is no access_token in its answer`);
  }
  if (type !== undefined && String(type).toLowerCase() !== "bearer") {
    throw new ProtocolError(`${place} gave a token of another type than Bearer`);
  }
  const next = fields.refresh_token;
  return {
    accessToken,
    seconds: seconds === undefined ? Infinity : Number(seconds) || 0,
    refreshToken: typeof next === "string" && next !== "" ? next : undefined,
  };
}

/** What an endpoint says is wrong (RFC 6749 section 5.2), if it does, without the secrets. */
function refusal(fields: Fields, request: TokenRequest): string | null {
  const { error, error_description: description } = fields;
  if (typeof error !== "string") return null;
  const text = typeof description === "string" ? `${error}: ${description}` : error;
  return readable(withoutSecrets(text, request));
}

function withoutSecrets(text: string, { clientSecret = "", refreshToken }: TokenRequest): string {
  const secrets = new Secrets();
  for (const secret of [clientSecret, refreshToken]) {
    secrets.add(secret);
    secrets.add(JSON.stringify(secret).slice(1, -1));
    secrets.add(encodeURIComponent(secret.toWellFormed()));
    secrets.add(new URLSearchParams({ secret }).toString().slice("secret=".length));
  }
  return secrets.blot(text);
}
