import type { LiteralSink } from "../../../src/model/values.ts";
import { describe, it } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ProtocolError } from "../../../src/model/errors.ts";
import { DEFAULT_LIMITS } from "../../../src/wire/limits.ts";
import { concat } from "../../../src/util/bytes.ts";
import { type Frame, Reader } from "../../../src/wire/reader.ts";
import { readResponse } from "../../../src/wire/response.ts";
import { bytes, cut, plain, readAll, shown, text } from "../../support/wire.ts";

const LONG = "0123456789abcde\n".repeat(257); // 4112 bytes: kept apart from its line
const HEADER = "Subject: a {5}\r\n\r\n";

/** What a server may send in a session, with every kind of literal. */
const SESSION = bytes([
  "* OK [CAPABILITY IMAP4rev1 LITERAL+] ready {5}\r\n",
  "A1 OK no such folder {12}\r\n",
  "+ go on {3}\r\n",
  '* LIST (\\HasNoChildren) "/" {3}\r\n{5}\r\n',
  '* LIST () "/" {0}\r\n\r\n',
  '* LIST () "/" "a\xff"\r\n',
  `* 1 FETCH (UID 7 BODY[HEADER] {${HEADER.length}}\r\n${HEADER} BODY[] {4112}\r\n${LONG} FLAGS ())\r\n`,
  `* 2 FETCH (BODY[1] {4112+}\r\n${LONG} BODY[2] ~{4112}\r\n${LONG} BODY[3] {2}\r\n)) UID 9)\r\n`,
  "* SEARCH 1 2 3\n",
  "* X-NEW {4}\r\n{4}\n {1}\r\n}\r\n",
  "A2 OK\r\n",
].join(""));

/** The responses in the chunks, an unknown one with its raw bytes. */
function results(chunks: Uint8Array[]): unknown[] {
  return readAll(chunks).map((response) => {
    const unknown = response.kind === "untagged" && response.type === "UNKNOWN";
    return plain(unknown ? { name: response.name, raw: response.raw } : response, (it) => it);
  });
}

const WHOLE = results([SESSION]);

describe("Reader, however the chunks are cut", () => {
  it("P6 reads the whole session at once", () => {
    const responses = readAll([SESSION]);
    assertEquals(responses.map((it) => it.kind === "untagged" ? it.type : it.kind), [
      ...["OK", "tagged", "continuation", "LIST", "LIST", "LIST", "FETCH", "FETCH", "SEARCH"],
      ...["UNKNOWN", "tagged"],
    ]);
    assertEquals(plain(responses[3]), {
      kind: "untagged",
      type: "LIST",
      flags: ["\\HasNoChildren"],
      delimiter: "/",
      name: shown("{5}"),
      extended: {},
    });
    assertEquals(plain(responses[7]), {
      kind: "untagged",
      type: "FETCH",
      number: 2,
      uid: 9,
      items: { SEQ: 2, "BODY[1]": shown(LONG), "BODY[2]": shown(LONG), "BODY[3]": shown("))") },
      bad: null,
    });
  });

  it("the same responses for a cut at every byte", () => {
    for (let place = 1; place < SESSION.length; place++) {
      assertEquals(results(cut(SESSION, [place])), WHOLE, `cut at ${place}`);
    }
  });

  it("the same responses for chunks of every small size", () => {
    for (const size of [1, 2, 3, 5, 7, 64, 4095, 4096, 4097, 4113]) {
      const places = Array.from({ length: Math.floor(SESSION.length / size) }, (_, i) => i * size);
      assertEquals(results(cut(SESSION, places)), WHOLE, `chunks of ${size}`);
    }
  });

  it("the same responses for any cuts and empty chunks", () => {
    const places = fc.array(fc.nat({ max: SESSION.length }), { maxLength: 12 })
      .map((all) => all.sort((a, b) => a - b));
    fc.assert(fc.property(places, (all) => assertEquals(results(cut(SESSION, all)), WHOLE)));
  });

  it("the same for any responses and any cuts", () => {
    const printable = fc.string({ unit: fc.constantFrom(..."ab{}1 5+~\\[]"), maxLength: 12 });
    const literal = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 5000 }))
      .map((data) => `{${data.length}}\r\n${text(data)}`);
    const part = fc.oneof(printable.map((it) => `"${it.replace(/\\/g, "\\\\")}"`), literal);
    const response = fc.array(part, { maxLength: 5 }).map((all) => `* X a${all.join(" ")}.\r\n`);
    const lines = fc.oneof(response, printable.map((it) => `* NO a${it}{5}\r\n`));
    const cuts = fc.array(fc.nat({ max: 30_000 }), { maxLength: 8 });
    fc.assert(fc.property(fc.array(lines, { maxLength: 6 }), cuts, (all, places) => {
      const data = bytes(all.join(""));
      const sorted = places.filter((it) => it < data.length).sort((a, b) => a - b);
      const raw = readAll(cut(data, sorted)).map((it) =>
        it.kind === "untagged" && it.type === "UNKNOWN"
          ? `* X ${text(it.raw)}\r\n`
          : it.kind === "untagged" && it.type === "NO"
          ? `* NO ${it.text}\r\n`
          : ""
      );
      assertEquals(raw, all);
    }));
  });
});

