import { after, describe, it } from "node:test";
import { assertEquals, assertMatch } from "@std/assert";
import { parseToDatetime } from "../../../src/model/dates.ts";
import { encodeUtf8 } from "../../../src/util/bytes.ts";
import { ImapClient } from "@imapclient/imapclient";
import { Scene } from "./raw_client.ts";

const scene = new Scene();

const MESSAGES: readonly (readonly [message: string, date: string, ...flags: string[]])[] = [
  [
    "Date: Mon, 01 Jun 2026 23:30:00 -0800\nFrom: Ann <ann@example.org>\nTo: bob@example.org\n" +
    "Cc: carl@example.org\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= aus Rom\n\nPlain words\n",
    "01-Jun-2026 23:30:00 -0800",
    "\\Seen",
    "\\Answered",
    "$Label",
  ],
  [
    "Date: Tue, 02 Jun 2026 08:00:00 +0000\nFrom: bob@example.org\nBcc: dora@example.org\n" +
    "Subject: second\nX-Empty:\nContent-Type: text/plain; charset=iso-8859-1\n" +
    "Content-Transfer-Encoding: quoted-printable\n\nSch=F6ne soft=\n break\n",
    "02-Jun-2026 08:00:00 +0000",
    "\\Flagged",
    "\\Draft",
  ],
  [
    "Subject: third\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n" +
    "first part\n--b\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\n" +
    btoa("<p>deep \xc3\x9cber</p>") + "\n--b\nContent-Type: message/rfc822\n\n" +
    "Subject: within\n\nthe inner text\n--b--\n",
    "03-Jun-2026 00:30:00 +0200",
    "\\Deleted",
  ],
];

for (const [message, date, ...flags] of MESSAGES) {
  scene.ann.append("INBOX", message, { flags, date: parseToDatetime(date) });
}
const client = await scene.select();
after(() => client.close());

/** A binary string of the UTF-8 bytes, as a literal. */
function literal(text: string): string {
  const bytes = encodeUtf8(text);
  return `{${bytes.length}+}\r\n${String.fromCharCode(...bytes)}`;
}

async function found(criteria: string): Promise<string> {
  const answer = await client.command(`SEARCH ${criteria}`);
  const match = /^\* SEARCH((?: \d+)*)\r\nT OK/.exec(answer);
  if (match === null) throw new Error(`${criteria}: ${answer}`);
  return match[1].trim();
}

const CASES: readonly (readonly [criteria: string, found: string])[] = [
  ["ALL", "1 2 3"],
  ["SEEN", "1"],
  ["UNSEEN", "2 3"],
  ["ANSWERED", "1"],
  ["unanswered", "2 3"],
  ["FLAGGED", "2"],
  ["UNFLAGGED", "1 3"],
  ["DELETED", "3"],
  ["UNDELETED", "1 2"],
  ["DRAFT", "2"],
  ["UNDRAFT", "1 3"],
  ["RECENT", "1 2 3"],
  ["OLD", ""],
  ["NEW", "2 3"],
  ["KEYWORD $label", "1"],
  ["UNKEYWORD $Label", "2 3"],
  ["FROM ann", "1"],
  ['FROM "EXAMPLE.ORG"', "1 2"],
  ["TO bob", "1"],
  ["CC carl", "1"],
  ["BCC dora", "2"],
  ["SUBJECT aus", "1"],
  ['HEADER Subject ""', "1 2 3"],
  ['HEADER x-empty ""', "2"],
  ["HEADER Content-Type mixed", "3"],
  ["BODY words", "1"],
  ["BODY aus", ""],
  ["TEXT aus", "1"],
  ['BODY "soft break"', "2"],
  ["BODY within", "3"],
  ["BODY inner", "3"],
  ["BODY deep", "3"],
  ["BEFORE 2-Jun-2026", "1"],
  ["ON 02-Jun-2026", "2"],
  ['ON "2-Jun-2026"', "2"],
  ["SINCE 2-jun-2026", "2 3"],
  ["SENTBEFORE 2-Jun-2026", "1"],
  ["SENTON 2-Jun-2026", "2"],
  ["SENTSINCE 1-Jun-2026", "1 2"],
  ["LARGER 270", "3"],
  ["SMALLER 270", "1 2"],
  ["UID 2:*", "2 3"],
  ["UID 7:*", "3"],
  ["UID 5", ""],
  ["1,3", "1 3"],
  ["*", "3"],
  ["2:* UNFLAGGED", "3"],
  ["NOT SEEN", "2 3"],
  ["NOT NOT SEEN", "1"],
  ["OR SEEN DRAFT", "1 2"],
  ["OR (SEEN ANSWERED) NOT (UID 1:2)", "1 3"],
  ["(FLAGGED (DRAFT))", "2"],
  ["CHARSET us-ascii ALL", "1 2 3"],
  [`CHARSET UTF-8 SUBJECT ${literal("GRÜSSE")}`, ""],
  [`CHARSET UTF-8 SUBJECT ${literal("grÜße")}`, "1"],
  [`CHARSET "utf-8" BODY ${literal("schön")}`, "2"],
  [`CHARSET UTF-8 BODY ${literal("über")} DELETED`, "3"],
];

