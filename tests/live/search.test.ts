import { after, before, beforeEach, describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  CapabilityError,
  type ImapClient,
  type ImapError,
  InvalidArgumentError,
  InvalidCriteriaError,
  type SearchCriteria,
  type Thread,
} from "@imapclient/imapclient";
import { KeptLog } from "../support/fake_server.ts";
import { type RunningServer, SERVERS } from "../support/servers/servers.ts";

const TIMEOUT = 20;

/** A message to sort and thread. */
interface Sample {
  /** The subject in the header. */
  readonly subject: string;
  /** The decoded subject without `Re:` and the like. */
  readonly base: string;
  readonly from: string;
  /** The part before the `@` of the first address. */
  readonly mailbox: string;
  readonly to?: string;
  readonly cc?: string;
  /** The Date field; without one, the message counts as sent when it arrived. */
  readonly date?: string;
  readonly arrival: string;
  /** More fields, which say what it replies to. */
  readonly answers?: string;
  /** The index of the sample that it replies to, or the name of one that is missing. */
  readonly parent?: number | string;
  readonly body: string;
}

const SAMPLES: readonly Sample[] = [
  {
    subject: "Plan",
    base: "plan",
    from: "Zoe <m.zoe@example.org>",
    mailbox: "m.zoe",
    to: "carl@example.org",
    cc: "z@example.org",
    date: "Mon, 05 Jan 2026 10:00:00 +0000",
    arrival: "2026-01-08T00:00:00Z",
    body: "one\r\n",
  },
  {
    subject: "Re: Plan",
    base: "plan",
    from: "Adam <k.adam@example.org>",
    mailbox: "k.adam",
    to: "dora@example.org",
    // Later than the next one by the clock, but earlier in UTC.
    date: "Mon, 05 Jan 2026 23:30:00 +0900",
    arrival: "2026-01-07T00:00:00Z",
    answers: "References: <0@samples>",
    parent: 0,
    body: "x".repeat(3000) + "\r\n",
  },
  {
    subject: "RE: [team]  plan (fwd)",
    base: "plan",
    from: "berta@example.org",
    mailbox: "berta",
    to: "Anna <anna@example.org>",
    date: "Mon, 05 Jan 2026 20:00:00 +0000",
    arrival: "2026-01-06T00:00:00Z",
    answers: "References: <0@samples>\r\n <1@samples>",
    parent: 1,
    body: "y".repeat(500) + "\r\n",
  },
  {
    subject: "Fwd: Plan",
    base: "plan",
    from: "ADAM <K.ADAM@example.org>",
    mailbox: "k.adam",
    to: "Bea <bea@example.org>, anna@example.org",
    date: "Mon, 05 Jan 2026 18:00:00 -0800",
    arrival: "2026-01-05T12:00:00Z",
    answers: "In-Reply-To: <0@samples>",
    parent: 0,
    body: "z".repeat(700) + "\r\n",
  },
  {
    subject: "=?utf-8?q?Gr=C3=BC=C3=9Fe_aus_K=C3=B6ln?=",
    base: "grüße aus köln",
    from: "=?iso-8859-1?q?J=F6rg?= <joerg@example.org>",
    mailbox: "joerg",
    to: "carl@example.org",
    cc: "Yves <y@example.org>",
    date: "Sun, 04 Jan 2026 09:00:00 +0000",
    arrival: "2026-01-12T00:00:00Z",
    body: "schöne Grüße\r\n",
  },
  {
    subject: "Re: =?iso-8859-1?q?Gr=FC=DFe_aus_K=F6ln?=",
    base: "grüße aus köln",
    from: "ulf@example.org",
    mailbox: "ulf",
    date: "Tue, 06 Jan 2026 09:00:00 +0000",
    arrival: "2026-01-11T00:00:00Z",
    // Only its subject says what it replies to.
    parent: 4,
    body: "мир и труд\r\n",
  },
  {
    // After the others even on Cyrus, which does not decompose letters.
    subject: "=?utf-8?q?=C3=9Cberall?=",
    base: "überall",
    from: "Tina <tina@example.org>",
    mailbox: "tina",
    to: "erik@example.org",
    arrival: "2026-01-09T00:00:00Z",
    body: "☺ at last\r\n",
  },
  {
    subject: "Anfang",
    base: "anfang",
    from: "Sven <sven@example.org>",
    mailbox: "sven",
    cc: "x@example.org, a@example.org",
    date: "Wed, 07 Jan 2026 09:00:00 +0000",
    arrival: "2026-01-10T00:00:00Z",
    body: 'a" quote, {3}, (round), %c, *s, back\\slash\r\n',
  },
  {
    subject: "Suche",
    base: "suche",
    from: "Rita <rita@example.org>",
    mailbox: "rita",
    date: "Thu, 08 Jan 2026 09:00:00 +0000",
    arrival: "2026-01-04T00:00:00Z",
    answers: "References: <gone@samples>",
    parent: "gone",
    body: "eight\r\n",
  },
  {
    subject: "Re: Suche",
    base: "suche",
    from: "Quin <quin@example.org>",
    mailbox: "quin",
    date: "Fri, 09 Jan 2026 09:00:00 +0000",
    arrival: "2026-01-03T00:00:00Z",
    answers: "In-Reply-To: <gone@samples>",
    parent: "gone",
    body: "number nine\r\n",
  },
];

