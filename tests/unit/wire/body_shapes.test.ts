// Body structures in which something is missing, duplicated or misplaced.
import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import type { BodyPart, BodyStructure } from "../../../src/model/body_structure.ts";
import { Envelope } from "../../../src/model/envelope.ts";
import { fetched, item, plain } from "../../support/wire.ts";

const ADDRESS = '(("Ann" NIL "ann" "x.org"))';
const ENVELOPE =
  `("Mon, 7 Feb 1994 21:52:25 -0800" "inner" ${`${ADDRESS} `.repeat(4)}NIL NIL NIL ` +
  '"<m@x>")';
const HTML = '("TEXT" "HTML" NIL NIL NIL "8BIT" 7 2)';
const MIXED = `(${HTML}${HTML} "MIXED" ("BOUNDARY" "x"))`;
const ATTACHED = '("ATTACHMENT" ("FILENAME" "a.txt"))';

/** The structure of a part, given by the text between its parentheses. */
function partOf(wire: string): BodyPart {
  const structure = item(`BODYSTRUCTURE (${wire})`) as BodyStructure;
  assert(!structure.isMultipart, "a multipart");
  return structure;
}

/** The fields of a part that differ from the usual values. */
function fields(wire: string): Record<string, unknown> {
  const part = partOf(wire);
  const { type, subtype, encoding, size, lines, md5, disposition, envelope, body } = part;
  const usual: Record<string, unknown> = {
    type: `${type}/${subtype}`,
    encoding,
    size,
    lines,
    md5,
    file: disposition === null ? null : disposition.params.filename ?? disposition.type,
    envelope: envelope instanceof Envelope ? envelope.subject : null,
    body: body === null ? null : `${body.part} ${body.type}/${body.subtype}`,
    language: part.language,
    location: part.location,
  };
  return Object.fromEntries(Object.entries(usual).filter(([, value]) => value !== null));
}

type Case = readonly [wire: string, fields: Record<string, unknown>];

const MESSAGE = '"MESSAGE" "RFC822" NIL NIL NIL "7BIT" 300';
const RFC822 = { type: "message/rfc822", encoding: "7bit", size: 300 };
const [INNER, BODY] = [{ envelope: "inner" }, { body: "1.1 text/html" }];
const FILE = { file: "a.txt" };

describe("BODYSTRUCTURE: a message with something missing or doubled", () => {
  const CASES: readonly Case[] = [
    [`${MESSAGE} NIL ${HTML} 9`, { ...RFC822, ...BODY, lines: 9 }],
    [`${MESSAGE} ${HTML} 9`, { ...RFC822, ...BODY, lines: 9 }],
    [`${MESSAGE} NIL NIL 12 NIL ${ATTACHED} NIL NIL`, { ...RFC822, lines: 12, ...FILE }],
    [`${MESSAGE} NIL NIL 12 "md5" ${ATTACHED} "en"`, {
      ...{ ...RFC822, lines: 12, md5: "md5" },
      ...{ ...FILE, language: ["en"] },
    }],
    [`${MESSAGE} ${ENVELOPE} ${HTML} 9`, { ...RFC822, ...INNER, ...BODY, lines: 9 }],
    [`${MESSAGE} ${ENVELOPE} 9 NIL ${ATTACHED}`, { ...RFC822, ...INNER, lines: 9, ...FILE }],
    [`${MESSAGE} ${ENVELOPE} NIL 9 NIL ${ATTACHED}`, { ...RFC822, ...INNER, lines: 9, ...FILE }],
    [`${MESSAGE} ${ENVELOPE} ${HTML} NIL NIL ${ATTACHED}`, {
      ...{ ...RFC822, ...INNER },
      ...{ ...BODY, ...FILE },
    }],
    [`${MESSAGE} ${ENVELOPE} ${HTML} ${ATTACHED} NIL`, {
      ...{ ...RFC822, ...INNER },
      ...{ ...BODY, ...FILE },
    }],
    [`${MESSAGE} ${ENVELOPE} ${ENVELOPE} ${HTML} 9`, { ...RFC822, ...INNER, ...BODY, lines: 9 }],
    [`${MESSAGE} ${ENVELOPE} ${HTML} ${MIXED} 9 NIL ${ATTACHED}`, {
      ...{ ...RFC822, ...INNER },
      ...{ ...BODY, lines: 9, ...FILE },
    }],
    [`${MESSAGE} ${HTML} ${ENVELOPE} 9`, { ...RFC822, ...INNER, ...BODY, lines: 9 }],
    [`${MESSAGE} ${MIXED} 9`, { ...RFC822, body: "1 multipart/mixed", lines: 9 }],
    [`${MESSAGE} NIL ${MIXED} 9`, { ...RFC822, body: "1 multipart/mixed", lines: 9 }],
    [`${MESSAGE} NIL ("RELATED" ("BOUNDARY" "x") NIL NIL) 9`, {
      ...{ ...RFC822, body: "1.1 multipart/related" },
      lines: 9,
    }],
    [`${MESSAGE} 9 NIL ${ATTACHED} NIL NIL`, { ...RFC822, lines: 9, ...FILE }],
    [`${MESSAGE} NIL ${ATTACHED} NIL NIL`, { ...RFC822, ...FILE }],
    [`${MESSAGE} ${ATTACHED} NIL NIL`, { ...RFC822, ...FILE }],
    [`${MESSAGE} ("attachment" NIL) NIL NIL`, { ...RFC822, file: "attachment" }],
    [`${MESSAGE} NIL NIL NIL NIL ${ATTACHED}`, { ...RFC822, ...FILE }],
    [`${MESSAGE} ${ENVELOPE} ${HTML} 9 NIL ${ATTACHED} ${ATTACHED} ("en")`, {
      ...{ ...RFC822, ...INNER, ...BODY, lines: 9 },
      ...{ ...FILE, language: ["en"] },
    }],
    [`${MESSAGE} NIL NIL NIL NIL`, RFC822],
    [`${MESSAGE} "md5" ${ATTACHED}`, { ...RFC822, md5: "md5", ...FILE }],
    [`${MESSAGE} NIL "inline" NIL NIL`, { ...RFC822, file: "inline" }],
    [MESSAGE, RFC822],
    [`"MESSAGE" "DELIVERY-STATUS" NIL NIL NIL "7BIT" 300 9 NIL ${ATTACHED}`, {
      ...{ ...RFC822, type: "message/delivery-status" },
      ...{ lines: 9, ...FILE },
    }],
    [`"MESSAGE" "DELIVERY-STATUS" NIL NIL NIL "7BIT" 300 NIL ${ATTACHED}`, {
      ...{ ...RFC822, type: "message/delivery-status" },
      ...FILE,
    }],
    [`"MESSAGE" NIL NIL NIL NIL "7BIT" 300 ${ENVELOPE} ${HTML} 9`, {
      ...{ ...RFC822, type: "message/octet-stream" },
      ...{ ...INNER, ...BODY, lines: 9 },
    }],
  ];
  for (const [wire, expected] of CASES) {
    it(`${shorter(wire)} → each thing in its place [fault C10]`, () => {
      assertEquals(fields(wire), { ...expected });
      // What follows it is read too.
      const { items, bad } = fetched(`* 1 FETCH (BODYSTRUCTURE ((${wire})${HTML} "X") FLAGS (a))`);
      assertEquals([items.FLAGS, bad], [["a"], null]);
    });
  }
});

