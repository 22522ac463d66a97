import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { type ImapUrl, parseImapUrl } from "../../../src/model/imap_url.ts";

const NONE = { user: null, mechanism: null, port: 143, folder: null, uidValidity: null, uid: null };

const READ: readonly (readonly [url: string, expected: Partial<ImapUrl>])[] = [
  ["imap://a.test", { host: "a.test" }],
  ["IMAP://user;AUTH=*@SERVER2/", { host: "SERVER2", user: "user", mechanism: "*" }],
  ["imap://;AUTH=GSSAPI@a.test:1143", { host: "a.test", port: 1143, mechanism: "GSSAPI" }],
  ["imaps://a.test/", { host: "a.test", port: 993 }],
  ["imap://[2001:db8::1]:143/x", { host: "2001:db8::1", folder: "x" }],
  [
    "imap://ann%40a.test@b.test/Entw%C3%BCrfe/2027%20plans;UIDVALIDITY=9",
    { host: "b.test", user: "ann@a.test", folder: "Entwürfe/2027 plans", uidValidity: 9 },
  ],
  [
    "imap://a.test/INBOX;uidvalidity=9/;uid=5/;SECTION=1.2/;PARTIAL=0.1024",
    { host: "a.test", folder: "INBOX", uidValidity: 9, uid: 5 },
  ],
  ["imap://a.test/x/;UID=4294967296", { host: "a.test", folder: "x" }],
  ["imap://a.test/x?SUBJECT%20y", { host: "a.test", folder: "x" }],
  ["imap://a.test/%25", { host: "a.test", folder: "%" }],
];

const NOT_READ: readonly string[] = [
  ...["", "imap:", "imap://", "imap:///x", "http://a.test", "mailto:ann@a.test", "/x", "imap:/a"],
  ...[
    "imap://a.test:0/",
    "imap://a.test:65536/",
    "imap://a.test:1x/",
    "imap://a b/",
    "imap://a/ b",
  ],
  ...["imap://%0d%0aA1@a.test/", "imap://a.test/%00", "imap://a.test/%ff", "imap://a.test/%zz"],
  ...["imap://a;AUTH=@b.test/", "imap://a@b@c/", "imap://[::1/", "imap://a.test/x;UIDVALIDITY=x"],
  "\nimap://a.test",
];

describe("parseImapUrl", () => {
  for (const [url, expected] of READ) {
    it(`${url} → read [ext REFERRALS]`, () => {
      assertEquals(parseImapUrl(url), { ...NONE, url, ...expected } as ImapUrl);
    });
  }
  for (const url of NOT_READ) {
    it(`${JSON.stringify(url)} → null [ext REFERRALS]`, () => {
      assertEquals(parseImapUrl(url), null);
    });
  }

  it("a very long text → read in linear time", () => {
    for (const part of ["a", "@", ";", "/;UID=1", "[", "%41", "?", ":"]) {
      parseImapUrl(`imap://a.test/${part.repeat(200_000)}\n`);
      parseImapUrl(`imap://${part.repeat(200_000)}\n`);
    }
  });
});