function written(sample: Sample, index: number): Uint8Array {
  const { subject, from, to, cc, date, answers, body } = sample;
  const fields = [
    `Message-ID: <${index}@samples>`,
    `From: ${from}`,
    to && `To: ${to}`,
    cc && `Cc: ${cc}`,
    `Subject: ${subject}`,
    date && `Date: ${date}`,
    answers,
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: 8bit",
  ];
  const head = fields.filter((it) => it !== undefined).join("\r\n");
  return new TextEncoder().encode(`${head}\r\n\r\n${body}`);
}

const sentAt = ({ date, arrival }: Sample) => Date.parse(date ?? arrival);
/** Without letter case and decomposed, as RFC 5051 compares texts. */
const collated = (text: string) => text.toUpperCase().normalize("NFKD");
const firstMailbox = (list = "") => /([^ <]+)@/.exec(list)?.[1] ?? "";

/** The sort keys of RFC 5256. */
const KEYS: Readonly<Record<string, (sample: Sample, index: number) => number | string>> = {
  ARRIVAL: ({ arrival }) => Date.parse(arrival),
  DATE: sentAt,
  SUBJECT: ({ base }) => collated(base),
  SIZE: (sample, index) => written(sample, index).length,
  FROM: ({ mailbox }) => collated(mailbox),
  TO: ({ to }) => collated(firstMailbox(to)),
  CC: ({ cc }) => collated(firstMailbox(cc)),
};

const ALL: readonly number[] = SAMPLES.map((_, index) => index);

/** The samples sorted by these keys; equal ones stay in order. */
function sorted(keys: readonly string[], of: readonly number[] = ALL): number[] {
  const orders = keys.map((key) => {
    const [, reverse, name] = /^(REVERSE )?(.+)$/.exec(key.toUpperCase())!;
    const value = (index: number) => KEYS[name](SAMPLES[index], index);
    return (a: number, b: number) => {
      const [one, two] = reverse ? [value(b), value(a)] : [value(a), value(b)];
      return one < two ? -1 : one > two ? 1 : 0;
    };
  });
  return [...of].sort((a, b) => orders.reduce((sum, order) => sum || order(a, b), 0) || a - b);
}

const byDate = (of: readonly number[]) => sorted(["DATE"], of);

/** A node of a thread; one without an index is the dummy that joins others. */
interface Node {
  readonly index: number | null;
  readonly children: readonly Node[];
}

function shown({ index, children }: Node): Thread {
  const head = index === null ? [] : [index];
  if (children.length === 1) return [...head, ...shown(children[0])];
  return [...head, ...children.map(shown)];
}