describe("Reader, what announces a literal", () => {
  const frames = (wire: string) => {
    const lines: string[] = [];
    const reader = new Reader({
      frame: ({ bytes, start, end }) => lines.push(text(bytes.subarray(start, end))),
    });
    reader.push(bytes(wire));
    return { lines, midway: reader.midway };
  };

  const FREE = [
    "* OK {5}",
    "* NO no such folder x{5}",
    "* BAD {5}",
    "* BYE see you {5}",
    "* PREAUTH {5}",
    "*  ok   hello {5+}",
    "A1 OK done {5}",
    "A1 NO [TRYCREATE] no {5}",
    "A1 BAD what is {5}",
    "+ {5}",
    "+{5}",
  ];
  for (const line of FREE) {
    it(`status text is no literal: ${line}`, () => {
      assertEquals(frames(`${line}\r\n* 1 EXISTS\r\n`).lines, [line, "* 1 EXISTS"]);
    });
  }

  for (const line of ["* LIST () / a{b}", "* X {}", "* X {a}", "* X {+}", "* X {5} ", "{5}x"]) {
    it(`braces are no literal: ${line}`, () => {
      assertEquals(frames(`${line}\r\n* 1 EXISTS\r\n`).lines, [line, "* 1 EXISTS"]);
    });
  }

  for (const head of ["* X {3}", "* X ~{3}", "* X {3+}", "* 1 FETCH (BODY[] {3}", "* OKAY {3}"]) {
    it(`P6 a literal: ${head}`, () => {
      assertEquals(frames(`${head}\r\na\nb)\r\n`).lines, [`${head}\r\na\nb)`]);
    });
  }

  it("P6 a literal of any content may end its response", () => {
    const { lines, midway } = frames("* X {4}\r\n{99}\r\n* 1 EXISTS\r\n");
    assertEquals(lines, ["* X {4}\r\n{99}", "* 1 EXISTS"]);
    assertEquals(midway, false);
  });

  it("P7 a bare LF ends a line too", () => {
    assertEquals(frames("* 1 EXISTS\n* 2 EXISTS\r\n\r\n").lines, ["* 1 EXISTS", "* 2 EXISTS", ""]);
  });

  it("knows whether it is within a response", () => {
    assertEquals(frames("* 1 EXISTS\r\n").midway, false);
    assertEquals(frames("* 1 EX").midway, true);
    assertEquals(frames("* X {5}\r\n").midway, true);
    assertEquals(frames("* X {5}\r\n12345").midway, true);
  });
});

