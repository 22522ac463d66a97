import { concat, encodeUtf8, LT, RBRACKET } from "../../util/bytes.ts";
import { Arguments } from "../arguments.ts";
import { type Entity, findPart } from "../mime.ts";
import { astring } from "../output.ts";
import { bad } from "../refusal.ts";

/** A part of a message, as `BODY[...]` names it. */
export interface Section {
  readonly part: readonly number[];
  /** `HEADER`, `HEADER.FIELDS`, `HEADER.FIELDS.NOT`, `TEXT`, `MIME`, or empty for the content. */
  readonly what: string;
  /** The fields of `HEADER.FIELDS`, as the client wrote them. */
  readonly fields: readonly string[];
}

/** Reads `<from.length>`, which may be left out. */
export function readRangeOfBytes(args: Arguments): { from: number; to: number; text: string } {
  if (args.peek() !== LT) return { from: 0, to: Infinity, text: "" };
  const [, start, length] = args.match(/^<(\d{1,10})\.([1-9]\d{0,9})>/, "a range of bytes");
  const from = Number(start);
  return { from, to: from + Number(length), text: `<${from}>` };
}

/** The section with this text, such as `1.MIME`. */
export function parseSection(text: string): Section {
  const args = new Arguments(encodeUtf8(`[${text}]`));
  const section = readSection(args);
  args.end();
  return section;
}

const SECTION =
  /^\[((?:[1-9]\d{0,8}\.)*[1-9]\d{0,8})?(\.?)(HEADER\.FIELDS\.NOT|HEADER\.FIELDS|HEADER|TEXT|MIME)?/i;

/** Reads a section in brackets. */
export function readSection(args: Arguments): Section {
  const [, numbers = "", dot, word = ""] = args.match(SECTION, "a section");
  const what = word.toUpperCase();
  const dotted = numbers !== "" && what !== "";
  if ((dot === ".") !== dotted || (what === "MIME" && numbers === "")) {
    throw bad("there is no such section");
  }
  const fields: string[] = [];
  if (what.startsWith("HEADER.FIELDS")) args.sp().list(() => fields.push(args.text()));
  args.expect(RBRACKET);
  return { part: numbers === "" ? [] : numbers.split(".").map(Number), what, fields };
}

/** A section as the response names it. */
export function sectionText({ part, what, fields }: Section): string {
  const words = [...part.map(String), ...(what === "" ? [] : [what])].join(".");
  if (fields.length === 0) return words;
  return `${words} (${fields.map(astring).join(" ")})`;
}

/** The bytes of a section; `null` if the message has no such section. */
export function sectionBytes(root: Entity, { part, what, fields }: Section): Uint8Array | null {
  const entity = part.length === 0 ? root : findPart(root, part);
  if (entity === null) return null;
  if (what === "MIME") return header(entity);
  if (what === "") return part.length === 0 ? root.bytes : body(entity);
  // A part has a header and a text of its own only if it is a message.
  const message = part.length === 0 ? root : entity.message;
  if (message === null) return null;
  if (what === "HEADER") return header(message);
  if (what === "TEXT") return body(message);
  return headerFields(message, fields, what === "HEADER.FIELDS");
}

/** The header of a message or a part. */
export function header({ bytes, start, bodyStart }: Entity): Uint8Array {
  return bytes.subarray(start, bodyStart);
}

/** The content of a message or a part. */
export function body({ bytes, bodyStart, end }: Entity): Uint8Array {
  return bytes.subarray(bodyStart, end);
}

/** The fields with these names, or all others, and always the empty line at the end. */
function headerFields(message: Entity, names: readonly string[], wanted: boolean): Uint8Array {
  const upper = names.map((name) => name.toUpperCase());
  const fields = message.fields.filter(({ name }) => upper.includes(name) === wanted);
  const lines = fields.map(({ start, end }) => message.bytes.subarray(start, end));
  return concat([...lines, encodeUtf8("\r\n")]);
}
