import { fetchProblems, noteProblems } from "../../model/problems.ts";
import { fetchKey } from "./requested_items.ts";

/** A section of a message, in whatever spelling. */
interface Section {
  /** Its key in the message. */
  readonly key: string;
  /** Its name in the canonical spelling, without the origin: `BODY[HEADER.FIELDS DATE FROM]`. */
  readonly name: string;
  /** The offset of a partial section; `null` for all of it. */
  readonly origin: number | null;
  /** The length of a partial section. */
  readonly length: number;
}

/**
 * Fills in the missing items of a message from answers under another spelling: `RFC822.HEADER` for
 * `BODY[HEADER]`, header fields in another order, `BODY[TEXT]<0.28>` for `BODY[TEXT]<0>`. An answer
 * is taken only if it can stand for no other item, and a part is never taken for the whole.
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

/** The key of the item that an answer in another spelling stands for; `null` if there is none. */
export function askedKey(answer: string, items: readonly string[]): string | null {
  const asked = sectionsOf(items);
  const given = sectionOf(answer);
  const wanted = asked.find(({ origin, name }) => name === given?.name && origin === given.origin);
  return wanted === undefined || spellingOf(wanted, [answer], asked) === null ? null : wanted.key;
}

function sectionsOf(items: readonly string[]): readonly Section[] {
  return items.map((item) => sectionOf(item, fetchKey(item))).filter((it) => it !== null);
}

/** Which of these names stands for a section that is missing under its own name. */
function spellingOf(
  wanted: Section,
  names: readonly string[],
  asked: readonly Section[],
): string | null {
  const found = names.filter((name) => !asked.some(({ key }) => key === name))
    .map((name) => sectionOf(name)).filter((it) => it?.name === wanted.name) as Section[];
  const same = found.filter(({ origin }) => origin === wanted.origin);
  if (same.length > 0) return same.length === 1 ? same[0].key : null;
  // The whole section will do for a part that begins at its start.
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
