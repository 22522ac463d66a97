import type { Command } from "../../connection/command.ts";
import { withoutUrlTokens } from "../../connection/secrets.ts";
import {
  ImapError,
  type ImapErrorDetails,
  InvalidArgumentError,
  named,
} from "../../model/errors.ts";
import type { BodyStructure } from "../../model/body_structure.ts";
import type { TaggedResponse } from "../../model/responses.ts";
import { fullText, type Text } from "../../model/text.ts";
import { LPAREN, RPAREN } from "../../util/bytes.ts";
import { readBodyStructure } from "../../wire/body_structure.ts";
import type { Cursor } from "../../wire/cursor.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { OwnResponses } from "../own_responses.ts";

/** What a URL gives. */
export interface UrlContent {
  /**
   * The bytes of the message or part, decoded if that was asked for; `null` if the server can't
   * decode them.
   */
  readonly content: Uint8Array | null;
  /** The structure of the part, if it was asked for and the server has sent it. */
  readonly structure: BodyStructure | null;
}

/** How the content of URLs is fetched. */
export interface UrlFetch {
  /** Whether to decode it (RFC 5524). */
  readonly binary?: boolean;
  /** Whether to fetch the structure too (RFC 5524). */
  readonly structure?: boolean;
}

/** How servers spell the capability of RFC 5524, which names it in two ways. */
export const URL_BINARY: readonly string[] = ["URLAUTH=BINARY", "URLFETCH=BINARY"];

/** The only mechanism that there is (RFC 4467 section 2.4.1). */
const MECHANISM = "INTERNAL";

/** GENURLAUTH (RFC 4467 section 7): the URL with the server's token. */
export function genUrlAuth(rump: string): Command<string> {
  const own = new OwnResponses();
  let found: string | null = null;
  return {
    name: "GENURLAUTH",
    needs: "URLAUTH",
    state: "authenticated",
    pipelining: "uids",
    uncorrelated: true,
    write: (out: CommandWriter) => void out.sp().string(rump).sp().atom(MECHANISM),
    accept: (response) =>
      own.read(response, "GENURLAUTH", (cursor) => {
        const url = cursor.astring();
        // The server may spell it in another case, as the RFC's own example does.
        const isOurs = url.toLowerCase().startsWith(`${rump}:${MECHANISM}:`.toLowerCase());
        if (!isOurs) throw cursor.error("expected the URL that was asked for");
        found = url;
      }),
    result: () => own.required("GENURLAUTH", found),
    refused,
  };
}

/** URLFETCH (RFC 4467 section 7, RFC 5524): what each URL gives; `null` if it is not valid. */
export function urlFetch(
  urls: readonly string[],
  { binary = false, structure = false }: UrlFetch,
): Command<(UrlContent | null)[]> {
  urls.forEach(checkUrl);
  const own = new OwnResponses();
  const found = new Map<number, UrlContent | null>();
  // Servers may answer in another case. The answers of the same URL come in order.
  const places = new Map<string, number[]>();
  urls.forEach((url, at) => {
    const key = url.toLowerCase();
    places.set(key, [...places.get(key) ?? [], at]);
  });
  const isExtended = binary || structure;
  return {
    name: "URLFETCH",
    needs: isExtended ? URL_BINARY : "URLAUTH",
    state: "authenticated",
    pipelining: "uids",
    uncorrelated: true,
    write(out: CommandWriter): void {
      const items = [binary ? "BINARY" : "BODY", ...(structure ? ["BODYPARTSTRUCTURE"] : [])];
      for (const url of urls) {
        if (!isExtended) out.sp().string(url);
        else out.sp().list([url, ...items], (it) => it === url ? out.string(it) : out.atom(it));
      }
    },
    accept: (response) =>
      own.read(response, "URLFETCH", (cursor) => {
        while (!cursor.done) {
          const url = cursor.astring().toLowerCase();
          // Cyrus sends no value for a URL with a wrong token.
          const content = cursor.next() < 0 ? null : readContent(cursor);
          const place = places.get(url)?.shift();
          if (place !== undefined) found.set(place, content);
          cursor.space();
        }
      }),
    partial: () => found.size > 0 ? urls.map((_, at) => found.get(at) ?? null) : null,
    result: () =>
      urls.map((_, at) => {
        const content = found.get(at);
        return content === undefined ? own.required("URLFETCH", null) : content;
      }),
    refused,
  };
}

/** RESETKEY (RFC 4467 section 7): revokes the URLs of a folder, or all of the user's. */
export function resetKey(folder: Text | null): Command<string> {
  return {
    name: "RESETKEY",
    needs: "URLAUTH",
    state: "authenticated",
    write(out: CommandWriter): void {
      if (folder !== null) out.sp().mailbox(folder);
    },
    result: (done: TaggedResponse) => fullText(done),
  };
}

/** The error of a refusal. Servers repeat the URL, whose token is as good as a password. */
function refused(_done: TaggedResponse, message: string, details: ImapErrorDetails): ImapError {
  const { text, responseCode: code = null } = details;
  return new ImapError(withoutUrlTokens(message), {
    ...details,
    text: text === undefined ? undefined : withoutUrlTokens(text),
    responseCode: code === null ? null : {
      ...code,
      argument: withoutUrlTokens(code.argument),
      ...(code.url === undefined ? {} : { url: withoutUrlTokens(code.url) }),
    },
  });
}

/** A URL that can be sent as it is: the server compares its bytes. */
function checkUrl(url: unknown): void {
  if (typeof url === "string" && /^imap:\/\/[!-~]+$/i.test(url)) return;
  const shown = withoutUrlTokens(JSON.stringify(named(url))).slice(0, 100);
  throw new InvalidArgumentError(`not an IMAP URL: ${shown}`);
}

/** `nstring`, or items in parentheses: each in its own, or, from Dovecot, all in one pair. */
function readContent(cursor: Cursor): UrlContent | null {
  if (cursor.peek() !== LPAREN) {
    const content = readBytes(cursor);
    return content === null ? null : { content, structure: null };
  }
  let content: Uint8Array | null = null;
  let structure: BodyStructure | null = null;
  while (cursor.take(LPAREN)) {
    while (cursor.next() !== RPAREN) {
      const item = cursor.keyword();
      cursor.space();
      if (item === "BODYPARTSTRUCTURE") structure = cursor.nil() ? null : readBodyStructure(cursor);
      else if (item === "BODY" || item === "BINARY") content = readBytes(cursor);
      else cursor.value();
    }
    cursor.expect(RPAREN);
    if (cursor.space().peek() !== LPAREN) break;
  }
  return { content, structure };
}

function readBytes(cursor: Cursor): Uint8Array | null {
  return cursor.literalNext() ? cursor.literal() : cursor.nstringBytes();
}
