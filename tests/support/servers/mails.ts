/** The messages of the live tests, the same on every server. */

const lines = (...all: string[]): string => all.map((line) => `${line}\r\n`).join("");

export interface LiveMail {
  readonly text: string;
  readonly flags?: readonly ("\\Seen" | "\\Flagged" | "\\Answered")[];
  readonly date: Date;
}

export const LARGE_SIZE = 300_000;

/** In the order of their sequence numbers in INBOX. */
export const LIVE_MAILS: readonly LiveMail[] = [
  {
    text: lines(
      "From: Bob Berg <bob@example.org>",
      "To: Ann <ann@example.com>",
      "Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe_aus_K=C3=B6ln?=",
      "Date: Sat, 10 Jan 2026 09:30:00 +0100",
      "Message-ID: <one@example.org>",
      "Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: 8bit",
      "",
      "Hallo Ann, schöne Grüße!",
    ),
    flags: ["\\Seen"],
    date: new Date("2026-01-10T08:31:00Z"),
  },
  {
    text: lines(
      "From: =?ISO-2022-JP?B?GyRCO2NFRBsoQg==?= <yamada@example.net>",
      "To: ann@example.com",
      "Cc: Friends: a@example.org, b@example.org;",
      "Subject: =?ISO-2022-JP?B?GyRCRnxLXDhsGyhC?=",
      "Date: Sun, 11 Jan 2026 18:00:00 +0900",
      "In-Reply-To: <one@example.org>",
      "Message-ID: <two@example.net>",
      "MIME-Version: 1.0",
      'Content-Type: multipart/mixed; boundary="b1"',
      "",
      "--b1",
      'Content-Type: multipart/alternative; boundary="b2"',
      "",
      "--b2",
      "Content-Type: text/plain; charset=us-ascii",
      "",
      "plain words",
      "--b2",
      "Content-Type: text/html",
      "",
      "<p>marked up words</p>",
      "--b2--",
      "--b1",
      'Content-Type: application/octet-stream; name="data.bin"',
      "Content-Transfer-Encoding: base64",
      'Content-Disposition: attachment; filename="data.bin"',
      "",
      "AAECAwQFBgc=",
      "--b1--",
    ),
    date: new Date("2026-01-11T09:01:00Z"),
  },
  {
    text: lines("From: Carol <carol@example.org>", "Subject: large", "", "x".repeat(70)) +
      lines("y".repeat(98)).repeat(LARGE_SIZE / 100),
    flags: ["\\Flagged", "\\Seen"],
    date: new Date("2026-02-01T12:00:00Z"),
  },
  {
    text: lines("Subject: no sender", "Date: not a date", "", "short"),
    date: new Date("2026-02-02T12:00:00Z"),
  },
];