const TEXT = '"TEXT" "PLAIN" NIL NIL NIL "BASE64" 20';
const PLAIN = { type: "text/plain", encoding: "base64", size: 20 };
const IMAGE = '"IMAGE" "PNG" NIL NIL NIL "BASE64" 20';
const PNG = { ...PLAIN, type: "image/png" };

describe("BODYSTRUCTURE: a list in place of the checksum", () => {
  const CASES: readonly Case[] = [
    [`${TEXT} NIL ${ATTACHED} NIL NIL`, { ...PLAIN, ...FILE }],
    [`${TEXT} 1 ${ATTACHED} NIL NIL`, { ...PLAIN, lines: 1, ...FILE }],
    [`${TEXT} ${ATTACHED} NIL NIL`, { ...PLAIN, ...FILE }],
    [`${TEXT} 1 ${ATTACHED} ("en" "de") "loc"`, {
      ...{ ...PLAIN, lines: 1, ...FILE },
      ...{ language: ["en", "de"], location: "loc" },
    }],
    [`${TEXT} 1 ("INLINE" NIL) NIL NIL`, { ...PLAIN, lines: 1, file: "inline" }],
    [`${TEXT} 1 ("INLINE") NIL NIL`, { ...PLAIN, lines: 1, file: "inline" }],
    [`"TEXT" "PLAIN" NIL NIL NIL "7BIT" 0 0 ("BOUNDARY" "x") NIL NIL`, {
      ...{ ...PLAIN, encoding: "7bit", size: 0 },
      ...{ lines: 0, file: "boundary" },
    }],
    [`${IMAGE} ${ATTACHED} NIL NIL`, { ...PNG, ...FILE }],
    [`${IMAGE} NIL ${ATTACHED} ${ATTACHED} NIL`, { ...PNG, ...FILE }],
    [`${IMAGE} NIL NIL ${ATTACHED} "en"`, { ...PNG, ...FILE, language: ["en"] }],
    [`${IMAGE} 12 NIL ${ATTACHED} NIL`, { ...PNG, lines: 12, ...FILE }],
    [`${IMAGE} "md5" ${ATTACHED} NIL`, { ...PNG, md5: "md5", ...FILE }],
    [`${IMAGE} NIL ${ATTACHED} ("en" "de" ("x"))`, { ...PNG, ...FILE, language: ["en", "de", ""] }],
  ];
  for (const [wire, expected] of CASES) {
    it(`${shorter(wire)} → it is the disposition [fault C11]`, () => {
      assertEquals(fields(wire), expected);
      const { items, bad } = fetched(`* 1 FETCH (BODYSTRUCTURE (${wire}) FLAGS (a))`);
      assertEquals([items.FLAGS, bad], [["a"], null]);
    });
  }
});

