import { isDayName, monthNamed, plain, zoneNamed } from "./date_names.ts";

/** The moment that a text names. */
export interface DateReading {
  /** Milliseconds after 1970 in UTC. */
  readonly time: number;
  /** Minutes east of UTC; `null` if they are unknown, and UTC was assumed. */
  readonly offset: number | null;
}

/** A day; the year is -1 if it follows later in the text. */
interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/**
 * Reads a date in any form that is known from mail: RFC 5322 with its obsolete forms, asctime,
 * ISO 8601, months in other languages, 12-hour clocks. Gives `null` for a text with anything left
 * over, since that might change the moment; for a date without a time of day; and for a date in
 * numbers alone, such as `05/02/2024`, which may mean two different days.
 */
export function readDate(text: string): DateReading | null {
  const parts = CLOCK.exec(normalised(text) ?? "");
  if (parts === null) return null;
  const [, dayText, hour, , minute, second, fraction, half, rest] = parts;
  const day = readDay(dayText);
  const time = readClock(hour, minute, second, fraction, half);
  if (day === null || time === null) return null;
  const late = day.year < 0 ? LATE_YEAR.exec(rest) : null;
  const year = late === null ? day.year : Number(late[1]);
  const offset = readZone(late === null ? rest : rest.replace(LATE_YEAR, ""));
  if (offset === undefined || year < 1) return null;
  // By the setter, since Date.UTC takes the years 0 to 99 as 1900 to 1999.
  const midnight = new Date(0).setUTCFullYear(year, day.month, day.day);
  if (new Date(midnight).getUTCDate() !== day.day) return null;
  return { time: midnight + time - (offset ?? 0) * 60_000, offset };
}

/** The longest text of a date; and the longest without comments and extra spaces. */
const LONGEST = 10_000;
const LONGEST_PLAIN = 100;

/** A date and time of ISO 8601 without punctuation. */
const COMPACT = /^(\d{4})(\d\d)(\d\d)t(\d\d)(\d\d)(\d\d)(?!\d)/;

/** The text in lower case, with single spaces, without comments and accents. */
function normalised(text: string): string | null {
  // deno-lint-ignore no-control-regex
  if (text.length > LONGEST || /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text)) return null;
  const short = withoutComments(text)?.replace(/\s+/g, " ").trim();
  if (short === undefined || short.length > LONGEST_PLAIN) return null;
  return plain(short)
    .replace(/ ?: ?/g, ":")
    .replace(COMPACT, "$1-$2-$3 $4:$5:$6")
    .replace(/^([\d/.-]+)t(?=\d)/, "$1 ");
}

/** Comments may be nested (RFC 5322 section 3.2.2); one without an end extends to the end. */
function withoutComments(text: string): string | undefined {
  if (!/[()]/.test(text)) return text;
  let kept = "";
  let end = 0;
  let depth = 0;
  for (const { 0: sign, index } of text.matchAll(/\\.|[()]/gs)) {
    if (sign === "(" && depth++ === 0) kept += `${text.slice(end, index)} `;
    if (sign === ")" && depth-- === 0) return undefined;
    if (sign === ")") end = index + 1;
  }
  return depth === 0 ? kept + text.slice(end) : kept;
}

/** The day, the time of day with one kind of separator, and the rest. */
const CLOCK =
  /^(.*?)[ ,](\d\d?)([:.])(\d\d?)(?:\3(\d\d?)(?:[.,](\d+))?)?(?![\d:.])(?: ?([ap])(?:m|\. ?m\.?)(?![a-z]))?(?: uhr)?(.*)$/;

/** Milliseconds since midnight. */
function readClock(
  hourText: string,
  minute: string,
  second = "0",
  fraction = "",
  half?: string,
): number | null {
  let hour = Number(hourText);
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return null;
    hour = hour % 12 + (half === "p" ? 12 : 0);
  }
  if (hour > 23 || +minute > 59 || +second > 60) return null;
  return ((hour * 60 + +minute) * 60 + +second) * 1000 + +fraction.slice(0, 3).padEnd(3, "0");
}

/** Words between the parts: `5 de febrero de 2024 a las 10:00`, `den 5. Februar 2024 um 10:00`. */
const JOINTS = / (?:a las|a|alle|as|at|d\.|de|del|den|el|kl\.?|le|of|om|ore|um|в)(?= |$)/g;

