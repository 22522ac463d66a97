import { equal } from "@std/assert";
import { ImapError } from "../../../src/model/errors.ts";
import { turns } from "../../support/fake_server.ts";
import { mailbox, octets } from "./kinds.ts";
import type { Place } from "./place.ts";
import type { Word } from "./scanner.ts";
import { fromUtf8, latin1, toBytes } from "./scanner.ts";
import {
  LONG_TEXTS,
  MIXED,
  NASTY,
  NASTY_BYTES,
  oddValues,
  randomTexts,
  TURNCOATS,
} from "./values.ts";
import { type Setting, SETTINGS, WatchedClient } from "./watched_client.ts";

// Thousands of errors are thrown here, and no test needs their stacks.
Error.stackTraceLimit = 0;

/** How much was tried so far. */
export const tried = { values: 0, odd: 0, sent: 0 };

/** How many random texts are tried in each place. */
const RANDOM = 10;
/** How many failures are shown for a place. */
const SHOWN = 8;

/** The result of one call. */
interface Outcome {
  readonly error: unknown;
  readonly seen: readonly (readonly Word[])[];
}

/** Collects what is wrong, so that one fault does not hide others. */
class Findings {
  readonly #places = new Map<string, Map<string, string>>();

  /** A problem with a value is reported once for all settings. */
  add({ name }: Place, value: string, what: string): void {
    const known = this.#places.get(name) ?? new Map<string, string>();
    this.#places.set(name, known);
    if (!known.has(value)) known.set(value, what);
  }

  report(): void {
    if (this.#places.size === 0) return;
    const lines = [...this.#places].flatMap(([name, found]) => {
      const shown = [...found].slice(0, SHOWN).map(([value, what]) => `  ${value}: ${what}`);
      return [`${name}: ${found.size} values`, ...shown];
    });
    throw new Error(lines.join("\n"));
  }
}

/** A client that is replaced if a value has made it unusable. */
class Bench {
  readonly setting: Setting;
  readonly #place: Place;
  #watched: WatchedClient | null = null;

  constructor(setting: Setting, place: Place) {
    this.setting = setting;
    this.#place = place;
  }

