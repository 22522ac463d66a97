import { ProtocolError } from "../errors.ts";
import { NumberSet } from "../model/number_set.ts";
import type { ResponseCode } from "../model/responses.ts";
import { decodeLoosely, DQUOTE, LBRACKET, LPAREN, RBRACKET, RPAREN } from "./bytes.ts";
import { Cursor } from "./cursor.ts";
import { readFlags } from "./flags.ts";

/** `resp-text` (RFC 9051 section 7.1): the code in brackets, if any, and the text for people. */
export function readResponseText(cursor: Cursor): { code: ResponseCode | null; text: string } {
  let code: ResponseCode | null = null;
  if (cursor.next() === LBRACKET) {
    const end = codeEnd(cursor);
    if (end >= 0) {
      code = readCode(decodeLoosely(cursor.bytes, cursor.at + 1, end));
      cursor.at = end + 1;
      cursor.space();
    }
  }
  return { code, text: cursor.toEnd() };
}

/**
 * The place of the bracket that closes the code, or -1. Brackets within parentheses are part of a
 * flag's name; where the parentheses do not match, the first bracket it is.
 */
function codeEnd({ bytes, at, end }: Cursor): number {
  let depth = 0;
  let first = -1;
  for (let i = at + 1; i < end; i++) {
    const byte = bytes[i];
    if (byte === LPAREN) depth++;
    else if (byte === RPAREN) depth--;
    else if (byte === DQUOTE) {
      do i++; while (i < end && bytes[i] !== DQUOTE);
    } else if (byte === RBRACKET) {
      if (depth <= 0) return i;
      if (first < 0) first = i;
    }
  }
  return first;
}

/** Reads what stands between the brackets; arguments that make no sense are kept as text only. */
function readCode(text: string): ResponseCode {
  const space = text.search(/[ \t]/);
  const name = (space < 0 ? text : text.slice(0, space)).toUpperCase();
  const argument = space < 0 ? "" : text.slice(space).trim();
  const code = { name, argument };
  try {
    return { ...code, ...readArgument(name, argument) };
  } catch (error) {
    // NumberSet's own error too: a server's nonsense is not the caller's mistake.
    if (error instanceof Error) return code;
    throw error;
  }
}

function readArgument(name: string, argument: string): Partial<ResponseCode> {
  if (name === "CAPABILITY") {
    return { capabilities: argument.toUpperCase().split(/\s+/).filter((word) => word !== "") };
  }
  if (argument === "") return {};
  const cursor = Cursor.over(argument);
  switch (name) {
    case "PERMANENTFLAGS":
      return { flags: readFlags(cursor) };
    case "BADCHARSET":
      return { charsets: readCharsets(cursor) };
    case "HIGHESTMODSEQ":
      return { modseq: cursor.bigNumber() };
    case "APPENDUID": {
      const uidValidity = cursor.number();
      return { uidValidity, uids: NumberSet.from(cursor.space().atom()) };
    }
    case "COPYUID": {
      const uidValidity = cursor.number();
      const sourceUids = NumberSet.from(cursor.space().atom());
      return { uidValidity, sourceUids, uids: NumberSet.from(cursor.space().atom()) };
    }
    default:
      return /^\d+$/.test(argument) ? { number: cursor.number() } : {};
  }
}

function readCharsets(cursor: Cursor): readonly string[] {
  const charsets: string[] = [];
  if (cursor.peek() !== LPAREN) throw new ProtocolError("expected a list of charsets");
  cursor.list(() => charsets.push(cursor.astring()));
  return charsets;
}
