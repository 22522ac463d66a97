import { execFileSync } from "node:child_process";
import { describe, it } from "node:test";
import { env } from "node:process";
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InvalidArgumentError } from "../../../src/model/errors.ts";
import {
  type CalendarDate,
  datetimeToInternalDate,
  datetimeToNative,
  formatCriteriaDate,
  parseDate,
  parseToDatetime,
  ZonedDate,
} from "../../../src/model/dates.ts";
import { sameRuntime } from "../../support/same_runtime.ts";

type Parsed = readonly [row: string, text: string, iso: string, offset: number | null];

const DATES: readonly Parsed[] = [
  ["R3", "Sun, 24 Mar 2013 22:06:10 +0200", "2013-03-24T20:06:10", 120],
  ["R3", "24 Mar 2013 22:06:10 +0200", "2013-03-24T20:06:10", 120],
  ["R3", "19-Feb-2007 17:08:08 +0400", "2007-02-19T13:08:08", 240],
  ["R3 no sign is a plus", "19-Feb-2007 17:08:08 0400", "2007-02-19T13:08:08", 240],
  ["R3 J7 a leading space", " 9-Feb-2007 17:08:08 -0430", "2007-02-09T21:38:08", -270],
  ["R4", "Sat, 8 May 2010 16.03.09 +0200", "2010-05-08T14:03:09", 120],
  ["R4", "Tue, 18 May 2010 16.03.09 -0200", "2010-05-18T18:03:09", -120],
  ["R4", "Wednesday,18 August 2010 16.03.09 -0200", "2010-08-18T18:03:09", -120],
  ["R3 a comment", "Wed, 17 Jul 1996 02:23:25 -0700 (PDT)", "1996-07-17T09:23:25", -420],
  ["R3 no seconds", "Fri, 21 Nov 1997 09:55 -0600", "1997-11-21T15:55:00", -360],
  ["R3 folded", "Fri,\r\n 21 Nov 1997\t09:55:06  -0600", "1997-11-21T15:55:06", -360],
  ["R3 a name for the zone", "Fri, 21 Nov 1997 09:55:06 GMT", "1997-11-21T09:55:06", 0],
  ["R3 a name for the zone", "Fri, 21 Nov 97 09:55:06 EDT", "1997-11-21T13:55:06", -240],
  ["R3 an unknown name (MimeKit #179)", "1 Jan 2020 10:00:00 CEST", "2020-01-01T10:00:00", null],
  ["R3 no zone", "1 Jan 2020 10:00:00", "2020-01-01T10:00:00", null],
  ["R3 two digits for the year", "1 Jan 49 00:00:00 +0000", "2049-01-01T00:00:00", 0],
  ["R3 two digits for the year", "1 Jan 50 00:00:00 +0000", "1950-01-01T00:00:00", 0],
  ["R3 three digits for the year", "1 Jan 103 00:00:00 +0000", "2003-01-01T00:00:00", 0],
  ["R3 an early year", "01-Jan-0001 00:00:00 +0000", "0001-01-01T00:00:00", 0],
  ["R3 any case", "SUN, 24 MAR 2013 22:06:10 gmt", "2013-03-24T22:06:10", 0],
  ["R3 a leap day", "29-Feb-2024 12:00:00 +0000", "2024-02-29T12:00:00", 0],
  ["R3 a leap second", "31-Dec-2016 23:59:60 +0000", "2017-01-01T00:00:00", 0],
  ["R8 half an hour", "1 Jan 2020 00:00:00 -0030", "2020-01-01T00:30:00", -30],
  ["R8 far east", "1 Jan 2020 00:00:00 +1400", "2019-12-31T10:00:00", 840],
];

