import { inspect } from "node:util";
import { Envelope } from "../model/envelope.ts";
import { fetchProblems } from "../model/problems.ts";
import { cellText, envelopeFields, fieldsOf, isRecord, plainText } from "./cell.ts";
import { formatTable } from "./table.ts";
import { safeLine, safeText } from "./terminal_text.ts";

/** How much of a value is shown. */
export interface ShowLimits {
  /** The width of a line, in columns. */
  readonly width: number;
  /** The most rows of a table, or entries of a list. */
  readonly rows: number;
  /** The most characters of a text. */
  readonly characters: number;
}

/** As much as fits a terminal. */
export const TERMINAL_LIMITS: ShowLimits = { width: 80, rows: 200, characters: 2000 };
/** Everything, for files and pipes. */
export const NO_LIMITS: ShowLimits = { width: Infinity, rows: Infinity, characters: Infinity };

/**
 * A result for people: lists of records and maps by id as tables, bytes as text. It is always safe
 * to print on a terminal.
 */
export function show(value: unknown, limits: ShowLimits): string {
  return safeText(shown(value, limits));
}

function shown(value: unknown, limits: ShowLimits): string {
  if (value instanceof Uint8Array) return bytesText(value, limits);
  if (value instanceof Map && value.size > 0) return mapText(value, limits);
  if (Array.isArray(value) && value.length > 0 && value.every(isRecord)) {
    const records = value.map((record) => fieldsOf(record));
    return tableText(records, limits) ?? plain(value, limits);
  }
  if (value instanceof Envelope) return linesText(envelopeFields(value), limits);
  if (isRecord(value) && Object.keys(value).length > 0) return recordText(value, limits);
  return plain(value, limits);
}

function plain(value: unknown, { width, rows, characters }: ShowLimits): string {
  return inspect(value, {
    depth: 8,
    breakLength: Math.min(width, 100),
    maxArrayLength: rows,
    maxStringLength: characters,
  });
}

function bytesText(bytes: Uint8Array, limits: ShowLimits): string {
  const taken = bytes.subarray(0, Math.min(bytes.length, limits.characters));
  const more = bytes.length - taken.length;
  const text = more > 0 ? textBegunIn(taken) : plainText(taken);
  const body = text ?? inspect(taken, { maxArrayLength: 64, breakLength: 80 });
  const end = more > 0 ? `\n… ${count(more, "byte")} more` : "";
  return `${count(bytes.length, "byte")}:\n${body.replace(/\s+$/, "")}${end}`;
}

/** The text of bytes whose last character may be incomplete. */
function textBegunIn(bytes: Uint8Array): string | null {
  let text = plainText(bytes);
  for (let less = 1; text === null && less < 4; less++) text = plainText(bytes.subarray(0, -less));
  return text;
}

function mapText(map: ReadonlyMap<unknown, unknown>, limits: ShowLimits): string {
  const entries = [...map].slice(0, limits.rows);
  const more = map.size > entries.length ? `\n… ${map.size - entries.length} more` : "";
  const rows = entries.map(([id, value]) => rowOf(id, value));
  if (rows.every((row) => row !== null)) {
    const table = tableText(rows, limits);
    if (table !== null) return table + more;
  }
  const blocks = entries.map(([id, value]) => `${cellText(id)}\n${indent(shown(value, limits))}`);
  return blocks.join("\n") + more;
}

function rowOf(id: unknown, value: unknown): Map<string, unknown> | null {
  if (cellText(value) !== null) return new Map([["", id], [" ", value]]);
  if (!isRecord(value) || fetchProblems(value).length > 0) return null;
  return new Map([["id", id], ...fieldsOf(value)]);
}

/** Records as a table; `null` if a value does not fit into a cell. */
function tableText(
  records: readonly ReadonlyMap<string, unknown>[],
  limits: ShowLimits,
): string | null {
  const names = [...new Set(records.flatMap((record) => [...record.keys()]))];
  const taken = records.slice(0, limits.rows);
  const rows = taken.map((record) => names.map((name) => cellText(record.get(name))));
  if (!rows.every((row): row is string[] => !row.includes(null))) return null;
  const more = records.length > taken.length ? `\n… ${records.length - taken.length} more` : "";
  const cut = rows.map((row) => row.map((cell) => cell.slice(0, limits.characters)));
  const table = formatTable([names, ...cut], limits.width);
  // A map with one value each needs no headings.
  return (names[0] === "" ? table.split("\n").slice(2).join("\n") : table) + more;
}

function recordText(record: Record<string, unknown>, limits: ShowLimits): string {
  const problems = fetchProblems(record).map(({ name, error }) => {
    return `${safeLine(name)}  can't be read: ${safeLine(error.message)}`;
  });
  return [linesText(new Map(Object.entries(record)), limits), ...problems].join("\n");
}

/** Fields on lines of their own, their values aligned. */
function linesText(fields: ReadonlyMap<string, unknown>, limits: ShowLimits): string {
  const width = Math.max(...[...fields.keys()].map((name) => name.length));
  const lines: string[] = [];
  for (const [name, value] of fields) {
    const cell = cellText(value);
    const text = cell === null ? shown(value, limits) : safeLine(cell).slice(0, limits.characters);
    const isLong = text.includes("\n");
    lines.push(isLong ? `${name}\n${indent(text)}` : `${name.padEnd(width)}  ${text}`.trimEnd());
  }
  return lines.join("\n");
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}

function count(number: number, what: string): string {
  return `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
}