describe("Reader, limits", () => {
  const reader = (limits: Partial<typeof DEFAULT_LIMITS>) =>
    new Reader({ frame: () => {} }, { ...DEFAULT_LIMITS, ...limits });
  const line = (length: number) => bytes(`* X ${"x".repeat(length - 6)}\r\n`);

  const pushAll = (one: Reader, chunks: Uint8Array[]) => chunks.forEach((it) => one.push(it));

  for (const places of [[], [1], [60], [1, 2, 99]]) {
    it(`P14 a line may be as long as the limit and no longer, cut at ${places}`, () => {
      pushAll(reader({ line: 100 }), cut(line(100), places));
      assertThrows(
        () => pushAll(reader({ line: 100 }), cut(line(101), places)),
        ProtocolError,
        "longer than 100 bytes",
      );
    });
  }

  it("P14 a line without end is refused before it ends", () => {
    const one = reader({ line: 1000 });
    assertThrows(
      () => {
        for (let i = 0; i < 1001; i++) one.push(bytes("x"));
      },
      ProtocolError,
      "longer than 1000 bytes",
    );
  });

  it("P14 literals do not count as part of the line", () => {
    const data = bytes(`* X {200}\r\n${"x".repeat(200)} {5000}\r\n${"y".repeat(5000)}\r\n`);
    for (const places of [[], [50], [300], [1, 215, 3000]]) {
      const one = reader({ line: 40 });
      for (const chunk of cut(data, places)) one.push(chunk);
      assertEquals(one.midway, false);
    }
  });

  it("a literal may be as large as the limit and no larger", () => {
    for (const literal of [10, 5000]) {
      const data = (size: number) => bytes(`* X {${size}}\r\n${"x".repeat(size)}\r\n`);
      for (const places of [[], [3], [11], [12, 14]]) {
        const [good, bad] = [reader({ literal }), reader({ literal })];
        for (const chunk of cut(data(literal), places)) good.push(chunk);
        assertEquals(good.midway, false);
        assertThrows(
          () => {
            for (const chunk of cut(data(literal + 1), places)) bad.push(chunk);
          },
          ProtocolError,
          `the limit in memory is ${literal} a response`,
        );
      }
    }
  });

  it("the literals of one response count together, those of the next separately", () => {
    const response = (...sizes: number[]) =>
      bytes(`* X ${sizes.map((size) => `{${size}}\r\n${"x".repeat(size)}`).join(" ")}\r\n`);
    for (const size of [100, 6000]) {
      for (const places of [[], [3], [15, 40]]) {
        const one = reader({ literal: 2 * size });
        for (const chunk of cut(response(size, size), places)) one.push(chunk);
        for (const chunk of cut(response(size, size), places)) one.push(chunk);
        assertThrows(
          () => {
            for (const chunk of cut(response(size, size, 1), places)) one.push(chunk);
          },
          ProtocolError,
          "a response",
        );
      }
    }
  });

  for (const size of ["4294967295", "67108865", "999999999999999"]) {
    it(`{${size}} is refused at once`, () => {
      assertThrows(() => reader({}).push(bytes(`* X {${size}}\r\n`)), ProtocolError, "literal");
    });
  }

  it("a size with too many digits is refused", () => {
    const size = "0".repeat(15) + "5";
    assertThrows(() => reader({}).push(bytes(`* X {${size}}\r\n`)), ProtocolError, "16 digits");
  });

  it("no memory is taken for bytes that were only announced", () => {
    const all = allocations(() => {
      reader({}).push(bytes("* X {67108864}\r\n"));
      assertThrows(() => reader({}).push(bytes("* X {4294967295}\r\n")), ProtocolError);
    });
    assert(all.length > 0, "nothing was counted");
    assert(Math.max(...all) <= 1024 * 1024, `${Math.max(...all)} bytes at once`);
  });

  it("memory for a large literal follows what arrives", () => {
    const one = reader({});
    one.push(bytes("* X {67108864}\r\n"));
    const chunk = new Uint8Array(64 * 1024);
    const all = allocations(() => {
      for (let i = 0; i < 64; i++) one.push(chunk); // 4 MiB
    });
    assert(Math.max(...all) <= 8 * 1024 * 1024, `${Math.max(...all)} bytes at once`);
  });
});

/** The sizes of the byte arrays that are allocated while it runs. */
function allocations(run: () => void): number[] {
  const sizes: number[] = [];
  const original = globalThis.Uint8Array;
  globalThis.Uint8Array = new Proxy(original, {
    construct(target, args, newTarget) {
      if (typeof args[0] === "number") sizes.push(args[0]);
      return Reflect.construct(target, args, newTarget);
    },
  });
  try {
    run();
  } finally {
    globalThis.Uint8Array = original;
  }
  return sizes;
}

describe("Reader, linear work: these would not end otherwise", () => {
  it("P13 a line of 1 MiB, a byte at a time", () => {
    const data = bytes(`* X ${"x".repeat(1024 * 1024)}\r\n`);
    assertEquals(readAll(cut(data, indices(data.length))).length, 1);
  });

  it("P13 a literal of 1 MiB, a byte at a time", () => {
    const data = bytes(`* X {1048576}\r\n${"x".repeat(1024 * 1024)}\r\n`);
    assertEquals(readAll(cut(data, indices(data.length))).length, 1);
  });

  it("P13 the memory that 1 MiB of single bytes takes grows by doubling", () => {
    const one = new Reader({ frame: () => {} });
    const chunk = bytes("x");
    const sizes = allocations(() => {
      for (let i = 0; i < 1024 * 1024; i++) one.push(chunk);
    });
    assert(sizes.length < 30, `${sizes.length} allocations`);
  });

  it("P13 a long word followed by many literals", () => {
    const data = bytes(`${"a".repeat(1024 * 1024)}${" {0}\r\n".repeat(300_000)}\r\n`);
    for (const places of [[], [data.length - 2]]) {
      let frames = 0;
      const one = new Reader({ frame: () => frames++ });
      for (const chunk of cut(data, places)) one.push(chunk);
      assertEquals(frames, 1);
    }
  });

  it("P13 many literals in one response", () => {
    const data = bytes(`* X ${"{1}\r\nx ".repeat(100_000)}\r\n`);
    const [response] = readAll([data]);
    assert(response.kind === "untagged" && response.type === "UNKNOWN");
    assertEquals(response.values().length, 100_000);
  });
});

