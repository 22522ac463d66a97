import { decodeAscii } from "../util/bytes.ts";

/** ATOM-CHAR (RFC 9051 section 9), by byte. */
const ATOM_CHAR = new Uint8Array(128);
for (let byte = 33; byte < 127; byte++) {
  ATOM_CHAR[byte] = '(){%*"\\]'.includes(String.fromCharCode(byte)) ? 0 : 1;
}

/** Whether a text is an atom. */
export function isAtom(text: string): boolean {
  if (typeof text !== "string" || text === "") return false;
  for (let i = 0; i < text.length; i++) if (ATOM_CHAR[text.charCodeAt(i)] !== 1) return false;
  return true;
}

/** Names that were found valid; names recur. */
const commandNames = new Set<string>();

/** Whether text is the name of a command: one atom, or several with spaces between. */
export function isCommandName(name: string): boolean {
  if (commandNames.has(name)) return true;
  if (typeof name !== "string" || !name.split(" ").every(isAtom)) return false;
  if (commandNames.size < 1000) commandNames.add(name);
  return true;
}

/** Whether bytes are an atom. */
export function isAtomBytes(bytes: Uint8Array): boolean {
  return bytes.length > 0 && bytes.every((byte) => ATOM_CHAR[byte] === 1);
}

/** Whether bytes spell `NIL`, which must be quoted to be text. */
export function isNil(bytes: Uint8Array): boolean {
  return bytes.length === 3 && decodeAscii(bytes).toUpperCase() === "NIL";
}

/** Whether a text is ASCII. */
export function isAscii(text: string): boolean {
  // deno-lint-ignore no-control-regex
  return /^[\x00-\x7f]*$/.test(text);
}

/** The section number of a part: `1.2`. */
const PART = String.raw`[1-9]\d*(?:\.[1-9]\d*)*`;
const FIELDS = String.raw`\([!#$&'+\-.0-9A-Z^_\`|~]+(?: [!#$&'+\-.0-9A-Z^_\`|~]+)*\)`;
const SECTION = String
  .raw`(?:${PART}(?:\.MIME)?|(?:${PART}\.)?(?:TEXT|HEADER(?:\.FIELDS(?:\.NOT)? ${FIELDS})?))?`;
const PARTIAL = String.raw`<\d{1,15}\.[1-9]\d{0,14}>`;
const OPTIONS = String.raw`\([A-Z0-9.\-/*]+(?: [A-Z0-9.\-/*]+)*\)`;

/** What an annotation is called, or a pattern of such names, and its attributes (RFC 5257). */
const ENTRY = String.raw`/[!#-'*-\[\]-z|}~]*`;
const ATTRIBUTE = String.raw`[A-Za-z0-9.\-]+`;
const oneOrMore = (item: string) => String.raw`(?:${item}|\(${item}(?: ${item})*\))`;
const ANNOTATION = new RegExp(
  String.raw`^ANNOTATION \(${oneOrMore(ENTRY)} ${oneOrMore(ATTRIBUTE)}\)$`,
);

/** A FETCH item: a name, with a section and a partial range, or with options in parentheses. */
const FETCH_ITEM = new RegExp(
  String.raw`^[A-Z][A-Z0-9.-]*(?:\[${SECTION}\](?:${PARTIAL})?| ${OPTIONS})?$`,
);

const fetchItems = new Set<string>();

/** Whether a text is the name of a FETCH item, in upper case (RFC 9051 `fetch-att`). */
export function isFetchItem(item: string): boolean {
  if (fetchItems.has(item)) return true;
  if (typeof item !== "string" || !FETCH_ITEM.test(item) && !ANNOTATION.test(item)) return false;
  // Items that recur are short.
  if (fetchItems.size < 1000 && item.length < 100) fetchItems.add(item);
  return true;
}
