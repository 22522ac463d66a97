import { describe, it } from "node:test";
import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { Address, ImapClient, NumberSet, ZonedDate } from "@imapclient/imapclient";
import { fillSampleMailbox, MemoryServer } from "@imapclient/imapclient/testing";
import { NO_LIMITS, show, TERMINAL_LIMITS } from "../../../src/cli/show.ts";
import { selectFake } from "../../support/fake_server.ts";

const shown = (value: unknown) => show(value, TERMINAL_LIMITS);

describe("show", () => {
  it("records as a table, with what a cell can hold", () => {
    const date = new ZonedDate(Date.UTC(2026, 10, 22, 9, 3), 60, "");
    const from = new Address({ name: "Ann", route: null, mailbox: "ann", host: "x.org" });
    const rows = [
      { a: 1, b: ["\\Seen", "x"], c: null, date, from: [from, from], set: NumberSet.from("1:3") },
      { a: 22n, b: [], c: true, date: new Date(NaN), from: null, set: new Uint8Array([97]) },
    ];
    assertEquals(show(rows, NO_LIMITS).split("\n"), [
      "a   b        c     date                    from                              set",
      "--  -------  ----  ----------------------  --------------------------------  ---",
      "1   \\Seen x        2026-11-22 10:03 +0100  Ann <ann@x.org>, Ann <ann@x.org>  1:3",
      "22           true                                                            a",
    ]);
  });

  it("a value that is not a table, as the runtime shows it", () => {
    assertMatch(shown([{ a: { b: { c: 1 } } }]), /^\[\s*\{ a: \{ b: \{ c: 1 \} \} \}\s*\]$/);
    assertEquals(shown([]), "[]");
    assertEquals(shown(new Map()), "Map(0) {}");
    assertEquals(shown("a'b"), `"a'b"`);
    assertEquals(shown(null), "null");
  });

  it("a map by id, one value each, without headings", () => {
    assertEquals(shown(new Map([[9, ["\\Seen"]], [10, []]])), "9   \\Seen\n10");
  });

  it("fields one below the other", () => {
    assertEquals(shown({ EXISTS: 3, FLAGS: ["a", "b"] }), "EXISTS  3\nFLAGS   a b");
    assertEquals(shown({ a: { b: 1 }, c: 2 }), "a  b  1\nc  2");
    assertEquals(shown({ a: { b: 1, d: 2 }, c: 2 }), "a\n  b  1\n  d  2\nc  2");
  });

  it("bytes as text, up to a limit; others as numbers", () => {
    const bytes = new TextEncoder().encode("a\r\nb\tü".repeat(3));
    assertEquals(
      shown(bytes),
      "21 bytes:\na\nb\tüa\nb\tüa\nb\tü",
    );
    const long = new TextEncoder().encode("ü".repeat(5000));
    const text = show(long, { ...TERMINAL_LIMITS, characters: 101 });
    assertEquals(text, `10,000 bytes:\n${"ü".repeat(50)}\n… 9,899 bytes more`);
    assertMatch(shown(new Uint8Array([255, 0, 1])), /^3 bytes:\nUint8Array.*255, +0, +1/s);
  });

  it("a long table is cut, but not for a pipe", () => {
    const rows = Array.from({ length: 300 }, (_, i) => ({ i }));
    assertMatch(shown(rows), /\n199\n… 100 more$/);
    assertEquals(show(rows, NO_LIMITS).split("\n").length, 302);
    const map = new Map(rows.map(({ i }) => [i, [`${i}`]]));
    assertMatch(shown(map), /\n… 100 more$/);
  });

  it("nothing that a terminal would obey", () => {
    const evil = "\x1b[2J\x9b\u202e\ud800\x07";
    for (const value of [evil, [{ evil }], { evil }, new Map([[1, [evil]]]), new Error(evil)]) {
      // deno-lint-ignore no-control-regex
      assertFalse(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]|\p{Cs}/u.test(shown(value)), shown(value));
    }
    assertFalse(shown(new TextEncoder().encode("\x1b[2J")).includes("\x1b"));
  });

  it("a fetched item that can't be read is reported, and the others are shown", async () => {
    const { client, server } = await selectFake();
    const fetching = client.fetch(1, ["FLAGS", "ENVELOPE"]);
    const tag = await server.expect("UID FETCH 1 (FLAGS ENVELOPE)");
    await server.send("* 1 FETCH (UID 1 FLAGS (\\Seen) ENVELOPE 5)", `${tag} OK`);
    const text = shown(await fetching);
    assertMatch(text, /^1\n {2}SEQ +1\n {2}FLAGS +\\Seen\n {2}ENVELOPE {2}can't be read: .+$/);
    client.shutdown();
  });

  it("real results: messages as a table, a structure and a body as blocks", async () => {
    const server = new MemoryServer();
    fillSampleMailbox(server.addUser("ann", "x"));
    const client = await ImapClient.connect({ transport: server.transport });
    await client.login("ann", "x");
    await client.selectFolder("INBOX");
    assertMatch(
      shown(await client.fetch("1:2", ["FLAGS", "ENVELOPE", "RFC822.SIZE"])),
      /^id +SEQ +FLAGS +date +from +subject +RFC822\.SIZE\n/,
    );
    assertMatch(
      shown(await client.fetch(1, "BODY.PEEK[]")),
      /\n {2}BODY\[\]\n {4}\d+ bytes:\n {4}Date/,
    );
    assertMatch(shown(await client.fetch(1, "BODYSTRUCTURE")), /\n {4}subtype +plain\n/);
    const { ENVELOPE } = (await client.fetch(1, ["ENVELOPE"])).get(1)!;
    assertMatch(shown(ENVELOPE), /^date +2026-04-06 08:02 \+0000\nsubject +Réservation/);
    assert(shown(client).startsWith("ImapClient <"));
    await client.logout();
  });
});