const NO_DATES = [
  ...["", "ABC", "yesterday", "2020-01-01", "1 Jan", "1 Jan 2020", "32 Jan 2020 00:00:00 +0000"],
  ...["30-Feb-2020 00:00:00 +0000", "29-Feb-2023 00:00:00 +0000", "1 Foo 2020 00:00:00 +0000"],
  ...["00-Jan-0000 00:00:00 +0000", "1 Jan 2020 24:00:00 +0000", "1 Jan 2020 23:60:00 +0000"],
  ...["1 Jan 2020 23:59:61 +0000", "Invalid Date"],
];

describe("parseToDatetime", () => {
  for (const [row, text, iso, offset] of DATES) {
    it(`${row}: ${JSON.stringify(text)}`, () => {
      for (const date of [parseToDatetime(text), parseToDatetime(text, false), parseDate(text)]) {
        assertEquals(date?.toISOString(), `${iso}.000Z`);
        assertEquals(date?.offsetMinutes, offset);
        assertEquals(date?.raw, text);
      }
    });
  }

  for (const text of NO_DATES) {
    it(`R3 O4 no date: ${JSON.stringify(text)}`, () => {
      assertThrows(() => parseToDatetime(text), InvalidArgumentError, "not a date");
      assertEquals(parseDate(text), null);
    });
  }

  it("R3 A11 normalised it prints in local time, otherwise in its own zone", () => {
    const text = "Sun, 24 Mar 2013 22:06:10 +0200";
    const plain = new Date("2013-03-24T20:06:10Z");
    assertEquals(`${parseToDatetime(text)}`, plain.toString());
    assertEquals(`${parseToDatetime(text, false)}`, "2013-03-24T22:06:10+02:00");
    assertEquals(
      `${parseToDatetime("9-Feb-2007 17:08:08 -0430", false)}`,
      "2007-02-09T17:08:08-04:30",
    );
    assertEquals(
      `${parseToDatetime("9-Feb-2007 17:08:08 -0030", false)}`,
      "2007-02-09T17:08:08-00:30",
    );
  });

  it("R3 is a Date", () => {
    const date = parseToDatetime("Sun, 24 Mar 2013 22:06:10 +0200");
    assert(date instanceof Date && date instanceof ZonedDate);
    assertEquals(date.getTime(), Date.UTC(2013, 2, 24, 20, 6, 10));
  });

  it("R3 a hostile text takes no more than linear time", () => {
    const long = "1" + " ".repeat(200_000);
    for (const text of [" ".repeat(200_000), "a".repeat(200_000), long, `1 Jan${long}`]) {
      assertEquals(parseDate(text), null);
    }
  });
});

it("R3 a fraction counts to the millisecond [fault C9]", () => {
  const date = parseToDatetime("1 Jan 2020 10:00:00.1239 +0100");
  assertEquals([date.toISOString(), date.offsetMinutes], ["2020-01-01T09:00:00.123Z", 60]);
});

