import { after, describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ImapClient, ImapError } from "@imapclient/imapclient";
import { encodeUtf7 } from "../../src/wire/utf7.ts";
import { LOGINS, type Place, PLACES } from "./places.ts";
import { binary, type Heard, type Setting, StrictServer, utf8 } from "./strict_server.ts";

const EXTENSIONS = "IMAP4rev1 ENABLE UNSELECT MOVE UIDPLUS MULTIAPPEND SORT THREAD=REFERENCES " +
  "QUOTA ACL NAMESPACE ID XLIST X-GM-EXT-1 SASL-IR AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER " +
  "AUTH=X-CALLBACK CONDSTORE UTF8=ACCEPT";

const SETTINGS: readonly Setting[] = [
  { name: "literals that wait", capabilities: EXTENSIONS },
  { name: "LITERAL+", capabilities: `${EXTENSIONS} LITERAL+` },
  { name: "LITERAL-", capabilities: `${EXTENSIONS} LITERAL-` },
  { name: "UTF8=ACCEPT", capabilities: `${EXTENSIONS} LITERAL+`, utf8: true },
  { name: "folderEncode off", capabilities: EXTENSIONS, folderEncode: false },
];

/** What has made trouble somewhere. */
const NASTY: readonly string[] = [
  ..."\r|\n|\r\n|a\r\nA1 LOGOUT|a\nA1 LOGOUT\n|\0|a\0b".split("|"),
  ...['"', "\\", '\\"', 'a"b', '"a"', "a\\", '" FLAGS \\Deleted'],
  ...["{5}", "{5+}", "x {3}", "x {3}\r\nabc", "a{10000}", "~{5}", "{", "}"],
  ...["(", ")", "()", ") (", "a)", "(a", "[", "]", "[a]", "*", "%", "a*b%c", "*)"],
  ...["ü", "日本語", "😀", "\ud800", "\udc00x", "a\u2028b", "\u00a0", "\x7f", "\x80", "\ufeff"],
  ...["", " ", "  ", " a", "a ", "a b", "\t", "NIL", "nil", "INBOX", "inbox", "&", "&-", "&AOQ-"],
  ...["+", "-", "~", "1", "0", "1:*", "1,2", "*:1", "-1", "1e3", "999999999999", "ALL", "\\Seen"],
  ...["BODY[HEADER.FIELDS (A)]", "BODY[]<0.1>", "BODY[\r\n]", "BODY[HEADER.FIELDS (A\r\nB)]"],
  ...["x".repeat(5000), "ü".repeat(3000), `${"x".repeat(70_000)}\r\n`, "__proto__", "constructor"],
];

const nastyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'\r\n\0"\\{}()[]*% +-~&:,.<>=aA0ü日\t\x7f\x80'),
    fc.constantFrom("{3}", "\r\n", "\ud800", "😀", "NIL"),
  ),
  maxLength: 12,
});

const counts = { methods: 0, places: 0, values: 0, sent: 0, refused: 0 };

async function perform(place: Place, client: ImapClient, value: string): Promise<unknown> {
  const result = place.call(client, value);
  if (!(Symbol.asyncIterator in result)) return await result;
  for await (const _ of result);
  return null;
}

/** A client for one place, opened anew where a value closed it. */
class Bench {
  #open: Awaited<ReturnType<typeof StrictServer.open>> | null = null;

  readonly setting: Setting;
  readonly logsIn: boolean;

  constructor(setting: Setting, logsIn: boolean) {
    this.setting = setting;
    this.logsIn = logsIn;
  }

  async get(): Promise<Awaited<ReturnType<typeof StrictServer.open>>> {
    if (this.#open === null || this.logsIn || this.#open.client.closed) {
      this.#open?.client.shutdown();
      this.#open = await StrictServer.open(this.setting, this.logsIn);
    }
    this.#open.server.heard = [];
    return this.#open;
  }

  close(): void {
    this.#open?.client.shutdown();
  }
}