describe("SEARCH", () => {
  for (const [criteria, expected] of CASES) {
    it(JSON.stringify(criteria).slice(1, -1), async () => {
      assertEquals(await found(criteria), expected);
    });
  }

  it("returns UIDs on request", async () => {
    assertEquals(
      await client.command("UID SEARCH FLAGGED"),
      "* SEARCH 2\r\nT OK UID SEARCH completed\r\n",
    );
  });

  it("lists the charsets", async () => {
    assertMatch(
      await client.command("SEARCH CHARSET KOI8-R ALL"),
      /^T NO \[BADCHARSET \(US-ASCII UTF-8\)\]/,
    );
  });

  it("refuses bad syntax", async () => {
    const wrong = [
      ...[
        "",
        "()",
        "(ALL",
        "ALL)",
        "ALL  SEEN",
        "NONSENSE",
        "NOT",
        "OR SEEN",
        "FROM",
        "4",
        "0",
        "1:",
      ],
      ...["UID x", "BEFORE yesterday", "BEFORE 31-Feb-2026", "BEFORE 2026-06-01", "LARGER -1"],
      ...["KEYWORD \\Seen", "HEADER Subject", "RETURN (ALL) ALL", `SUBJECT ${literal("ä")}`],
      ...["CHARSET UTF-8", "CHARSET UTF-8 SUBJECT {1+}\r\n\xff", "NOT ".repeat(5000) + "ALL"],
      ...["(".repeat(5000) + "ALL", "1,,2", "9999999999"],
    ];
    for (const text of wrong) assertMatch(await client.command(`SEARCH ${text}`), /^T BAD/, text);
  });
});

