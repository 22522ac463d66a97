import { after, before, describe, it } from "node:test";
import { assertEquals, assertMatch } from "@std/assert";
import { parseToDatetime } from "../../../src/model/dates.ts";
import { baseSubject } from "../../../src/model/base_subject.ts";
import { type RawClient, Scene } from "./raw_client.ts";

/** The data of the answer, without its name. */
async function data(client: RawClient, command: string): Promise<string> {
  const answer = await client.command(command);
  const match = /^\* (?:SORT|THREAD) ?(.*)\r\nT OK/.exec(answer);
  if (match === null) throw new Error(answer);
  return match[1];
}

describe("SORT", () => {
  const scene = new Scene();
  let client: RawClient;

  const messages: readonly (readonly [header: string, size: number, date: string])[] = [
    [
      "Date: Mon, 01 Jun 2026 12:00:00 -0800\nFrom: Zoe <bert@x>\nSubject: Re: Zebra",
      400,
      "04-Jun-2026 00:00:00 +0000",
    ],
    [
      "Date: Mon, 01 Jun 2026 14:00:00 +0200\nFrom: Carl@x\nTo: b@x\nSubject: apfel",
      200,
      "03-Jun-2026 00:00:00 +0000",
    ],
    [
      "From: anna@x, zz@x\nTo: B@y\nCc: c@x\nSubject: =?utf-8?Q?=C3=84pfel?=",
      100,
      "01-Jun-2026 15:00:00 +0000",
    ],
    ["Date: nonsense\nSubject: [list] zebra (fwd)", 300, "02-Jun-2026 00:00:00 +0000"],
  ];

  before(async () => {
    for (const [header, size, date] of messages) {
      scene.ann.append("INBOX", `${header}\n\n${"x".repeat(size)}\n`, {
        date: parseToDatetime(date),
      });
    }
    client = await scene.select();
  });

  after(() => client.close());

  const cases: readonly (readonly [keys: string, order: string])[] = [
    ["ARRIVAL", "3 4 2 1"],
    ["REVERSE ARRIVAL", "1 2 4 3"],
    // In UTC; the internal date if there is no Date field.
    ["DATE", "2 3 1 4"],
    ["FROM", "4 3 1 2"],
    ["TO", "1 4 2 3"],
    // REVERSE keeps equal messages in order.
    ["REVERSE TO", "2 3 1 4"],
    ["CC", "1 2 4 3"],
    ["SIZE", "3 2 4 1"],
    // Decomposed, Ä comes after A and before B.
    ["SUBJECT", "2 3 1 4"],
    ["SUBJECT REVERSE ARRIVAL", "2 3 1 4"],
    ["REVERSE SUBJECT ARRIVAL", "4 1 3 2"],
    ["to reverse size", "1 4 2 3"],
  ];
  for (const [keys, order] of cases) {
    it(`by ${keys}`, async () => {
      assertEquals(await data(client, `SORT (${keys}) UTF-8 ALL`), order);
    });
  }

  it("returns only matches, and UIDs on request", async () => {
    await client.command("STORE 4 +FLAGS.SILENT (\\Deleted)");
    await client.command("EXPUNGE");
    scene.ann.append("INBOX", "Subject: a\n\n", {
      date: parseToDatetime("05-Jun-2026 00:00:00 +0000"),
    });
    await client.command("NOOP");
    assertEquals(await data(client, "UID SORT (ARRIVAL) us-ascii 2:4 NOT CC c"), "2 5");
    assertEquals(await data(client, "SORT (ARRIVAL) us-ascii 2:4 NOT CC c"), "2 4");
    assertEquals(await data(client, "SORT (ARRIVAL) UTF-8 SEEN"), "");
  });

  it("refuses bad syntax, and lists the charsets", async () => {
    const wrong = [
      "SORT",
      "SORT DATE UTF-8 ALL",
      "SORT () UTF-8 ALL",
      "SORT (REVERSE) UTF-8 ALL",
      "SORT (REVERSE REVERSE DATE) UTF-8 ALL",
      "SORT (NONSENSE) UTF-8 ALL",
      "SORT (DATE) ALL",
      "SORT (DATE) UTF-8",
      "SORT (DATE) UTF-8 NONSENSE",
      "SORT (DATE) UTF-8 ALL)",
    ];
    for (const text of wrong) assertMatch(await client.command(text), /^T (BAD|NO \[BADC)/, text);
    assertMatch(await client.command("SORT (DATE) KOI8-R ALL"), /^T NO \[BADCHARSET /);
    const without = await new Scene({ capabilities: { omit: ["SORT"] } }).select();
    assertMatch(await without.command("SORT (DATE) UTF-8 ALL"), /^T BAD/);
    assertMatch(await without.command("UID SORT (DATE) UTF-8 ALL"), /^T BAD/);
    await without.close();
  });
});

describe("the base subject", () => {
  const cases: readonly (readonly [subject: string, base: string, isReply: boolean])[] = [
    ["", "", false],
    ["Plan", "Plan", false],
    ["  a \t b\r\n c ", "a b c", false],
    ["Re: Plan", "Plan", true],
    ["RE  : fw:FWD: Plan", "Plan", true],
    ["Re[2]: Plan", "Plan", true],
    ["[list] Re: [list] Plan", "Plan", true],
    ["[list] Plan", "Plan", false],
    ["[a][b]", "[b]", false],
    ["[a] ", "[a]", false],
    ["Plan (fwd) (FWD)", "Plan", true],
    ["[Fwd: Plan]", "Plan", true],
    ["[fwd: [fwd: Re: Plan (fwd)]]", "Plan", true],
    ["Re:", "", true],
    ["(fwd)", "", true],
    ["Report: Plan", "Report: Plan", false],
    ["Re Plan", "Re Plan", false],
    ["Plan Re: B", "Plan Re: B", false],
  ];
  for (const [subject, text, isReply] of cases) {
    it(JSON.stringify(subject), () => assertEquals(baseSubject(subject), { text, isReply }));
  }
});

describe("THREAD", () => {
  /** The threads of messages with these headers, each a day later than the one before. */
  async function threads(algorithm: string, ...headers: string[]): Promise<string> {
    const scene = new Scene();
    headers.forEach((header, i) => {
      scene.ann.append("INBOX", `${header}\n\n`, { date: new Date(i * 24 * 60 * 60 * 1000) });
    });
    const client = await scene.select();
    const text = await data(client, `THREAD ${algorithm} UTF-8 ALL`);
    await client.close();
    return text;
  }

  it("ORDEREDSUBJECT puts the messages of a subject below the first", async () => {
    assertEquals(
      await threads(
        "ORDEREDSUBJECT",
        "Subject: b",
        "Subject: Re: a\nDate: Wed, 07 Jan 1970 00:00:00 +0000",
        "Subject: a",
        "Subject: c",
        "Subject: re: B",
        "Subject: A (fwd)",
      ),
      "(1 5)(3 (6)(2))(4)",
    );
    assertEquals(await threads("ORDEREDSUBJECT"), "");
  });

  it("REFERENCES follows the answers", async () => {
    assertEquals(
      await threads(
        "REFERENCES",
        "Message-ID: <b@x>\nReferences: <a@x>",
        "Message-ID: <a@x>\nSubject: one",
        "Message-ID: <c@x>\nReferences: <a@x> <b@x>",
        'Message-ID: <d@x>\nIn-Reply-To: <"b"@x> <a@x>',
        "Message-ID: <e@x>\nReferences: nonsense\nIn-Reply-To: <d@x>",
        "Message-ID: <f@x>\nSubject: two",
      ),
      "(2 1 (3)(4 5))(6)",
    );
  });

  it("REFERENCES keeps a dummy only if it joins several threads", async () => {
    assertEquals(
      await threads(
        "REFERENCES",
        "Message-ID: <b@x>\nReferences: <gone@x>\nSubject: b",
        "Message-ID: <c@x>\nReferences: <gone@x>\nSubject: c",
        "Message-ID: <d@x>\nReferences: <away@x> <lost@x>\nSubject: d",
        "Message-ID: <e@x>\nReferences: <d@x> <missing@x>\nSubject: e",
      ),
      "((1)(2))(3 4)",
    );
  });

  it("REFERENCES allows no loop, and no id twice", async () => {
    assertEquals(
      await threads(
        "REFERENCES",
        "Message-ID: <a@x>\nReferences: <b@x>\nSubject: a",
        "Message-ID: <b@x>\nReferences: <a@x>\nSubject: b",
        "Message-ID: <c@x>\nReferences: <c@x>\nSubject: c",
        "Message-ID: <c@x>\nSubject: d",
      ),
      "(2 1)(3)(4)",
    );
  });

  it("REFERENCES joins threads of the same subject", async () => {
    assertEquals(
      await threads(
        "REFERENCES",
        "Subject: Re: plan",
        "Subject: plan",
        "Subject: [Fwd: Plan]",
        "Subject: other",
        "Subject: Other",
        "Subject:",
        "Subject: Re:",
      ),
      "(2 (1)(3))((4)(5))(6)(7)",
    );
  });

  it("returns only matches, and UIDs on request", async () => {
    const scene = new Scene();
    scene.fill("gone", "plan", "plan", "Re: plan");
    const client = await scene.select();
    await client.command("STORE 1 +FLAGS.SILENT (\\Deleted)");
    await client.command("EXPUNGE");
    assertEquals(await data(client, "UID THREAD ORDEREDSUBJECT UTF-8 2:3"), "(3 4)");
    assertEquals(await data(client, "THREAD REFERENCES US-ASCII SUBJECT re"), "(3)");
    assertEquals(
      await client.command("THREAD REFERENCES UTF-8 SEEN"),
      "* THREAD\r\nT OK THREAD completed\r\n",
    );
    await client.close();
  });

  it("is as deep as the replies", async () => {
    const scene = new Scene();
    for (let i = 1; i <= 5000; i++) {
      scene.ann.append("INBOX", `Message-ID: <${i}@x>\nIn-Reply-To: <${i - 1}@x>\n\n`);
    }
    const client = await scene.select();
    const chain = Array.from({ length: 5000 }, (_, i) => i + 1).join(" ");
    assertEquals(await data(client, "THREAD REFERENCES UTF-8 ALL"), `(${chain})`);
    await client.close();
  });

  it("refuses bad syntax", async () => {
    const client = await new Scene({ capabilities: { omit: ["THREAD=ORDEREDSUBJECT"] } }).select();
    const wrong = [
      "THREAD",
      "THREAD NONSENSE UTF-8 ALL",
      "THREAD __proto__ UTF-8 ALL",
      "THREAD ORDEREDSUBJECT UTF-8 ALL",
      "THREAD REFERENCES UTF-8",
      "THREAD REFERENCES UTF-8 ALL)",
    ];
    for (const text of wrong) assertMatch(await client.command(text), /^T BAD/, text);
    assertMatch(await client.command("THREAD REFERENCES KOI8-R ALL"), /^T NO \[BADCHARSET /);
    await client.close();
  });
});