/** The threads of the algorithm REFERENCES, by the parents of the samples. */
function byReferences(of: readonly number[] = ALL): Thread[] {
  const childrenOf = (parent: number | string): Node[] => {
    return byDate(of.filter((it) => SAMPLES[it].parent === parent)).map(node);
  };
  const node = (index: number): Node => ({ index, children: childrenOf(index) });
  const roots = new Map<number, Node>();
  for (const index of of) {
    const { parent } = SAMPLES[index];
    if (parent === undefined || typeof parent === "number" && !of.includes(parent)) {
      roots.set(index, node(index));
    } else if (typeof parent === "string") {
      const children = childrenOf(parent);
      roots.set(children[0].index!, children.length > 1 ? { index: null, children } : children[0]);
    }
  }
  return byDate([...roots.keys()]).map((index) => shown(roots.get(index)!));
}

/** The threads of ORDEREDSUBJECT: every message replies to the first with its subject. */
function byOrderedSubject(of: readonly number[] = ALL): Thread[] {
  const bySubject = new Map<string, number[]>();
  for (const index of byDate(of)) {
    const subject = collated(SAMPLES[index].base);
    bySubject.set(subject, [...bySubject.get(subject) ?? [], index]);
  }
  return [...bySubject.values()].map(([index, ...others]) => {
    return shown({ index, children: others.map((it) => ({ index: it, children: [] })) });
  });
}

const latin1 = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** Criteria, and the samples that match them. */
const CRITERIA: readonly (readonly [SearchCriteria, readonly number[]])[] = [
  ["ALL", ALL],
  [["SUBJECT", "plan"], [0, 1, 2, 3]],
  [["SUBJECT", "Grüße"], [4, 5]],
  [["FROM", "Jörg"], [4]],
  ['SUBJECT "Grüße aus"', [4, 5]],
  ['OR SUBJECT "plan" BODY "☺"', [0, 1, 2, 3, 6]],
  [["NOT", ["OR", ["SUBJECT", "Grüße"], ["BODY", "☺"]]], [0, 1, 2, 3, 7, 8, 9]],
  [["NOT", ["SUBJECT", "plan", "TO", "anna"]], [0, 1, 4, 5, 6, 7, 8, 9]],
  [[["BODY", "мир"]], [5]],
  [[["SUBJECT", "Grüße"], ["BODY", "☺"]], []],
  [[[["SUBJECT", "Überall"]], "BODY", "☺"], [6]],
  [["OR", ["FROM", "rita", "SUBJECT", "such"], "SUBJECT", "Überall"], [6, 8]],
  [["SENTSINCE", "2026-01-07", "NOT", ["BODY", "☺"], "LARGER", 1], [7, 8, 9]],
  [["BODY", 'a" quote'], [7]],
  [["TEXT", "no such text"], []],
];

/** Searched for in a body, each is found only in the message that contains it. */
const PRESENT = ['a"', '"', "{3}", "(", ")", "(round)", "%c", "*s", "%", "*", "\\", "\\s"];
/** These are never found. */
const ABSENT = [
  "a\r\nx LOGOUT",
  "\r\nx LOGOUT\r\n",
  '"\r\nx LOGOUT\r\n',
  "a\nx LOGOUT",
  "a\rx LOGOUT",
  '" ALL "',
  '\\" ALL "',
  ") ALL (",
  ")",
  "((",
  "{3+}",
  "{3}\r\nabc",
  "~{3}",
  "%",
  "*",
  "a*c",
  "\\",
  "\\\\",
  "[x]",
  "NIL",
  "UNDELETED",
  "1:*",
  "😀",
  "q".repeat(5000),
].map((text) => text.length === 1 ? text.repeat(3) : text);