const shape = ({ tokens }: Heard) => tokens.map(({ kind, value }) => `${kind} ${value}`);

/** Tries a value in a place; `reference` is what a plain one gives there. */
async function check(
  bench: Bench,
  place: Place,
  value: string,
  reference: readonly Heard[],
): Promise<void> {
  counts.values++;
  const { client, server } = await bench.get();
  const error = await perform(place, client, value).then(() => null, (it: unknown) => it);
  const shown = `${JSON.stringify(value.slice(0, 60))} (${error})`;
  assertEquals(server.violation, null, shown);
  if (server.heard.length === 0) {
    counts.refused++;
    // Nothing may be sent of an empty set, and of what is known already.
    const isNothing = error === null && (place.way === "kept" || place.way === "raw");
    assert(isNothing || error instanceof ImapError, `${shown}: nothing was sent`);
    return;
  }
  counts.sent++;
  assertEquals(server.heard.length, reference.length, `${shown}: commands`);
  server.heard.forEach((heard, i) =>
    compare(place, value, heard, reference[i], bench.setting, shown)
  );
}

/** The command must be the one that a plain value gives, with this one in its place. */
function compare(
  place: Place,
  value: string,
  heard: Heard,
  reference: Heard,
  setting: Setting,
  shown: string,
): void {
  if (value !== place.special) assertEquals(heard.tokens[0], reference.tokens[0], shown);
  if (place.way === "raw" || value === place.special) return;
  // Only who writes in IMAP's own notation answers for it himself.
  assertEquals(heard.odd, false, shown);
  const [got, wanted] = [shape(heard), shape(reference)];
  if (place.way === "kept") return assertEquals(got, wanted, shown);
  const plain = place.plain ?? "plain";
  const at = reference.tokens.findIndex((token) => holds(place, token.value, plain, setting));
  // A charset that is not said, say.
  if (at < 0) return;
  const extra = heard.tokens.length - reference.tokens.length;
  const found = heard.tokens.findIndex((token) => holds(place, token.value, value, setting));
  assert(found >= 0, `${shown}: the server got ${got.join(" | ").slice(0, 200)}`);
  if (extra === 0) {
    got.splice(at, 1);
    wanted.splice(at, 1);
    assert(holds(place, heard.tokens[at].value, value, setting), `${shown}: in another place`);
    assertEquals(got, wanted, shown);
  } else {
    // CHARSET UTF-8 comes in front of what is not ASCII; no rights at all are another command.
    const from = got[0] === "bare UID" ? 2 : 1;
    assertEquals(got.slice(from, from + extra), ["bare CHARSET", "bare UTF-8"], shown);
  }
}

/** Whether a token is this value, as it is written in this place. */
function holds(place: Place, token: string, value: string, setting: Setting): boolean {
  switch (place.way) {
    case "mailbox":
      return token ===
        (setting.utf8 || setting.folderEncode === false ? utf8(value) : encodeUtf7(value));
    case "label":
      return token === encodeUtf7(value);
    case "word":
      return token.toUpperCase() === utf8(value).toUpperCase();
    case "message":
      return token === utf8(value.replace(/\r\n|\r|\n/g, "\r\n"));
    case "sasl":
      return decoded(token).includes(utf8(value));
    default:
      return token === utf8(value);
  }
}

function decoded(token: string): string {
  if (token === "=") return "";
  try {
    return atob(token);
  } catch {
    return "";
  }
}

async function referenceOf(bench: Bench, place: Place): Promise<readonly Heard[]> {
  const { client, server } = await bench.get();
  await perform(place, client, place.plain ?? "plain").catch((error) => {
    assert(place.way === "kept", `the plain value is refused: ${error}`);
  });
  assertEquals(server.violation, null);
  return server.heard.slice();
}