function indices(length: number): number[] {
  return Array.from({ length: length - 1 }, (_, i) => i + 1);
}

describe("Reader, room", () => {
  /** Reads as from a duplex that fills a given buffer, in steps of `step` bytes. */
  function readIntoRoom(wire: Uint8Array, step: number) {
    const rooms: Uint8Array[] = [];
    const frames: Frame[] = [];
    const reader = new Reader({ frame: (frame) => frames.push(frame) });
    for (let at = 0; at < wire.length;) {
      const room = reader.room();
      const chunk = wire.slice(at, at + Math.min(step, room?.length ?? step));
      at += chunk.length;
      if (room === undefined) reader.push(chunk);
      else {
        rooms.push(room);
        room.set(chunk);
        reader.push(room.subarray(0, chunk.length));
      }
    }
    return { rooms, frames };
  }

  const literals = (frames: Frame[]) => frames.flatMap((frame) => frame.detached);

  it("a large literal is kept where it was read to", () => {
    const body = bytes("0123456789".repeat(10_000));
    const wire = concat([
      bytes("* X {100000}\r\n"),
      body,
      bytes(" {5000}\r\n"),
      body.slice(0, 5000),
    ]);
    for (const step of [7, 1000, 65_536]) {
      const { rooms, frames } = readIntoRoom(concat([wire, bytes("\r\n* Y\r\n")]), step);
      assertEquals(frames.length, 2);
      const [{ value }, { value: small }] = literals(frames);
      assert(value instanceof Uint8Array && small instanceof Uint8Array);
      assert(value.length === body.length && value.every((byte, at) => byte === body[at]));
      assertEquals(small, body.slice(0, 5000));
      assert(rooms.length > 0 && rooms.every(({ buffer }) => buffer === value.buffer));
    }
  });

  it("memory follows what arrives, not what was announced", () => {
    const size = 5 * 1024 * 1024;
    const body = new Uint8Array(size).map((_, at) => at * 31 + (at >> 8));
    const wire = concat([bytes(`* X {${size}}\r\n`), body, bytes("\r\n")]);
    const { rooms, frames } = readIntoRoom(wire, 300_000);
    const [{ value }] = literals(frames);
    assert(value instanceof Uint8Array);
    assert(value.length === size && value.every((byte, at) => byte === body[at]));
    assertEquals(rooms[0].length <= 1024 * 1024, true);
    assert(new Set(rooms.map(({ buffer }) => buffer)).size >= 3);
  });

  it("bytes from another place in the room are copied", () => {
    const frames: Frame[] = [];
    const reader = new Reader({ frame: (frame) => frames.push(frame) });
    reader.push(bytes("* X {70000}\r\n"));
    const room = reader.room()!;
    room.set(bytes("not these, but these"));
    reader.push(room.subarray(11, 20));
    reader.push(bytes("x".repeat(70_000 - 9)));
    reader.push(bytes("\r\n"));
    const [{ value }] = literals(frames);
    assertEquals(text((value as Uint8Array).subarray(0, 12)), "but thesexxx");
  });
});

describe("Reader, stop", () => {
  const WIRE = bytes("* OK hello\r\nA1 OK begin TLS\r\n* CAPABILITY injected\r\nrest");

  for (let place = 0; place <= 30; place += 5) {
    it(`what follows the response is not read, cut at ${place}`, () => {
      const seen: string[] = [];
      const reader: Reader = new Reader({
        frame(frame) {
          const response = readResponse(frame);
          seen.push(response?.kind ?? "none");
          if (response?.kind === "tagged") reader.stop();
        },
      });
      const chunks = cut(WIRE, [place]);
      while (seen.at(-1) !== "tagged") reader.push(chunks.shift() ?? bytes(""));
      const rest = concat([reader.takeRest(), ...chunks]);
      assertEquals(seen, ["untagged", "tagged"]);
      assertEquals(text(rest), "* CAPABILITY injected\r\nrest");
      reader.push(rest);
      reader.push(bytes(" OK\r\n"));
      assertEquals(seen, ["untagged", "tagged", "untagged", "tagged"]);
    });
  }

  it("nothing may be left", () => {
    const reader: Reader = new Reader({ frame: () => reader.stop() });
    reader.push(bytes("A1 OK\r\n"));
    assertEquals(reader.takeRest().length, 0);
    assertEquals(reader.midway, false);
  });
});