describe("BODYSTRUCTURE: a part without its subtype", () => {
  const AUDIO = { type: "audio/octet-stream", encoding: "base64", size: 9 };
  const CASES: readonly Case[] = [
    ['"AUDIO" NIL NIL NIL "base64" 9', AUDIO],
    ['"AUDIO" ("NAME" "x") NIL NIL "base64" 9', AUDIO],
    [`"AUDIO" NIL NIL NIL "base64" 9 NIL ${ATTACHED} NIL NIL`, { ...AUDIO, ...FILE }],
    ['"AUDIO" NIL NIL NIL NIL "base64" 9', AUDIO],
    ['"AUDIO" NIL ("NAME" "x") NIL NIL "base64" 9', AUDIO],
    ['"X-AUDIO" NIL NIL NIL "base64" 9', { ...AUDIO, type: "x-audio/octet-stream" }],
    ['"X-AUDIO" NIL NIL NIL NIL "base64" 9', { ...AUDIO, type: "x-audio/octet-stream" }],
    ['"X-AUDIO" ("NAME" "x") NIL NIL "base64" 9', { ...AUDIO, type: "x-audio/octet-stream" }],
    ['"TEXT" NIL NIL NIL "base64" 9 3', { ...AUDIO, type: "text/octet-stream", lines: 3 }],
    ['"TEXT" NIL "<id>" NIL "base64" 9 3', { ...AUDIO, type: "text/octet-stream", lines: 3 }],
    ['NIL "PLAIN" NIL NIL NIL "base64" 9', { ...AUDIO, type: "application/plain" }],
    ['NIL NIL NIL NIL NIL "base64" 9', { ...AUDIO, type: "application/octet-stream" }],
    ['"AUDIO" "MPEG" NIL NIL "base64" 9', { ...AUDIO, type: "audio/mpeg" }],
    ['"AUDIO" "MPEG" NIL NIL NIL 9', { ...AUDIO, type: "audio/mpeg", encoding: "7bit" }],
    ['"AUDIO" "MPEG" NIL ("x") (("y")) "base64" 9', { ...AUDIO, type: "audio/mpeg" }],
  ];
  for (const [wire, expected] of CASES) {
    it(`${wire} → the rest is right [fault C12]`, () => assertEquals(fields(wire), expected));
  }

  it("its parameters, id and description → read from where they are [fault C12]", () => {
    const { params, id, description } = partOf('"AUDIO" ("NAME" "x") "<id>" "words" "base64" 9');
    assertEquals(plain([params, id, description]), [{ name: "x" }, "<id>", "words"]);
    const missing = partOf('"AUDIO" NIL "<id>" "words" "base64" 9');
    assertEquals([missing.id, missing.description], ["<id>", "words"]);
  });

  it("one part → does not change how the next is read [fault C12]", () => {
    const structure = item(
      'BODYSTRUCTURE (("AUDIO" NIL NIL NIL "base64" 9)("AUDIO" NIL NIL NIL NIL "base64" 9)' +
        '("AUDIO" NIL NIL NIL "base64" 9)("AUDIO" NIL NIL NIL NIL NIL 9) "mixed")',
    ) as BodyStructure;
    assert(structure.isMultipart);
    assertEquals(
      structure.parts.map((part) => !part.isMultipart && [part.encoding, part.size]),
      [["base64", 9], ["base64", 9], ["base64", 9], ["7bit", 9]],
    );
  });
});

describe("BODYSTRUCTURE: shapes that lead astray", () => {
  it("messages in messages, all without envelopes → linear work, and all are read [fault C10]", () => {
    const depth = 60;
    const wire = `${`(${MESSAGE} NIL `.repeat(depth)}${HTML}${" 9)".repeat(depth)}`;
    let structure = item(`BODYSTRUCTURE ${wire}`) as BodyStructure;
    let count = 0;
    for (; !structure.isMultipart && structure.body !== null; count++) structure = structure.body;
    assertEquals([count, structure.subtype], [depth, "html"]);
  });

  it("literals in every place → the same [fault C10, C11]", () => {
    const literal = (wire: string) =>
      wire.replace(/"([^"]*)"/g, (_, it) => `{${it.length}}\r\n${it}`);
    for (
      const wire of [
        `${MESSAGE} NIL ${HTML} 9`,
        `${MESSAGE} ${ENVELOPE} ${HTML} 9 NIL ${ATTACHED}`,
        `${TEXT} 1 ${ATTACHED} NIL NIL`,
        `${MESSAGE} ${MIXED} 9`,
      ]
    ) assertEquals(fields(literal(wire)), fields(wire));
  });
});

function shorter(wire: string): string {
  return [[ENVELOPE, "ENVELOPE"], [HTML, "HTML"], [MIXED, "MIXED"], [ATTACHED, "DISPOSITION"]]
    .reduce((text, [long, short]) => text.replaceAll(long, short), wire);
}