describe("WITHIN and SEARCH=FUZZY of the in-memory server", () => {
  const HOUR = 3600;
  const add = ["WITHIN", "SEARCH=FUZZY", "ESEARCH", "ESORT", "PARTIAL", "MULTISEARCH"];

  /** A server with messages of these ages, in seconds. */
  function aged(...ages: readonly number[]): Scene {
    const it = new Scene({ capabilities: { add } });
    for (const age of ages) {
      const date = new Date(Date.now() - age * 1000);
      it.ann.append("INBOX", `Subject: ${age} seconds\n\nText\n`, { date });
    }
    return it;
  }

  it("OLDER and YOUNGER → by the age in seconds [ext WITHIN]", async () => {
    const client = await aged(3 * HOUR, 2 * HOUR - 60, HOUR, 0).select();
    const search = async (keys: string) =>
      (await client.command(`SEARCH ${keys}`)).split("\r\n")[0];
    assertEquals(await search(`OLDER ${HOUR}`), "* SEARCH 1 2 3");
    assertEquals(await search(`YOUNGER ${2 * HOUR}`), "* SEARCH 2 3 4");
    assertEquals(await search(`OLDER ${2 * HOUR} NOT YOUNGER ${HOUR}`), "* SEARCH 1");
    assertEquals(await search("YOUNGER 9999999999"), "* SEARCH 1 2 3 4");
    for (const wrong of ["OLDER", "OLDER 0", "YOUNGER -1", "OLDER 1.5", "OLDER 1-Jan-2026"]) {
      assertMatch(await search(wrong), /^T BAD/, wrong);
    }
    await client.close();
  });

  it("the client's `older` and `younger` → the same [ext WITHIN]", async () => {
    const it = aged(3 * HOUR, HOUR / 2);
    const client = await ImapClient.connect({ transport: it.server.transport });
    await client.login("ann", "secret");
    await client.selectFolder("INBOX");
    assertEquals([...await client.search({ older: HOUR })], [1]);
    assertEquals([...await client.search({ younger: HOUR })], [2]);
    const options = { return: ["ALL", "RELEVANCY"] } as const;
    const fuzzy = await client.search({ fuzzy: { subject: "seconds" } }, options);
    assertEquals([`${fuzzy.all}`, fuzzy.relevancy], ["1:2", [100, 100]]);
    await client.logout();
  });

  it("FUZZY → matches as they are, each with a score of 100 [ext FUZZY]", async () => {
    const client = await aged(3, 2, 1).select();
    const answer = async (command: string) => (await client.command(command)).split("\r\n")[0];
    assertEquals(
      await answer("SEARCH FUZZY SUBJECT seconds NOT FUZZY (SUBJECT 2)"),
      "* SEARCH 1 3",
    );
    const scored = await answer("UID SEARCH RETURN (RELEVANCY ALL COUNT) FUZZY OR 1 2");
    assertMatch(scored, /^\* ESEARCH \(TAG "t\d"\) UID ALL 1:2 COUNT 2 RELEVANCY \(100 100\)$/);
    const part = await answer("SEARCH RETURN (PARTIAL 2:3 RELEVANCY) FUZZY ALL");
    assertMatch(part, /PARTIAL \(2:3 2:3\) RELEVANCY \(100 100\)$/);
    assertMatch(await answer("SEARCH RETURN (ALL RELEVANCY) FUZZY SEEN"), /ESEARCH \(TAG "t\d"\)$/);
    assertEquals(await answer("SORT (RELEVANCY REVERSE SUBJECT) UTF-8 FUZZY ALL"), "* SORT 1 2 3");
    const sorted = await answer("SORT RETURN (ALL RELEVANCY) (SUBJECT) UTF-8 FUZZY ALL");
    assertMatch(sorted, /ALL 3,2,1 RELEVANCY \(100 100 100\)$/);
    const several = await answer("ESEARCH IN (personal) RETURN (ALL RELEVANCY) FUZZY 1");
    assertMatch(several, /UID ALL 1 RELEVANCY \(100\)$/);
    for (
      const wrong of [
        ...["SEARCH FUZZY", "SEARCH RETURN (RELEVANCY) ALL", "SORT (RELEVANCY) UTF-8 ALL"],
        ...["SORT RETURN (RELEVANCY) (DATE) UTF-8 ALL", "SEARCH FUZZY FUZZY"],
        "ESEARCH IN (personal) RETURN (RELEVANCY) ALL",
      ]
    ) assertMatch(await answer(wrong), /^T BAD/, wrong);
    await client.close();
  });

  it("a server without them → BAD", async () => {
    const client = await new Scene().select();
    for (const keys of ["OLDER 5", "YOUNGER 5", "FUZZY ALL"]) {
      assertMatch(await client.command(`SEARCH ${keys}`), /^T BAD there is no /);
    }
    assertMatch(await client.command("SORT (RELEVANCY) UTF-8 ALL"), /^T BAD nothing can be sorted/);
    await client.close();
  });
});