describe("Reader, streamed literals", () => {
  class Sink implements LiteralSink {
    readonly parts: Uint8Array[] = [];
    ends = 0;
    write(part: Uint8Array): void {
      assertEquals(this.ends, 0);
      this.parts.push(part);
    }
    end(): void {
      this.ends++;
    }
  }

  const WIRE = bytes(
    `* 3 FETCH (UID 5 BODY[1] {4112}\r\n${LONG} BODY[2] {5000}\r\n${
      "y".repeat(5000)
    } FLAGS (a))\r\n`,
  );

  for (const size of [1, 100, 4000]) {
    it(`a sink gets exactly the bytes, in chunks of ${size}`, () => {
      const sink = new Sink();
      const heads: string[] = [];
      const places = indices(WIRE.length).filter((it) => it % size === 0);
      const responses = readAll(cut(WIRE, places), DEFAULT_LIMITS, (head: Frame, length) => {
        heads.push(`${text(head.bytes.slice(head.start, head.end))} ${length}`);
        return length === 4112 ? sink : null;
      });
      assertEquals(heads[0], "* 3 FETCH (UID 5 BODY[1] {4112}\r\n 4112");
      assertEquals(text(concat(sink.parts)), LONG);
      assertEquals(sink.ends, 1);
      const [response] = responses;
      assert(response.kind === "untagged" && response.type === "FETCH");
      assert(response.items["BODY[1]"] === sink);
      assertEquals(plain(response.items["BODY[2]"]), shown("y".repeat(5000)));
      assertEquals(response.items.FLAGS, ["a"]);
      assertEquals(response.uid, 5);
    });
  }

  it("a literal that came whole, in one chunk, is not copied", () => {
    const [response] = readAll([WIRE], DEFAULT_LIMITS, () => {
      throw new Error("no sink is needed");
    });
    assert(response.kind === "untagged" && response.type === "FETCH");
    assertEquals(plain(response.items["BODY[1]"]), shown(LONG));
  });

  it("a streamed literal has no limit, and is never held", () => {
    const sink: LiteralSink & { length: number } = {
      length: 0,
      write(part) {
        this.length += part.length;
      },
      end() {},
    };
    const chunk = new Uint8Array(1024 * 1024);
    const limits = { ...DEFAULT_LIMITS, literal: 1000 };
    const reader = new Reader({ frame: () => {}, literal: () => sink }, limits);
    reader.push(bytes("* 1 FETCH (BODY[] {104857600}\r\n"));
    const sizes = allocations(() => {
      for (let i = 0; i < 100; i++) reader.push(chunk);
    });
    assertEquals(sink.length, 104857600);
    assertEquals(sizes.filter((size) => size > 4096), []);
  });

  it("an item that is streamed leaves a bad neighbour to itself", () => {
    const wire = bytes(`* 3 FETCH (FLAGS x BODY[1] {4112}\r\n${LONG} UID 5)\r\n`);
    const sink = new Sink();
    const [response] = readAll(cut(wire, [40, 90]), DEFAULT_LIMITS, () => sink);
    assert(response.kind === "untagged" && response.type === "FETCH");
    assertEquals(response.bad?.map((it) => it.name), ["FLAGS"]);
    assert(response.items["BODY[1]"] === sink);
    assertEquals(response.uid, 5);
  });
});

describe("Reader, values passed to the handler", () => {
  for (const size of [1, 50, 100_000]) {
    it(`stays as it was when more arrives, in chunks of ${size}`, () => {
      const body = (i: number) => String.fromCharCode(65 + i).repeat(200);
      const wire = Array.from({ length: 20 }, (_, i) => `* ${i} FETCH (A {200}\r\n${body(i)})\r\n`);
      const data = bytes(wire.join(""));
      const frames: Frame[] = [];
      const reader = new Reader({ frame: (frame) => frames.push(frame) });
      for (const chunk of cut(data, indices(data.length).filter((it) => it % size === 0))) {
        reader.push(chunk);
      }
      assertEquals(
        frames.map((frame) => {
          const response = readResponse(frame);
          assert(response?.kind === "untagged" && response.type === "FETCH");
          return plain(response.items.A);
        }),
        wire.map((_, i) => shown(body(i))),
      );
    });
  }
});
