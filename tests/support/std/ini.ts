// The part of `jsr:@std/ini` that the client uses, so that it runs without access to JSR. It
// behaves like 1.0.0-rc.9 even where that is awkward: code that works with this works with the real
// one.

type Section = Record<string, unknown>;

/** Options for {@linkcode parse}. */
export interface ParseOptions {
  /** Called with every value, after numbers, booleans and null were converted. */
  reviver?: (key: string, value: unknown, section?: string) => unknown;
}

/** Options for {@linkcode stringify}. */
export interface StringifyOptions {
  lineBreak?: "\n" | "\r\n" | "\r";
  /** Whether to write spaces around `=`. */
  pretty?: boolean;
  replacer?: (key: string, value: unknown, section?: string) => string;
}

/** Parses INI text; keys before the first section are at the top level. */
export function parse(text: string, options: ParseOptions = {}): Section {
  const revive = options.reviver ?? ((_key, value) => value);
  const top: Section = {};
  const sections = new Map<string, Section>();
  let name: string | undefined;
  for (const [index, untrimmed] of text.split(/\r\n|\n|\r/).entries()) {
    const line = untrimmed.trim();
    if (line === "" || /^(?:#|;|\/\/)/.test(line)) continue;
    if (line.startsWith("[")) {
      name = sectionName(line, index + 1);
      sections.set(name, {});
      continue;
    }
    const [key, value] = assignment(line, index + 1);
    const target = name === undefined ? top : sections.get(name)!;
    define(target, key, revive(key, coerce(value), name));
  }
  for (const [section, values] of sections) define(top, section, values);
  return top;
}

function sectionName(line: string, number: number): string {
  if (!line.endsWith("]")) throw new SyntaxError(`The section in line ${number} does not end`);
  const name = line.slice(1, -1);
  if (name.trim() === "") throw new SyntaxError(`The section in line ${number} has no name`);
  return name;
}

function assignment(line: string, number: number): [key: string, value: string] {
  const at = line.indexOf("=");
  if (at === -1) throw new SyntaxError(`Line ${number} assigns nothing`);
  if (at === 0) throw new SyntaxError(`Line ${number} has no key`);
  return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}

/** An empty value becomes the number 0, as in the real module. */
function coerce(value: string): unknown {
  if (value === "null") return null;
  if (value === "true" || value === "false") return value === "true";
  if (!Number.isNaN(Number(value))) return Number(value);
  return value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}

/** Makes even `__proto__` an ordinary key. */
function define(target: Section, key: string, value: unknown): void {
  Object.defineProperty(target, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

/** Writes INI text: first the values at the top level, then a section for each object. */
export function stringify(object: object, options: StringifyOptions = {}): string {
  const replace = options.replacer ?? ((_key, value) => `${value}`);
  const sign = options.pretty ? " = " : "=";
  const write = (values: [string, unknown][], section?: string) =>
    values.map(([key, value]) => key + sign + replace(key, value, section));

  const entries = Object.entries(object);
  const lines = write(entries.filter(([, value]) => !isSection(value)));
  for (const [name, value] of entries) {
    // A section without values is omitted, as in the real module.
    if (!isSection(value) || Object.keys(value).length === 0) continue;
    lines.push(`[${name}]`, ...write(Object.entries(value), name));
  }
  return lines.join(options.lineBreak ?? "\n");
}

function isSection(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