  /** Makes the call. Throws if the server can't read what is sent. */
  async try(value: unknown): Promise<Outcome> {
    const watched = this.#watched ??= await WatchedClient.open(this.setting, this.#place.state);
    const { client } = watched;
    let error: unknown = null;
    try {
      await this.#place.call(client, value as string);
    } catch (thrown) {
      error = thrown;
    }
    // A login is cancelled after its error.
    if (error !== null && /^(?:mechanism\.|respond)/.test(this.#place.name)) await turns(1);
    try {
      const seen = watched.take().map(({ words }) => words);
      tried.sent += seen.length;
      if (client.closed) this.close();
      return { error, seen };
    } catch (wrong) {
      this.close();
      throw wrong;
    }
  }

  close(): void {
    this.#watched?.client.shutdown();
    this.#watched = null;
  }
}

/** Tries texts in all places of a method. */
export async function tryTexts(places: readonly Place[]): Promise<void> {
  await tryAll(places.filter(takesText), (place, seed) => {
    // These are slow. Places that divide the values among settings try half of them each.
    const long = LONG_TEXTS.filter((_, i) => isWriting(place) || (seed + i) % 2 === 0);
    return [...NASTY, ...place.also ?? [], ...randomTexts(RANDOM, seed), ...long];
  });
}

/** Tries non-ASCII letters that become ASCII in upper case, in all places. */
export async function tryTurncoats(places: readonly Place[]): Promise<void> {
  await tryAll(places.filter(takesText), () => TURNCOATS);
}

function takesText({ noText, bytes }: Place): boolean {
  return !noText && bytes !== "only";
}

/**
 * The settings that may make a difference: only folder names are encoded, and only after a login.
 */
function settingsFor({ kind, state }: Place): readonly Setting[] {
  return SETTINGS.filter(({ folderEncode, utf8 }) => {
    return (folderEncode || kind === mailbox) && !(utf8 && state === "greeted");
  });
}

/** For this many values, one more client is opened. */
const VALUES_PER_CLIENT = 40;
/** How many places were tried so far: each begins with another setting. */
let turn = 0;

/** A place that writes texts, quoted or as literals, is tried with all values in all settings. */
function isWriting({ name, bytes }: Place): boolean {
  return name.startsWith("writer.") && bytes !== undefined;
}

/** Other places divide their values among some settings, different for each place. */
function benchesFor(place: Place, values: number): readonly Bench[] {
  const all = settingsFor(place);
  const count = isWriting(place) ? all.length : Math.ceil(values / VALUES_PER_CLIENT);
  turn++;
  return all.map((_, i) => new Bench(all[(turn + i) % all.length], place)).slice(0, count);
}

function someOf(place: Place, benches: readonly Bench[], at: number): readonly Bench[] {
  return isWriting(place) ? benches : [benches[at % benches.length]];
}

async function tryAll(
  places: readonly Place[],
  textsFor: (place: Place, seed: number) => readonly string[],
): Promise<void> {
  const findings = new Findings();
  for (const place of places) {
    const texts = textsFor(place, turn);
    const benches = benchesFor(place, texts.length);
    for (const [i, value] of texts.entries()) {
      for (const bench of someOf(place, benches, i)) {
        const seen = place.kind(value, bench.setting);
        const wanted = seen === null ? null : place.sent(seen, bench.setting, value);
        await check(bench, place, value, wanted, findings);
      }
    }
    for (const bench of benches) bench.close();
  }
  findings.report();
}

/** Tries bytes in all places that accept them. */
export async function tryBytes(places: readonly Place[]): Promise<void> {
  const findings = new Findings();
  for (const place of places.filter(({ bytes }) => bytes !== undefined)) {
    const benches = benchesFor(place, NASTY_BYTES.length);
    for (const [i, value] of NASTY_BYTES.entries()) {
      for (const bench of someOf(place, benches, i)) {
        const seen = ofBytes(value, place, bench.setting);
        if (seen === undefined) continue;
        const wanted = seen === null ? null : place.sent(seen, bench.setting, "");
        await check(bench, place, toBytes(value), wanted, findings);
      }
    }
    for (const bench of benches) bench.close();
  }
  findings.report();
}

/**
 * How the server sees bytes given as text: unchanged, or as a folder's name; `undefined` if the
 * caller is responsible for them.
 */
function ofBytes(
  value: string,
  { bytes, name, kind }: Place,
  setting: Setting,
): string | null | undefined {
  const { utf8, folderEncode } = setting;
  // Base64 and a literal8 can hold anything.
  const takesNul = kind === octets || name.startsWith("mechanism.");
  if (value.includes("\0") && !takesNul) return null;
  if (bytes === "any" && value === "" && kind(value, setting) === null) return null;
  if (bytes !== "mailbox") return value;
  if (utf8) return fromUtf8(toBytes(value));
  if (/[\u0080-\u00ff]/.test(value)) return null;
  return folderEncode && /\p{Cc}/u.test(value) ? undefined : value;
}

async function check(
  bench: Bench,
  place: Place,
  value: unknown,
  wanted: readonly Word[] | null,
  findings: Findings,
): Promise<void> {
  tried.values++;
  const fail = (why: string) => {
    const what = typeof value === "string" ? shorten(value) : `bytes ${shorten(value)}`;
    findings.add(place, what, `${why} (${bench.setting.name})`);
  };
  let outcome: Outcome;
  try {
    outcome = await bench.try(value);
  } catch (wrong) {
    return fail(`the server can't read it: ${wrong}`);
  }
  const { seen, error } = outcome;
  if (wanted === null) return checkRefusal(place, outcome, fail);
  if (seen.length !== 1 || !equal(seen[0], wanted)) {
    const shown = seen.length === 0 ? `nothing, and the error ${error}` : shorten(seen);
    fail(`the server is to see ${shorten(wanted)} and not ${shown}`);
  }
}

function checkRefusal(
  place: Place,
  { error, seen }: Outcome,
  fail: (why: string) => void,
): void {
  if (seen.length > 0) return fail(`it is sent: ${shorten(seen)}`);
  // The call only asks about what is already known.
  if (place.isKey && error === null) return;
  const names = place.refusals.map(({ name }) => name).join(" or ");
  if (!place.refusals.some((it) => error instanceof it)) fail(`${names} is right, not ${error}`);
}

/** Tries values of other types in all places of a method. */
export async function tryOddValues(places: readonly Place[]): Promise<void> {
  const findings = new Findings();
  for (const place of places.filter(({ isKey }) => !isKey)) {
    const bench = new Bench(SETTINGS[0], place);
    // Where bytes are required, a text is a value of another type too.
    const texts = place.bytes === "only" ? [["a text", "abc"] as const] : [];
    for (const [name, value] of [...texts, ...oddValues()]) {
      await checkOdd(bench, place, name, value, findings);
    }
    bench.close();
  }
  findings.report();
}

/** Tries values that may be valid: the server must see exactly one correct command, or none. */
export async function tryMixed(places: readonly Place[]): Promise<void> {
  const findings = new Findings();
  for (const place of places.filter(({ isKey }) => !isKey)) {
    // The caller must encode a name given as bytes.
    const bench = new Bench(SETTINGS.find(({ folderEncode }) => !folderEncode)!, place);
    const [name] = place.sent("1", bench.setting, "1");
    for (const value of MIXED) {
      tried.odd++;
      const fail = (why: string) => findings.add(place, shorten(value), why);
      try {
        const { error, seen } = await bench.try(value);
        if (error !== null && !(error instanceof ImapError)) fail(`it throws ${error}`);
        const isOther = name !== undefined && seen.some((words) => words[0] !== name);
        if (seen.length > 1 || isOther) fail(shorten(seen));
      } catch (wrong) {
        fail(`the server can't read it: ${wrong}`);
      }
    }
    bench.close();
  }
  findings.report();
}

async function checkOdd(
  bench: Bench,
  place: Place,
  name: string,
  value: unknown,
  findings: Findings,
): Promise<void> {
  tried.odd++;
  const fail = (why: string) => findings.add(place, name, why);
  let outcome: Outcome;
  try {
    outcome = await bench.try(value);
  } catch (wrong) {
    return fail(`the server can't read it: ${wrong}`);
  }
  const { error, seen } = outcome;
  const may = place.odd?.(value);
  if (seen.length === 1 && Array.isArray(may) && equal(seen[0], may)) return;
  if (seen.length === 0 && error === null && may === "nothing") return;
  if (seen.length === 0 && error === null) return fail("nothing is sent, and nobody is told");
  if (error !== null && !(error instanceof ImapError)) return fail(`it throws ${error}`);
  checkRefusal(place, outcome, fail);
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value instanceof Uint8Array ? latin1(value) : value);
  return text.length > 150 ? `${text.slice(0, 150)}... (${text.length} characters)` : text;
}