describe("datetimeToInternalDate", () => {
  const zoned = (minutes: number | null, iso = "2009-01-02T03:04:05Z") =>
    new ZonedDate(Date.parse(iso) - (minutes ?? 0) * 60_000, minutes, "");

  const WRITTEN: readonly (readonly [minutes: number, text: string])[] = [
    [150, "02-Jan-2009 03:04:05 +0230"],
    [0, "02-Jan-2009 03:04:05 +0000"],
    [690, "02-Jan-2009 03:04:05 +1130"],
    [-30, "02-Jan-2009 03:04:05 -0030"],
    [-720, "02-Jan-2009 03:04:05 -1200"],
  ];
  for (const [minutes, text] of WRITTEN) {
    it(`R6 R8 ${text}`, () => assertEquals(datetimeToInternalDate(zoned(minutes)), text));
  }

  it("L2 an offset that was given stays", () => {
    const date = parseToDatetime("Sun, 5 Apr 2009 11:00:05 +0200");
    assertEquals(datetimeToInternalDate(date), "05-Apr-2009 11:00:05 +0200");
  });

  it("R6 the names of the months are English, always", () => {
    const months = Array.from({ length: 12 }, (_, month) => {
      return datetimeToInternalDate(new ZonedDate(Date.UTC(2009, month, 15), 0, "")).slice(3, 6);
    });
    assertEquals(months.join(" "), "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec");
  });

  it("R3 R6 written dates can be read", () => {
    const times = fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true });
    const offsets = fc.integer({ min: -720, max: 840 });
    fc.assert(fc.property(times, offsets, (time, offset) => {
      const date = new ZonedDate(Math.floor(time.getTime() / 1000) * 1000, offset, "");
      const read = parseDate(datetimeToInternalDate(date));
      assertEquals([read?.getTime(), read?.offsetMinutes], [date.getTime(), offset]);
      const local = parseDate(datetimeToInternalDate(new Date(date)));
      assertEquals(local?.getTime(), date.getTime());
    }));
  });

  it("R5 R6 R7 refuses an invalid Date", () => {
    for (const write of [datetimeToInternalDate, datetimeToNative, formatCriteriaDate]) {
      assertThrows(() => write(new Date(NaN)), InvalidArgumentError);
    }
  });

  it("R6 R7 refuses a year that has more than four digits", () => {
    const late = new ZonedDate(Date.UTC(10000, 5, 1), 0, "");
    assertThrows(() => datetimeToInternalDate(late), InvalidArgumentError, "10000");
    assertThrows(() => formatCriteriaDate(late), InvalidArgumentError, "10000");
  });
});

describe("formatCriteriaDate", () => {
  const WRITTEN: readonly (readonly [date: CalendarDate, text: string])[] = [
    ["1996-04-04", "04-Apr-1996"],
    ["1996-02-22", "22-Feb-1996"],
    [{ year: 1996, month: 2, day: 29 }, "29-Feb-1996"],
    [{ year: 33, month: 12, day: 1 }, "01-Dec-0033"],
    [new Date(1996, 3, 4), "04-Apr-1996"],
    [new Date(1996, 3, 4, 23, 59, 59), "04-Apr-1996"],
    [parseToDatetime("4 Apr 1996 00:30:00 +1400"), "04-Apr-1996"],
    [parseToDatetime("4 Apr 1996 23:30:00 -1200"), "04-Apr-1996"],
  ];
  for (const [date, text] of WRITTEN) {
    it(`R7 ${JSON.stringify(date)}`, () => assertEquals(formatCriteriaDate(date), text));
  }

  const WRONG: readonly CalendarDate[] = [
    ...["", "1996-4-4", "1996-02-30", "96-01-01", "1996-01-01T00:00:00Z", "1996-01-01\r\nA LOGOUT"],
    ...[{ year: 1996, month: 13, day: 1 }, { year: 1997, month: 2, day: 29 }],
    ...[{ year: 0, month: 1, day: 1 }, { year: NaN, month: 1, day: 1 }],
  ];
  for (const date of WRONG) {
    it(`R7 refuses ${JSON.stringify(date)}`, () => {
      assertThrows(() => formatCriteriaDate(date), InvalidArgumentError);
    });
  }
});

describe("the quick way to read a date", () => {
  const USUAL = [
    "Sun, 24 Mar 2013 22:06:10 +0200",
    "Wed, 7 Jul 1996 02:23:25 -0730 (PDT)",
    "19-Feb-2007 17:08:08 +0400",
    " 9-Feb-2007 17:08:08 -0430",
    "29-Feb-2008 00:00:00 +0000",
    "31 Dec 1999 23:59:59 -0000",
  ];

  it("R3 agrees with the thorough parser after any edits", () => {
    const known = fc.constantFrom(...USUAL);
    const edits = fc.array(
      fc.tuple(fc.nat(40), fc.nat(2), fc.constantFrom(..."0123456789 ,:-+.JFeb\tx(Gé")),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(known, edits, (date, changes) => {
        let text = date;
        for (const [at, taken, put] of changes) {
          text = text.slice(0, at) + put + text.slice(at + taken);
        }
        const quick = parseDate(text);
        // Only the thorough parser reads a date after a tab.
        const thorough = parseDate(`\t${text}`);
        assertEquals(
          [quick?.getTime(), quick?.offsetMinutes],
          [thorough?.getTime(), thorough?.offsetMinutes],
          text,
        );
      }),
      { numRuns: 5000, seed: 3 },
    );
  });

  it("R3 reads the days of every month, and no others", () => {
    const names = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
    for (const [month, name] of names.entries()) {
      for (let day = 1; day <= 32; day++) {
        const noon = Date.UTC(2023, month, day, 12);
        const exists = new Date(noon).getUTCMonth() === month;
        const read = parseDate(`${day} ${name} 2023 12:00:00 +0000`);
        assertEquals(read?.getTime() ?? null, exists ? noon : null, `${day} ${name}`);
      }
    }
  });
});

