import { parse } from "@std/ini";
import { ConfigError, type ConfigPlace } from "./config_error.ts";

/** A value as written in a file, and the number of its line. */
export interface IniValue {
  readonly text: string;
  readonly line: number;
}

/** A file's sections by name, and their values by key, in lower case. */
export type IniSections = ReadonlyMap<string, ReadonlyMap<string, IniValue>>;

/**
 * Reads INI text. Values are kept exactly, apart from spaces and tabs around them. Throws
 * {@linkcode ConfigError} for text that is not INI, and for duplicates.
 */
export function readIni(text: string, file: string): IniSections {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const parsed = Object.entries(parse(protect(lines, file)) as Readonly<Record<string, object>>);
  return new Map(parsed.map(([name, values]) => [decode(name.slice(1)), readValues(values)]));
}

function readValues(values: object): ReadonlyMap<string, IniValue> {
  return new Map(Object.entries(values).map(([key, value]) => [key, readValue(String(value))]));
}

function readValue(protectedValue: string): IniValue {
  const space = protectedValue.indexOf(" ");
  const line = Number(protectedValue.slice(0, space));
  return { text: decode(protectedValue.slice(space + 1)), line };
}

/**
 * The lines in a form that `@std/ini` does not change: it would turn values that look like numbers
 * or booleans into such, strip quotes, and let a later section or key replace an earlier one. So
 * each value passes through it in quotes, in plain ASCII, with the number of its line.
 */
function protect(lines: readonly string[], file: string): string {
  const seen = new Set<string>();
  let section: string | null = null;
  const once = (name: string, place: ConfigPlace) => {
    if (seen.has(name)) throw new ConfigError("stands there twice", place);
    seen.add(name);
  };
  const safe = lines.map((whole, index) => {
    const line = whole.trim();
    const place = { file, line: index + 1 };
    if (line === "" || /^(?:#|;|\/\/)/.test(line)) return "";
    if (line.startsWith("[")) {
      section = sectionName(line, place);
      once(section, { ...place, section });
      // With a sign before it: objects do not keep the order of names that are numbers.
      return `[:${encode(section)}]`;
    }
    const key = keyOf(line, place);
    if (section === null) {
      throw new ConfigError("must stand in a section, such as [DEFAULT]", { ...place, key });
    }
    once(`${section}\n${key}`, { ...place, section, key });
    return `${key}="${place.line} ${encode(valueOf(whole))}"`;
  });
  return safe.join("\n");
}

function sectionName(line: string, place: ConfigPlace): string {
  const name = line.endsWith("]") ? line.slice(1, -1).trim() : "";
  if (name !== "") return name;
  throw new ConfigError("a section's line is its name in brackets, and no more: [DEFAULT]", place);
}

/** Text that is no key is not shown: it may be part of a password over several lines. */
function keyOf(line: string, place: ConfigPlace): string {
  const key = line.slice(0, Math.max(0, line.indexOf("="))).trim().toLowerCase();
  if (/^[a-z][a-z0-9_.-]{0,27}$/.test(key)) return key;
  throw new ConfigError("a line must be a [section], a comment, or: key = value", place);
}

/** Removes spaces and tabs around a value. Not trim(): a password may have other kinds of space. */
function valueOf(line: string): string {
  const isSpace = (index: number) => line[index] === " " || line[index] === "\t";
  let start = line.indexOf("=") + 1;
  let end = line.length;
  while (start < end && isSpace(start)) start++;
  while (start < end && isSpace(end - 1)) end--;
  return line.slice(start, end);
}

function encode(text: string): string {
  const hex = (unit: string) => unit.charCodeAt(0).toString(16).padStart(4, "0");
  return text.replace(/[^!-~]|%/g, (unit) => `%${hex(unit)}`);
}

function decode(text: string): string {
  return text.replace(/%([0-9a-f]{4})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}
