import { execFileSync } from "node:child_process";
import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { parseDate } from "../../../src/model/dates.ts";
import { skipLive } from "../../support/skip.ts";
import { DATE_FORMS } from "./date_forms.ts";

type Reading = readonly [moment: string | null, offset: number | null];

function read(text: string): Reading {
  const date = parseDate(text);
  if (date === null) return [null, null];
  return [date.toISOString().replace(".000Z", "Z"), date.offsetMinutes];
}

describe("forms of dates", () => {
  for (const [text, moment, offset] of DATE_FORMS) {
    it(`date: ${JSON.stringify(text)} → ${moment ?? "none"} [fault C8, C9]`, () => {
      assertEquals(read(text), [moment, offset]);
    });
  }

  it("date: comments and folds instead of single spaces → the same [fault C8]", () => {
    for (const [text, moment, offset] of DATE_FORMS) {
      if (moment === null || / {2}|\(/.test(text)) continue;
      for (const space of ["\t", "\r\n ", " (a (b) \\) c) ", "()", "\u00a0"]) {
        const other = text.replaceAll(" ", space);
        assertEquals(read(other), [moment, offset], other);
      }
    }
  });

  it("date: any word before or after it → null [fault C9]", () => {
    for (const [text, moment] of DATE_FORMS) {
      if (moment === null || text.includes("(cut off")) continue;
      for (const word of ["garbage", "=", "1", "+", "5 Feb", "10:00", '"', "\\", "\u0000", ";"]) {
        for (const other of [`${text} ${word} ${word}`, `${word} ${text}`]) {
          assertEquals(read(other), [null, null], other);
        }
      }
    }
  });

  it("date: the names of each day and month in each language → the right ones [fault C8]", () => {
    const days = Array.from(
      { length: 12 },
      (_, month) => new Date(Date.UTC(2024, month, 10 + month, 10)),
    );
    for (const language of ["en", "de", "fr", "es", "it", "pt", "nl", "da", "nb", "sv", "ru"]) {
      for (const style of ["long", "short"] as const) {
        const options = { weekday: style, day: "numeric", month: style, timeZone: "UTC" } as const;
        const format = new Intl.DateTimeFormat(language, options);
        for (const day of days) {
          const parts = new Map(format.formatToParts(day).map(({ type, value }) => [type, value]));
          const date = `${parts.get("day")} ${parts.get("month")} 2024 10:00 GMT`;
          for (
            const text of [
              date,
              `${parts.get("weekday")} ${date}`,
              `${parts.get("weekday")}, ${date}`,
            ]
          ) {
            assertEquals(read(text), [day.toISOString().replace(".000Z", "Z"), 0], text);
          }
        }
      }
    }
  });

  it("date: hostile texts of 100 KB and more → no more than linear time [fault C8, C9]", () => {
    const date = "5 Feb 2024 10:00:00 +0100";
    const pieces = [
      "(",
      ")",
      "()",
      "( ",
      "\\(",
      " ",
      "\t",
      ":",
      "a ",
      "5 ",
      "1:",
      ", ",
      "at ",
      "-",
    ];
    for (const piece of pieces) {
      const long = piece.repeat(200_000);
      for (const text of [long, `${date} ${long}`, `${long} ${date}`, `5 Feb ${long}2024 10:00`]) {
        parseDate(text);
      }
    }
    const short = pieces.flatMap((piece) => [piece.repeat(99 / piece.length), `5${piece}`]);
    for (let i = 0; i < 5000; i++) parseDate(short[i % short.length]);
  });
});

const SCRIPT = `
import calendar, email.utils, json, sys

def read(text):
    try:
        date = email.utils.parsedate_to_datetime(text)
        seconds = calendar.timegm(date.timetuple())
        if date.tzinfo is None:
            return [seconds, None]
        offset = date.utcoffset().total_seconds()
        return [seconds - offset, offset / 60]
    except Exception:
        return [None, None]

print(json.dumps([read(text) for text in json.load(sys.stdin)]))
`;

/** What Python reads in texts, as seconds and minutes; `null` if there is no Python. */
function readByPython(texts: readonly string[]): (readonly (number | null)[])[] | null {
  try {
    const options = { input: JSON.stringify(texts), encoding: "utf8" } as const;
    return JSON.parse(execFileSync("python3", ["-c", SCRIPT], options));
  } catch {
    skipLive("there is no python3 to compare dates with");
    return null;
  }
}

it("date: each form without a note → as Python's email.utils reads it [fault C8, C9]", (t) => {
  const forms = DATE_FORMS.filter(([, , , python]) => python === undefined);
  assert(forms.length > 100);
  const answers = readByPython(forms.map(([text]) => text));
  if (answers === null) return t.skip("there is no python3");
  for (const [i, [text]] of forms.entries()) {
    const [seconds, offset] = answers[i];
    const date = parseDate(text);
    assertEquals([date?.getTime() ?? null, date?.offsetMinutes ?? null], [
      seconds === null ? null : seconds * 1000,
      offset,
    ], text);
  }
});