/** The output of `print_dates.ts` in a zone. */
function printIn(zone: string, dates: string[]): unknown {
  const [command, ...args] = sameRuntime(new URL("print_dates.ts", import.meta.url));
  const options = { env: { ...env, TZ: zone }, encoding: "utf8" } as const;
  return JSON.parse(execFileSync(command, [...args, ...dates], options));
}

describe("local time", () => {
  const ZONES: readonly (readonly [zone: string, winter: string[], summer: string[]])[] = [
    [
      "America/New_York",
      ["2020-01-14T22:30:00", "14-Jan-2020 22:30:00 -0500", "14-Jan-2020"],
      ["2020-07-14T23:30:00", "14-Jul-2020 23:30:00 -0400", "14-Jul-2020"],
    ],
    [
      "Europe/Vienna",
      ["2020-01-15T04:30:00", "15-Jan-2020 04:30:00 +0100", "15-Jan-2020"],
      ["2020-07-15T05:30:00", "15-Jul-2020 05:30:00 +0200", "15-Jul-2020"],
    ],
    [
      "Asia/Kolkata",
      ["2020-01-15T09:00:00", "15-Jan-2020 09:00:00 +0530", "15-Jan-2020"],
      ["2020-07-15T09:00:00", "15-Jul-2020 09:00:00 +0530", "15-Jul-2020"],
    ],
    [
      "UTC",
      ["2020-01-15T03:30:00", "15-Jan-2020 03:30:00 +0000", "15-Jan-2020"],
      ["2020-07-15T03:30:00", "15-Jul-2020 03:30:00 +0000", "15-Jul-2020"],
    ],
  ];
  for (const [zone, winter, summer] of ZONES) {
    it(`R5 R6 R7 R8 Z8 ${zone}: the offset is the one in force at that date`, () => {
      const printed = printIn(zone, ["2020-01-15T03:30:00Z", "2020-07-15T03:30:00Z"]);
      assertEquals(printed, [winter, summer]);
    });
  }

  it("R5 R8 the hour that summer time skips, and the one that it repeats", () => {
    const around = [
      "2020-03-08T06:59:59Z",
      "2020-03-08T07:00:00Z",
      "2020-11-01T05:59:59Z",
      "2020-11-01T06:00:00Z",
    ];
    const printed = printIn("America/New_York", around);
    assertEquals(printed, [
      ["2020-03-08T01:59:59", "08-Mar-2020 01:59:59 -0500", "08-Mar-2020"],
      ["2020-03-08T03:00:00", "08-Mar-2020 03:00:00 -0400", "08-Mar-2020"],
      ["2020-11-01T01:59:59", "01-Nov-2020 01:59:59 -0400", "01-Nov-2020"],
      ["2020-11-01T01:00:00", "01-Nov-2020 01:00:00 -0500", "01-Nov-2020"],
    ]);
  });
});

describe("zones that no RFC writes so", () => {
  for (const zone of ["+0530", "+05:30", "GMT+0530", "UTC+05:30"]) {
    it(`R3 ${zone}`, () => {
      assertEquals(parseToDatetime(`24 Mar 2013 22:06:10 ${zone}`).offsetMinutes, 330);
    });
  }
});