const YEAR_FIRST = /^(\d{4})([-/.])(\d\d?)\2(\d\d?)$/;
const DAY_FIRST =
  /^(\d\d?)(?:st|nd|rd|th|er)?(?: ?[-/] ?|[., ] ?)(\p{L}+)(?:(?: ?[-/] ?|[.,]? |[.,])(\d{2,4}))?$/u;
const MONTH_FIRST = /^(\p{L}+)\.? (\d\d?)(?:st|nd|rd|th)?(?:[, ] ?(\d{2,4}))?$/u;

/** asctime has the year after the time, and a zone before or after the year. */
const LATE_YEAR = /(?:^| )(\d{4})(?=$|[ +-])/;

function readDay(text: string): Day | null {
  const date = withoutDayName(` ${text}`.replace(JOINTS, "").replace(/[ ,]+$/, "").trim());
  const yearFirst = YEAR_FIRST.exec(date);
  if (yearFirst !== null) return dayOf(yearFirst[1], Number(yearFirst[3]) - 1, yearFirst[4]);
  const dayFirst = DAY_FIRST.exec(date);
  if (dayFirst !== null) return dayOf(dayFirst[3], monthNamed(dayFirst[2]), dayFirst[1]);
  const monthFirst = MONTH_FIRST.exec(date);
  if (monthFirst === null) return null;
  return dayOf(monthFirst[3], monthNamed(monthFirst[1]), monthFirst[2]);
}

function dayOf(year: string | undefined, month: number, day: string): Day | null {
  if (month < 0 || month > 11) return null;
  return { year: year === undefined ? -1 : fullYear(year), month, day: Number(day) };
}

/** A year; those of two and three digits as RFC 5322 section 4.3 reads them. */
function fullYear(text: string): number {
  const year = Number(text);
  if (text.length === 2) return year < 50 ? 2000 + year : 1900 + year;
  return text.length === 3 ? 1900 + year : year;
}

/**
 * Removes the name of the day, which adds nothing to the date. Before a comma it may be in any
 * language; without a comma it must be known: `mer. 23 avril` and `mar. 4 mars`, but not `mars 4`.
 */
function withoutDayName(text: string): string {
  const anyName = /^[\p{L}-]+\.? ?, ?/u.exec(text);
  if (anyName !== null) return text.slice(anyName[0].length);
  const known = /^([\p{L}-]+)\.? (?=(?:\d\d?\.? )?(\p{L}*))/u.exec(text);
  if (known === null || !isDayName(known[1])) return text;
  const isMonth = monthNamed(known[1]) >= 0 && monthNamed(known[2]) < 0;
  return isMonth ? text : text.slice(known[0].length);
}

/** A name, an offset, or both: `pst`, `+0200`, `gmt+1`, `+0200 cest`, `pacific standard time`. */
const ZONE =
  /^((?:[a-z]+ ){1,3}time|utc?|[a-z]{3,5}|[a-ik-z])?(?: ?([+-])(\d\d??)(?::?(\d\d))?(?!\d)(?: ?((?:[a-z]+ ){1,3}time|utc?|[a-z]{3,5}|z))?)?$/;

/** The westernmost zone, in minutes. */
export const FURTHEST_WEST = -720;
/** The easternmost zone, in minutes. */
export const FURTHEST_EAST = 840;

/** Minutes east of UTC; `null` if they are unknown, `undefined` if the text is not a zone. */
function readZone(text: string): number | null | undefined {
  // Without a sign, the offset is east.
  const zone = ZONE.exec(text.trim().replace(/^\d{4}(?!\d)/, "+$&"));
  if (zone === null) return undefined;
  const [, name = "", sign, hours, minutes = "00", also = ""] = zone;
  if (hours === undefined) return zoneNamed(name);
  const east = Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) + 0;
  if (+minutes > 59 || east < FURTHEST_WEST || east > FURTHEST_EAST) return undefined;
  // `GMT+1` is one zone; otherwise a name and an offset must agree.
  const isFirst = name === "" || /^(?:gmt|utc?)$/.test(name);
  if (!isFirst && zoneNamed(name) !== east) return undefined;
  if (also !== "" && (zoneNamed(also) ?? east) !== east) return undefined;
  // -0000 means that the zone is unknown (RFC 5322 section 3.3).
  return name === "" && sign === "-" && east === 0 ? null : east;
}
