import { withoutUrlTokens } from "../../connection/secrets.ts";
import { missingCapability } from "../../connection/session.ts";
import { InvalidArgumentError, named } from "../../model/errors.ts";
import { type MessageLocation, messageLocation, messageUrl } from "../../model/message_url.ts";
import type { Text } from "../../model/text.ts";
import { concat, CR, encodeUtf8, hasNul, LF } from "../../util/bytes.ts";
import { checkSource, type LiteralSource } from "../../wire/command_buffer.ts";
import { joinedStream } from "./joined_stream.ts";

/** A message that is read while it is sent, so that it may have any size. */
export type MessageStream = LiteralSource;

/** A message on the server, or a part of one, which the server copies (CATENATE, RFC 4469). */
export interface MessageUrl {
  /** Where it is, or the same as a URL that is relative to the server. */
  readonly url: string | MessageLocation;
}

/** A piece of a message. */
export type MessagePiece = Text | MessageStream | MessageUrl;

/** A message in the format of RFC 5322, as a whole or in pieces. */
export type MessageContent = Text | MessageStream | readonly MessagePiece[];

/** A piece of a message as it is sent. */
export type Piece = Uint8Array | MessageStream | { readonly url: string };

/** A message as it is sent: whole, or in pieces of which one or more are URLs. */
export type Content = Uint8Array | MessageStream | readonly Piece[];

/** What the server takes. */
export interface ContentLimits {
  /** How many bytes a message may have (APPENDLIMIT, RFC 7889). Default: any number. */
  readonly limit?: number;
  /** Whether a message may contain a NUL (BINARY, RFC 3516). */
  readonly takesNul?: boolean;
  /** Whether it takes URLs (CATENATE, RFC 4469). */
  readonly takesUrls?: boolean;
  /** Whether a URL may name a range of bytes (URL-PARTIAL, RFC 5550). */
  readonly takesRanges?: boolean;
}

/**
 * A message as it is sent. Pieces without a URL among them are joined here, which any server takes.
 * Throws for what can't be sent to this server.
 */
export function contentOf(message: MessageContent, limits: ContentLimits): Content {
  const content = isList(message)
    ? joined(piecesOf(message, limits), limits)
    : pieceOf(message, limits);
  if ("url" in content) throw notAPiece(message);
  const size = sizeOf(content);
  const { limit = Infinity } = limits;
  if (!(size > limit)) return content;
  throw new InvalidArgumentError(
    `a message of ${size} bytes: the server accepts at most ${limit} (APPENDLIMIT)`,
  );
}

/** Whether nothing would be sent: neither a byte nor a URL. */
export function isEmptyMessage(message: MessageContent, limits: ContentLimits): boolean {
  const content = contentOf(message, limits);
  return !isList(content) && sizeOf(content) === 0;
}

/** How many bytes are known to be sent. */
function sizeOf(content: Content | Piece): number {
  if (content instanceof Uint8Array) return content.length;
  if (isList(content)) return content.reduce((sum, piece) => sum + sizeOf(piece), 0);
  return "url" in content ? 0 : content.size;
}

/** Whether a message comes in pieces. */
export function isList<Whole, Item>(
  message: Whole | readonly Item[],
): message is readonly Item[] {
  return Array.isArray(message);
}

/** The pieces that are not empty. A literal without a byte would cancel MULTIAPPEND. */
function piecesOf(pieces: readonly MessagePiece[], limits: ContentLimits): readonly Piece[] {
  if (pieces.length === 0) {
    throw new InvalidArgumentError("a message needs at least one piece");
  }
  return pieces.map((piece) => pieceOf(piece, limits))
    .filter((piece) => "url" in piece || sizeOf(piece) !== 0);
}

function pieceOf(piece: MessagePiece, limits: ContentLimits): Piece {
  if (piece instanceof Uint8Array) return piece;
  if (typeof piece === "string") return encodeMessage(piece);
  if (typeof piece !== "object" || piece === null) throw notAPiece(piece);
  if ("url" in piece) return { url: urlOf(piece.url, limits) };
  if (!("stream" in piece)) throw notAPiece(piece);
  if (piece.binary && !limits.takesNul) throw missingCapability("BINARY");
  return piece;
}

function notAPiece(piece: unknown): InvalidArgumentError {
  const kind = piece === null ? "null" : typeof piece;
  return new InvalidArgumentError(`a message must be text or bytes, not ${kind}`);
}

function urlOf(url: string | MessageLocation, limits: ContentLimits): string {
  const location = typeof url === "string" ? messageLocation(url) : url;
  if (location === null || typeof location !== "object") {
    const shown = typeof url === "string" ? withoutUrlTokens(JSON.stringify(url)) : named(url);
    throw new InvalidArgumentError(
      `not the URL of a message on this server, such as "/INBOX/;UID=20": ${shown}`,
    );
  }
  const checked = messageUrl(location);
  if (!limits.takesUrls) throw missingCapability("CATENATE");
  if (location.partial !== undefined && !limits.takesRanges) throw missingCapability("URL-PARTIAL");
  return typeof url === "string" ? url : checked;
}

function joined(pieces: readonly Piece[], { takesNul }: ContentLimits): Content {
  const plain: (Uint8Array | MessageStream)[] = [];
  for (const piece of pieces) {
    if ("url" in piece) return pieces;
    if (!(piece instanceof Uint8Array)) checkSource(piece);
    plain.push(piece);
  }
  if (plain.length === 0) return new Uint8Array(0);
  if (plain.length === 1) return plain[0];
  const bytes = plain.filter((piece) => piece instanceof Uint8Array);
  if (bytes.length === plain.length) return concat(bytes);
  const binary = isBinary(plain);
  if (binary && !takesNul) throw new InvalidArgumentError("a literal can't hold a NUL");
  return { stream: joinedStream(plain), size: sizeOf(plain), binary };
}

/** Whether a piece may hold a NUL, so that all of them have to go as `literal8`. */
export function isBinary(pieces: readonly Piece[]): boolean {
  return pieces.some((piece) =>
    piece instanceof Uint8Array ? hasNul(piece) : "stream" in piece && piece.binary === true
  );
}

/** Whether it has a stream, which can be read only once. */
export function hasStream(message: MessageContent): boolean {
  const pieces: readonly MessagePiece[] = isList(message) ? message : [message];
  return pieces.some((piece) => typeof piece === "object" && piece !== null && "stream" in piece);
}

/** Whether the header of a message, its field names and values, is not all ASCII. */
export function hasUtf8Header(message: MessageContent | Content): boolean {
  // A line end after a line end: the CR before it does not count.
  let isEmptyLine = true;
  const pieces: readonly (MessagePiece | Piece)[] = isList(message) ? message : [message];
  for (const piece of pieces) {
    const bytes = typeof piece === "string" ? encodeUtf8(piece) : piece;
    // What comes after a stream or a URL is not known to be of the header.
    if (!(bytes instanceof Uint8Array)) return false;
    for (const byte of bytes) {
      if (byte > 127) return true;
      if (byte === LF && isEmptyLine) return false;
      if (byte !== CR) isEmptyLine = byte === LF;
    }
  }
  return false;
}

/** Encodes text with CRLF as line ends (RFC 5322 section 2.3). Bytes are sent as they are. */
function encodeMessage(message: string): Uint8Array {
  if (!message.isWellFormed()) throw new InvalidArgumentError("a message must be Unicode text");
  return encodeUtf8(message.replace(/\r\n|\r|\n/g, "\r\n"));
}