function describeCalls(calls: Readonly<Record<string, readonly Place[]>>, logsIn: boolean): void {
  for (const [name, places] of Object.entries(calls)) {
    counts.methods++;
    places.forEach((place, i) => {
      counts.places++;
      it(`${name}, place ${i + 1} (${place.way}): one command with exactly that value, or none`, async () => {
        for (const setting of logsIn ? SETTINGS.slice(0, 3) : SETTINGS) {
          const bench = new Bench(setting, logsIn);
          const reference = await referenceOf(bench, place);
          for (const value of NASTY) await check(bench, place, value, reference);
          bench.close();
        }
        const bench = new Bench(SETTINGS[0], logsIn);
        const reference = await referenceOf(bench, place);
        const property = fc.asyncProperty(
          nastyText,
          (value) => check(bench, place, value, reference),
        );
        await fc.assert(property, { seed: 11, numRuns: 60 });
        bench.close();
      });
    });
  }
}

/** The names of all calls, as they are at run time. */
function methodNames(): string[] {
  const names = new Set<string>();
  for (
    let holder = ImapClient.prototype as object;
    holder !== Object.prototype;
    holder = Object.getPrototypeOf(holder)
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(holder))) {
      if (typeof value === "function") names.add(name);
    }
  }
  return [...names];
}

/** They are for the client's own classes. */
const INTERNAL = ["constructor", "nameDecoder", "idSets", "fetchRequests", "fetchAll"];

describe("injection", () => {
  after(() => {
    const { methods, places, values, sent, refused } = counts;
    console.log(
      `injection: ${methods} methods, ${places} places, ${values} values: ` +
        `${sent} sent, ${refused} refused`,
    );
  });

  it("Z1 no call is forgotten", () => {
    const known = [...Object.keys(PLACES), ...Object.keys(LOGINS), ...INTERNAL].sort();
    assertEquals(methodNames().sort(), known);
  });

  describeCalls(PLACES, false);
  describeCalls(LOGINS, true);
});

describe("injection, of what is no string", () => {
  const WRONG: readonly unknown[] = [
    ...[null, undefined, true, 0, 5, -1, 1.5, NaN, Infinity, 5n, Symbol("x"), {}, [], [[]]],
    ...[
      () => 1,
      new Date(NaN),
      new Map(),
      { toString: () => "x\r\nA1 LOGOUT" },
      Object.create(null),
    ],
    ...[{ length: 1e9 }, new Uint8Array([13, 10]), new Uint8Array([0]), new Uint16Array([1])],
    ...[["a\r\nb"], [null], [{}], new Proxy({}, {})],
  ];

  for (const [calls, logsIn] of [[PLACES, false], [LOGINS, true]] as const) {
    for (const [name, places] of Object.entries(calls)) {
      if (places.length === 0) continue;
      it(`${name}: an error of the library's, or one command that makes sense`, async () => {
        for (const place of places) {
          const bench = new Bench(SETTINGS[1], logsIn);
          const reference = await referenceOf(bench, place);
          for (const value of WRONG) {
            if (place.isName || (place.optional && (value ?? null) === null)) continue;
            counts.values++;
            const { client, server } = await bench.get();
            const error = await tried(place, client, value);
            const shown = `${typeof value} ${inspectSafely(value)}: ${error}`;
            assertEquals(server.violation, null, shown);
            if (server.heard.length === 0) {
              assert(error === null || error instanceof ImapError, shown);
              continue;
            }
            server.heard.forEach((heard, i) => {
              if (reference[i] !== undefined) {
                assertEquals(heard.tokens[0].value, reference[i].tokens[0].value, shown);
              }
              const all = shape(heard).join(" ");
              assert(
                !/\[object|undefined|NaN|function|Symbol|=>|LOGOUT/.test(all),
                `${shown}: ${all}`,
              );
            });
          }
          bench.close();
        }
      });
    }
  }

  async function tried(place: Place, client: ImapClient, value: unknown): Promise<unknown> {
    try {
      await perform(place, client, value as string);
      return null;
    } catch (error) {
      return error;
    }
  }

  function inspectSafely(value: unknown): string {
    try {
      return value instanceof Uint8Array ? binary(value) : String(value);
    } catch {
      return "a value that can't be shown";
    }
  }
});
