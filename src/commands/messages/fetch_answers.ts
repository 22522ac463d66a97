import { fetchProblems, noteProblems } from "../../model/problems.ts";
import { fetchKey } from "./fetch_items.ts";

/** A section of a message, however it is spelled. */
interface Section {
  /** The name that it goes by, or is found under. */
  readonly key: string;
  /** The same in one spelling, and without the origin: `BODY[HEADER.FIELDS DATE FROM]`. */
  readonly name: string;
  /** Where in the section a part begins; `null` for all of it. */
  readonly origin: number | null;
  /** How long a part was asked for. */
  readonly length: number;
}

/**
 * Takes answers under another spelling for the items that a message lacks: `RFC822.HEADER` for
 * `BODY[HEADER]`, header fields in another order, `BODY[TEXT]<0.28>` for `BODY[TEXT]<0>`. Only one
 * that can be meant for nothing else is taken, and never a part for the whole.
 */
export function adoptAnswers(message: object, items: readonly string[]): void {
  const values = message as Record<string, unknown>;
  const asked = sectionsOf(items);
  for (const section of asked) {
    const { key } = section;
    if (key in values) continue;
    const name = spellingOf(section, Object.keys(values), asked);
    if (name !== null) {
      values[key] = partOf(values[name], section);
      delete values[name];
    }
    const problems = fetchProblems(message);
    const spelling = spellingOf(section, problems.map((it) => it.name), asked);
    const problem = problems.find((it) => it.name === spelling);
    if (name === null && problem !== undefined) noteProblems(message, [{ ...problem, name: key }]);
  }
}

/** The key of the item that an answer is for which is spelled another way; `null` for none. */
export function askedKey(answer: string, items: readonly string[]): string | null {
  const asked = sectionsOf(items);
  const given = sectionOf(answer);
  const wanted = asked.find(({ origin, name }) => name === given?.name && origin === given.origin);
  return wanted === undefined || spellingOf(wanted, [answer], asked) === null ? null : wanted.key;
}

function sectionsOf(items: readonly string[]): readonly Section[] {
  return items.map((item) => sectionOf(item, fetchKey(item))).filter((it) => it !== null);
}

/** Under which of these names a section is found that is not found under its own. */
function spellingOf(
  wanted: Section,
  names: readonly string[],
  asked: readonly Section[],
): string | null {
  const found = names.filter((name) => !asked.some(({ key }) => key === name))
    .map((name) => sectionOf(name)).filter((it) => it?.name === wanted.name) as Section[];
  const same = found.filter(({ origin }) => origin === wanted.origin);
  if (same.length > 0) return same.length === 1 ? same[0].key : null;
  // All of it, or no more of it than was asked for: it begins as the part does.
  const isAlone = asked.filter(({ name }) => name === wanted.name).length === 1;
  const isStart = wanted.origin === 0 && found.length === 1 && found[0].origin === null;
  return isAlone && isStart ? found[0].key : null;
}

function partOf(value: unknown, { origin, length }: Section): unknown {
  return origin === 0 && value instanceof Uint8Array ? value.subarray(0, length) : value;
}

/** `RFC822`, `RFC822.HEADER`, `RFC822[]`, `BODY.PEEK[1.2]<0.5>`, `BODY[HEADER.FIELDS (A "B")]`. */
const LEGACY = /^RFC822(?:\.(HEADER|TEXT))?(?:\.PEEK)?(?:\[\])?(<.*)?$/;
const SECTION = /^(?:(BODY|BINARY)(?:\.PEEK)?|RFC822)\[(.*)\](?:<(\d+)(?:\.(\d+))?>)?$/;

function sectionOf(item: string, key: string = item): Section | null {
  const spelled = item.replace(LEGACY, (_, part = "", origin = "") => `BODY[${part}]${origin}`);
  const match = SECTION.exec(spelled);
  if (match === null) return null;
  const [, kind = "BODY", section, origin, length] = match;
  const [part = "", ...fields] = section.split(/[\s(),"]+/).filter((word) => word !== "");
  const name = `${kind}[${[part, ...new Set(fields.sort())].join(" ")}]`;
  return {
    key,
    name,
    origin: origin === undefined ? null : Number(origin),
    length: length === undefined ? Infinity : Number(length),
  };
}