for (const { name: server, missing, start } of SERVERS) {
  const isReal = server !== "the in-memory server";

  describe(`sorting and threading on ${server}`, { skip: missing }, () => {
    let running: RunningServer;
    let client: ImapClient;
    const log = new KeptLog();
    let box = "";
    /** The difference between a sample's UID and its index from 0. */
    let offset = 0;

    before(async () => {
      running = await start();
      client = await running.open("ann", { timeout: TIMEOUT, logger: log });
      box = `${(await client.namespace()).personal![0].prefix}sorted`;
      await client.createFolder(box);
      // Makes UIDs differ from sequence numbers.
      for (let i = 0; i < 3; i++) await client.append(box, "Subject: to be removed\r\n\r\n");
      for (const [index, sample] of SAMPLES.entries()) {
        const date = new Date(sample.arrival);
        const { uid } = await client.append(box, written(sample, index), { date });
        offset = uid! - index;
      }
      await client.selectFolder(box);
      await client.deleteMessages("1:3");
      await client.expunge();
      assertEquals((await client.search()).length, SAMPLES.length);
    });
    after(() => running?.stop());

    beforeEach(() => {
      client.useUid = true;
      log.lines.length = 0;
    });

    /** The index of the sample with this id, whichever ids are in use. */
    const placeOf = (id: number) => id - (client.useUid ? offset : 1);
    const places = (ids: Iterable<number>) => Array.from(ids, placeOf);
    const threadPlaces = (thread: Thread): Thread => {
      return thread.map((it) => typeof it === "number" ? placeOf(it) : threadPlaces(it));
    };

    /** Runs a function with UIDs, and then with sequence numbers. */
    async function inBothModes(act: () => Promise<void>): Promise<void> {
      assert(offset > 1);
      for (const useUid of [true, false]) {
        client.useUid = useUid;
        await act();
      }
    }

    /** Checks that the session goes on and that the folder has not changed. */
    async function assertUnharmed(): Promise<void> {
      client.useUid = true;
      assertEquals(client.state, "selected");
      const { responses } = await client.noop();
      assertEquals(responses.filter(({ type }) => type === "EXPUNGE" || type === "BYE"), []);
      assertEquals(places(await client.search()), [...ALL]);
      assertEquals(client.closed, false);
    }

    /** Expects the call to throw and nothing to be sent. */
    async function assertNotSent(
      call: () => Promise<unknown>,
      Class: typeof ImapError,
    ): Promise<void> {
      const before = log.lines.length;
      await assertRejects(call, Class);
      assertEquals(log.lines.slice(before), []);
    }

    it("I1 A3 sorts by every key, both ways [ext SORT]", async () => {
      await inBothModes(async () => {
        for (const key of Object.keys(KEYS)) {
          for (const keys of [[key], [`REVERSE ${key}`]]) {
            assertEquals(places(await client.sort(keys)), sorted(keys), `${keys}`);
          }
        }
      });
    });

    it("I1 B9 A3 sorts by several keys, however they are given", async () => {
      await inBothModes(async () => {
        for (
          const keys of [
            ["SUBJECT", "DATE"],
            ["SUBJECT", "REVERSE DATE"],
            ["REVERSE SUBJECT", "REVERSE SIZE"],
            ["reverse from", "arrival"],
            ["FROM", "REVERSE ARRIVAL"],
            ["CC", "REVERSE TO", "SIZE"],
            ["REVERSE CC", "SUBJECT", "REVERSE FROM", "DATE"],
          ]
        ) {
          const expected = sorted(keys);
          assertEquals(places(await client.sort(keys)), expected, `${keys}`);
          assertEquals(places(await client.sort(new Set(keys))), expected, `${keys}`);
          assertEquals(places(await client.sort(keys.join(" "))), expected, `${keys}`);
          const bytes = keys.map((key) => new TextEncoder().encode(key));
          assertEquals(places(await client.sort(bytes)), expected, `${keys}`);
        }
      });
    });

    it("I1 I3 H2 H4 H8 Z2 Z3 sorts matches, with nested criteria and 8-bit text", async () => {
      await inBothModes(async () => {
        for (const [criteria, found] of CRITERIA) {
          const message = JSON.stringify(criteria);
          assertEquals(places(await client.search(criteria)), [...found], message);
          for (const key of ["SIZE", "REVERSE ARRIVAL"]) {
            const ids = await client.sort(key, criteria);
            assertEquals(places(ids), sorted([key], found), message);
          }
        }
      });
    });

    it("I1 I2 A3 ids in criteria are of the same kind as the results", async () => {
      for (const [useUid, first] of [[true, offset], [false, 1]] as const) {
        client.useUid = useUid;
        const wanted = `${first + 1}:${first + 3},${first + 7}`;
        for (const criteria of [useUid ? ["UID", wanted] : [wanted], [[wanted], "UNDELETED"]]) {
          if (useUid && criteria[0] !== "UID") continue;
          const found = [1, 2, 3, 7];
          assertEquals(places(await client.search(criteria)), found);
          assertEquals(places(await client.sort("DATE", criteria)), byDate(found));
          const threads = await client.thread("ORDEREDSUBJECT", criteria);
          assertEquals(threads.map(threadPlaces), byOrderedSubject(found));
        }
      }
    });

    if (isReal) {
      it("I1 sorts by the server's other keys [ext SORT=DISPLAY]", async () => {
        const names = SAMPLES.map(({ from }) => {
          return collated(from.includes("=?") ? "Jörg" : from.split(" <")[0]);
        });
        const expected = [...ALL].sort((a, b) => {
          return names[a] < names[b] ? -1 : names[a] > names[b] ? 1 : a - b;
        });
        assertEquals(places(await client.sort("DISPLAYFROM")), expected);
      });

      it("older and younger than so many seconds [ext WITHIN]", async () => {
        // The samples arrived at times in the past that are hours apart.
        const arrivals = SAMPLES.map(({ arrival }) => new Date(arrival).getTime());
        const middle = [...arrivals].sort((a, b) => a - b)[arrivals.length >> 1];
        const seconds = Math.round((Date.now() - middle) / 1000) + 60;
        const older = ALL.filter((index) => arrivals[index] < middle);
        assertEquals(places(await client.search({ older: seconds })), older);
        const younger = ALL.filter((index) => arrivals[index] >= middle);
        assertEquals(places(await client.search({ younger: seconds })), younger);
      });
    }

    it("I2 A3 threads by references, with branches [ext THREAD]", async () => {
      // First check that the expected value is right.
      const expected = byReferences();
      assertEquals(expected, [[4, 5], [0, [1, 2], [3]], [7], [[8], [9]], [6]]);
      await inBothModes(async () => {
        for (const name of ["REFERENCES", "references"]) {
          assertEquals((await client.thread(name)).map(threadPlaces), expected);
        }
        assertEquals((await client.thread()).map(threadPlaces), expected);
      });
    });

    it("I2 A3 threads by subject and date", async () => {
      const expected = byOrderedSubject();
      assertEquals(expected, [[4, 5], [0, [1], [2], [3]], [7], [8, 9], [6]]);
      await inBothModes(async () => {
        const threads = await client.thread("ORDEREDSUBJECT");
        assertEquals(threads.map(threadPlaces), expected);
      });
    });

    it("I2 I3 H8 Z2 Z3 threads matches", async () => {
      await inBothModes(async () => {
        for (const [criteria, found] of CRITERIA) {
          const message = JSON.stringify(criteria);
          const subjects = await client.thread("ORDEREDSUBJECT", criteria);
          assertEquals(subjects.map(threadPlaces), byOrderedSubject(found), message);
          const references = await client.thread("REFERENCES", criteria);
          assertEquals(references.map(threadPlaces), byReferences(found), message);
        }
      });
    });

    it("I1 I2 E3 an algorithm that is not offered is a CapabilityError, with nothing sent", async () => {
      await assertNotSent(() => client.thread("NO-SUCH"), CapabilityError);
      for (const name of ["X LOGOUT", "REFERENCES\r\nx LOGOUT", "", "REFERENCES UTF-8"]) {
        await assertNotSent(() => client.thread(name), InvalidArgumentError);
      }
      await assertUnharmed();
    });

    it("I1 I3 an invalid key throws", async () => {
      const error = await assertRejects(() => client.sort("BOGUS"), InvalidCriteriaError);
      assert(error.text !== null && error.command!.startsWith("UID SORT (BOGUS)"), error.command!);
      for (
        const keys of [[], "", [""], "DATE)", "(DATE", "DATE\r\nx LOGOUT", '"DATE"', "{4}", "A\0"]
      ) {
        await assertNotSent(() => client.sort(keys), InvalidArgumentError);
      }
      await assertUnharmed();
    });

    it("H9 I1 I2 I3 Q6 invalid criteria throw, and the client continues", async () => {
      for (
        const criteria of [
          ["NOSUCHKEY", "x"],
          "UNSEEN NOSUCHKEY",
          "SUBJECT",
          "(ALL",
          "ALL)",
        ]
      ) {
        for (
          const call of [
            () => client.search(criteria),
            () => client.sort("DATE", criteria),
            () => client.thread("REFERENCES", criteria),
          ]
        ) {
          const error = await assertRejects(call, InvalidCriteriaError);
          assert(error.text !== null && error.command !== null, error.message);
          assertStringIncludes(error.message, error.text);
          const text = typeof criteria === "string" ? criteria : criteria[0];
          assertStringIncludes(error.message, JSON.stringify(text));
          assertStringIncludes(error.message, "https://");
        }
      }
      await assertUnharmed();
    });

    it("H5 I3 Q6 criteria that make no sense to the library are not sent", async () => {
      for (
        const criteria of [
          "",
          [],
          [[]],
          ["LARGER", "x"],
          ["SINCE", "tomorrow"],
          ["SUBJECT"],
          ["NOT"],
          ["KEYWORD", "a b"],
          ["KEYWORD", "a\r\nx LOGOUT"],
          ["a\r\nx LOGOUT"],
          "ALL\r\nx LOGOUT",
          'SUBJECT "a\r\nx LOGOUT"',
          'SUBJECT "x',
          new TextEncoder().encode("ALL\r\nx LOGOUT"),
          "ALL\0",
          ["SUBJECT", "a\0b"],
          ["SUBJECT", "\0ü"],
          ["SUBJECT", new Uint8Array([65, 0])],
          [["BODY", "a\0"]],
          ["HEADER", "a\0", "x"],
          ["SUBJECT", "\ud800"],
          ["BEFORE", "1-Jan-2026\r\nx LOGOUT"],
          ["UID", "1\r\nx LOGOUT"],
        ] satisfies SearchCriteria[]
      ) {
        await assertNotSent(() => client.search(criteria), InvalidCriteriaError);
        await assertNotSent(() => client.sort("DATE", criteria), InvalidCriteriaError);
        await assertNotSent(() => client.thread("REFERENCES", criteria), InvalidCriteriaError);
      }
      await assertUnharmed();
    });

    it("Z1 H6 hostile text finds what it says, and nothing else", async () => {
      for (const text of PRESENT) {
        for (const criteria of [["BODY", text], [["BODY", text]], ["TEXT", "one", "BODY", text]]) {
          const found = criteria.length === 4 ? [] : [7];
          assertEquals(places(await client.search(criteria)), found, text);
        }
        assertEquals(places(await client.sort("DATE", ["BODY", text])), [7], text);
        const threads = await client.thread("REFERENCES", ["BODY", text]);
        assertEquals(threads.map(threadPlaces), [[7]], text);
      }
      await assertUnharmed();
    });

    it("Z1 hostile text finds nothing and harms nothing", async () => {
      for (const text of ABSENT) {
        const message = JSON.stringify(text.slice(0, 50));
        for (const key of ["SUBJECT", "FROM", "TO", "CC", "BCC", "BODY", "TEXT"]) {
          assertEquals([...await client.search([key, text])], [], `${key} ${message}`);
          assertEquals(places(await client.search(["NOT", [key, text]])), [...ALL], message);
        }
        assertEquals([...await client.search(["HEADER", "Subject", text])], [], message);
        assertEquals([...await client.search(["HEADER", text, "x"])], [], message);
        assertEquals(await client.sort("DATE", ["SUBJECT", text]), [], message);
        assertEquals(await client.thread("REFERENCES", ["SUBJECT", text]), [], message);
        const bytes = new TextEncoder().encode(text);
        assertEquals([...await client.search(["SUBJECT", bytes], { charset: "UTF-8" })], []);
      }
      await assertUnharmed();
    });

    it("Z1 H7 a hostile charset harms nothing", async () => {
      // Dovecot may mistake one charset for another that it knows.
      const harmless = async (found: Promise<readonly unknown[]>) => {
        try {
          assertEquals([...await found], []);
        } catch (error) {
          // SORT and THREAD accept no charset that is neither an atom nor quoted.
          const isKnown = error instanceof InvalidCriteriaError ||
            error instanceof InvalidArgumentError;
          if (!isKnown) throw error;
        }
      };
      for (const charset of ["UTF-8\r\nx LOGOUT", "UTF-8 ALL", "(", '"', "{4}"]) {
        const criteria = ["SUBJECT", "no such text"];
        await harmless(client.search(criteria, { charset }));
        await harmless(client.sort("DATE", criteria, { charset }));
        await harmless(client.thread("REFERENCES", criteria, { charset }));
      }
      await assertNotSent(() => client.search("ALL", { charset: "\0" }), InvalidArgumentError);
      await assertUnharmed();
    });

    it("H7 I3 UTF-8 and US-ASCII are known everywhere", async () => {
      for (const charset of ["UTF-8", "utf-8"]) {
        const criteria = ["SUBJECT", "Grüße"];
        assertEquals(places(await client.search(criteria, { charset })), [4, 5]);
        assertEquals(
          places(await client.sort("SIZE", criteria, { charset })),
          sorted(["SIZE"], [4, 5]),
        );
      }
      const ascii = { charset: "US-ASCII" };
      assertEquals(places(await client.search(["SUBJECT", "Plan"], ascii)), [0, 1, 2, 3]);
      assertEquals(places(await client.sort("DATE", ["SUBJECT", "Anfang"], ascii)), [7]);
      await assertNotSent(() => client.search(["SUBJECT", "ü"], ascii), InvalidCriteriaError);
      await assertNotSent(() => client.sort("DATE", ["BODY", "ü"], ascii), InvalidCriteriaError);
    });

    if (isReal) {
      it("H7 H8 I3 text in other charsets is found [ext CHARSET]", async () => {
        for (
          const [charset, text, found] of [
            ["ISO-8859-1", "Grüße", [4, 5]],
            ["iso-8859-15", "Grüße", [4, 5]],
            ["windows-1252", "Überall", [6]],
            ["KOI8-R", "мир и", [5]],
            ["windows-1251", "труд", [5]],
            ["UTF-7", "Grüße", [4, 5]],
          ] as const
        ) {
          const key = text.startsWith("Gr") || text.startsWith("Ü") ? "SUBJECT" : "BODY";
          for (const criteria of [[key, text], [[key, text]], `${key} "${text}"`]) {
            const message = `${charset} ${criteria}`;
            assertEquals(places(await client.search(criteria, { charset })), [...found], message);
            const ids = await client.sort("REVERSE DATE", criteria, { charset });
            assertEquals(places(ids), sorted(["REVERSE DATE"], found), message);
            const threads = await client.thread("REFERENCES", criteria, { charset });
            assertEquals(threads.map(threadPlaces), byReferences(found), message);
          }
        }
        const bytes = ["SUBJECT", latin1("Gr\xfc\xdfe")];
        assertEquals(places(await client.search(bytes, { charset: "ISO-8859-1" })), [4, 5]);
        assertEquals(places(await client.sort("DATE", bytes, { charset: "ISO-8859-1" })), [4, 5]);
      });

      it("H7 I3 text that can't be encoded in the charset is not sent", async () => {
        for (
          const [charset, text] of [
            ["ISO-8859-1", "мир"],
            ["KOI8-R", "Grüße"],
            ["X-NO-SUCH", "ü"],
            ["UTF-16", "ü"],
          ]
        ) {
          const criteria = ["SUBJECT", text];
          const options = { charset };
          await assertNotSent(() => client.search(criteria, options), InvalidCriteriaError);
          await assertNotSent(() => client.sort("DATE", criteria, options), InvalidCriteriaError);
        }
      });

      it("H10 H11 O7 a search by MODSEQ returns the highest one found", async () => {
        await client.closeFolder();
        await client.enable("CONDSTORE");
        await client.selectFolder(box);
        const modseqs = async (ids: readonly number[]) => {
          const messages = await client.fetch(ids, ["MODSEQ"]);
          return [...messages.values()].map(({ MODSEQ }) => MODSEQ as bigint);
        };
        const highest = (values: bigint[]) => values.reduce((a, b) => a > b ? a : b);
        const plain = await client.search();
        assertEquals([places(plain), plain.modseq], [[...ALL], null]);

        for (const criteria of [["MODSEQ", 1], "MODSEQ 1", ["MODSEQ", "1"]]) {
          const all = await client.search(criteria);
          assertEquals(places(all), [...ALL]);
          assertEquals(all.modseq, highest(await modseqs(all)));
        }
        const before = (await client.search(["MODSEQ", 1])).modseq!;
        await client.addFlags(offset + 3, "\\Flagged");
        await client.addFlags(offset + 6, "\\Answered");
        const changed = await client.search(["MODSEQ", before + 1n]);
        assertEquals(places(changed), [3, 6]);
        assert(changed.modseq! > before);
        assertEquals(changed.modseq, highest(await modseqs(changed)));
        const one = await client.search(["FLAGGED", "MODSEQ", before + 1n]);
        assertEquals(places(one), [3]);
        const criteria = ["MODSEQ", before + 1n];
        assertEquals(places(await client.sort("SIZE", criteria)), sorted(["SIZE"], [3, 6]));
        // Cyrus adds a list with the MODSEQ to the threads.
        const threads = await client.thread("ORDEREDSUBJECT", criteria);
        assertEquals(threads.map(threadPlaces), byOrderedSubject([3, 6]));
        assertEquals([...await client.search(["MODSEQ", changed.modseq! + 1n])], []);
        await client.removeFlags(offset + 3, "\\Flagged");
      });
    } else {
      it("H7 H9 a charset that is not known is an InvalidCriteriaError that says which are", async () => {
        for (
          const call of [
            () => client.search(["SUBJECT", "Grüße"], { charset: "ISO-8859-1" }),
            () => client.sort("DATE", ["SUBJECT", "Grüße"], { charset: "ISO-8859-1" }),
            () => client.thread("REFERENCES", ["SUBJECT", "мир"], { charset: "KOI8-R" }),
          ]
        ) {
          const error = await assertRejects(call, InvalidCriteriaError, "US-ASCII, UTF-8");
          assertEquals(error.code, "BADCHARSET");
          assertEquals(error.responseCode!.charsets, ["US-ASCII", "UTF-8"]);
        }
        await assertUnharmed();
      });
    }

    it("H7 H9 Q6 an unknown charset → InvalidCriteriaError", async () => {
      const options = { charset: "X-NO-SUCH" };
      for (const criteria of [["SUBJECT", "x"], ["SUBJECT", latin1("\xff\xfe")]]) {
        for (
          const call of [
            () => client.search(criteria, options),
            () => client.sort("DATE", criteria, options),
            () => client.thread("REFERENCES", criteria, options),
          ]
        ) {
          const error = await assertRejects(call, InvalidCriteriaError);
          // Cyrus returns no code.
          assertEquals(error.code, server === "Cyrus" ? null : "BADCHARSET");
          assert(error.text !== null);
        }
      }
      await assertUnharmed();
    });

    it("I1 I2 many at once have the right results", async () => {
      const keys = Object.keys(KEYS);
      const [sorts, threads, subjects, ids] = await Promise.all([
        Promise.all(keys.map((key) => client.sort(key))),
        client.thread(),
        client.thread("ORDEREDSUBJECT"),
        client.search(["SUBJECT", "Grüße"]),
      ]);
      assertEquals(sorts.map(places), keys.map((key) => sorted([key])));
      assertEquals(threads.map(threadPlaces), byReferences());
      assertEquals(subjects.map(threadPlaces), byOrderedSubject());
      assertEquals(places(ids), [4, 5]);
    });
  });
}
