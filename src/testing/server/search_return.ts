import type { Arguments } from "../arguments.ts";
import type { Picked } from "../picked.ts";
import { bad } from "../refusal.ts";
import type { Session } from "./server_session.ts";

/** What a search is to return (RFC 4731, RFC 5182, RFC 9394). */
export interface SearchReturn {
  /** The options by name, such as `MIN`. */
  readonly names: ReadonlySet<string>;
  /** The part of the results that PARTIAL asks for; 1 is the first, -1 the last. */
  readonly partial: readonly [from: number, to: number] | null;
}

/** How well every message matches a FUZZY search here: fully (RFC 6203 section 4). */
const RELEVANCY = 100;

/** The capability that each option needs, any one of these. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  MIN: ["ESEARCH", "ESORT"],
  MAX: ["ESEARCH", "ESORT"],
  COUNT: ["ESEARCH", "ESORT"],
  ALL: ["ESEARCH", "ESORT"],
  RELEVANCY: ["SEARCH=FUZZY"],
  SAVE: ["SEARCHRES"],
  UPDATE: ["CONTEXT=SEARCH", "CONTEXT=SORT"],
  CONTEXT: ["CONTEXT=SEARCH", "CONTEXT=SORT"],
  PARTIAL: ["PARTIAL", "CONTEXT=SEARCH", "CONTEXT=SORT"],
};

/**
 * Reads `RETURN (...)` and the space after it, if it is there and the server has this capability.
 */
export function readReturn(
  args: Arguments,
  session: Session,
  capability: "ESEARCH" | "ESORT",
): SearchReturn | null {
  if (!session.has(capability) || !args.ahead(/^RETURN \(/i)) return null;
  args.keyword();
  const names = new Set<string>();
  let partial: SearchReturn["partial"] = null;
  args.sp().list(() => {
    const name = args.keyword();
    const needs = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : [];
    if (!needs.some((capability) => session.has(capability))) throw bad(`can't return ${name}`);
    names.add(name);
    if (name === "PARTIAL") partial = readRange(args.sp());
  }, "empty");
  if (names.has("ALL") && partial !== null) throw bad("either ALL or PARTIAL");
  names.delete("CONTEXT");
  if (names.size === 0) names.add("ALL");
  args.sp();
  return { names, partial };
}

/** The range of PARTIAL: both ends count from the first one, or both from the last. */
export function readRange(args: Arguments): readonly [from: number, to: number] {
  const [, one, two] = args.match(/^(-?[1-9]\d{0,9}):(-?[1-9]\d{0,9})(?=[ )])/, "a range");
  const [from, to] = [Number(one), Number(two)];
  if (from > 0 !== to > 0) throw bad("a range from one end to the other");
  return [from, to];
}

/** The part of some messages that a range names. */
export function partOf<Item>(items: readonly Item[], range: readonly [number, number]): Item[] {
  const [low, high] = [Math.min(...range), Math.max(...range)];
  if (low > 0) return items.slice(low - 1, high);
  return items.slice(Math.max(0, items.length + low), Math.max(0, items.length + high + 1));
}

/** Answers with ESEARCH, and saves the result if that is wanted. */
export function tellResult(
  session: Session,
  found: readonly Picked[],
  { names, partial }: SearchReturn,
  numberOf: (picked: Picked) => number,
  about: {
    readonly uid: boolean;
    readonly sorted: boolean;
    readonly modseq: number | null;
    readonly about?: string;
  },
): void {
  const numbers = found.map(numberOf);
  const part = partial === null ? [] : partOf(found, partial);
  if (names.has("SAVE")) session.view.saved = new Set(savedOf(found, part, names));
  const told: string[] = [];
  if (names.has("MIN") && found.length > 0) told.push(`MIN ${numbers[0]}`);
  if (names.has("MAX") && found.length > 0) told.push(`MAX ${numbers.at(-1)}`);
  if (names.has("ALL") && found.length > 0) told.push(`ALL ${setOf(numbers, about.sorted)}`);
  if (names.has("COUNT")) told.push(`COUNT ${found.length}`);
  if (partial !== null) {
    const ids = part.length === 0 ? "NIL" : setOf(part.map(numberOf), about.sorted);
    told.push(`PARTIAL (${partial.join(":")} ${ids})`);
  }
  const scored = (partial === null ? found : part).length;
  if (names.has("RELEVANCY") && scored > 0) {
    told.push(`RELEVANCY (${Array(scored).fill(RELEVANCY).join(" ")})`);
  }
  if (about.modseq !== null && found.length > 0) told.push(`MODSEQ ${about.modseq}`);
  // SAVE by itself says nothing (RFC 5182 section 1).
  if (told.length === 0 && names.size === 1 && names.has("SAVE")) return;
  const head = `ESEARCH (TAG "${session.tag}"${about.about ?? ""})${about.uid ? " UID" : ""}`;
  session.untagged([head, ...told].join(" "));
}

/** What `$` stands for after this search (RFC 5182 section 2.4, RFC 9394 section 3.2). */
function savedOf(
  found: readonly Picked[],
  part: readonly Picked[],
  names: ReadonlySet<string>,
): readonly Picked["message"][] {
  const some = names.has("MIN") || names.has("MAX") || names.has("PARTIAL");
  if (names.has("ALL") || names.has("COUNT") || !some) return found.map(({ message }) => message);
  const saved = [...part];
  if (names.has("MIN")) saved.push(...found.slice(0, 1));
  if (names.has("MAX")) saved.push(...found.slice(-1));
  return saved.map(({ message }) => message);
}

/** Numbers as a set, with ranges where they ascend by one. */
export function setOf(numbers: readonly number[], sorted: boolean): string {
  const given = sorted ? numbers : [...numbers].sort((a, b) => a - b);
  const ranges: [first: number, last: number][] = [];
  for (const number of given) {
    const end = ranges.at(-1);
    if (end !== undefined && end[1] + 1 === number) end[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([first, last]) => first === last ? first : `${first}:${last}`).join();
}
