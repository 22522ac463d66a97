// The mailbox that every client reads, created from a fixed seed. `wire.mjs` writes it as a server
// does; the clients' results are checked against these values.

import { Buffer } from "node:buffer";

/** How many messages the folder has. */
export const COUNT = 20_000;
/** The UIDs of the first messages are consecutive, so that a driver knows them. */
export const FIRST_UID = 101;
const NO_GAPS = 1000;
/** Messages 1 to this number have a body of 1 MiB. */
export const BODIES = 200;
export const BODY_SIZE = 1024 * 1024;
/** The number of the only message with a large body. */
export const LARGE = BODIES + 1;
export const LARGE_SIZE = 100 * 1024 * 1024;
/** For `compress`: how many messages have two parts of their own, and the size of a part. */
export const PARTS = 32;
export const PART_SIZE = 64 * 1024;
/** The size of appended messages. */
export const APPEND_SIZE = 10 * 1024;
export const UPLOAD_SIZE = 50 * 1024 * 1024;

const PEOPLE = [
  ["Ann Miller", "ann"],
  ["Bob O'Neil", "bob.oneil"],
  ["Zoë Lambert", "zoe"],
  ['Smith, John "Jack"', "john.smith"],
  [null, "noreply"],
  ["Jürgen Groß", "j.gross"],
  ["山田太郎", "yamada"],
  ["Build Robot", "ci+main"],
  ["Support", "support"],
  ["Мария Иванова", "maria"],
];
const HOSTS = [
  "example.org",
  "example.com",
  "mail.example.net",
  "lists.example.org",
];
const WORDS = (
  "meeting report invoice draft review plan question holiday order status update build failed " +
  "patch release notes contract lunch tomorrow weekly budget proposal about for the new and old"
).split(" ");
const ACCENTED = [
  "Grüße",
  "café",
  "naïve",
  "Übersicht",
  "日本語",
  "сводка",
  "résumé",
];
const FLAG_SETS = [
  ["\\Seen"],
  ["\\Seen", "\\Answered"],
  [],
  ["\\Seen", "$Forwarded"],
  ["\\Flagged", "\\Seen", "NonJunk"],
  ["\\Seen", "\\Deleted"],
];

/** Random numbers that are the same every time (mulberry32). */
function randomNumbers(seed) {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** All messages of the folder in order. */
export function messages() {
  const random = randomNumbers(20260101);
  let uid = FIRST_UID - 1;
  return Array.from({ length: COUNT }, (_, index) => {
    // Gaps, as in a folder in use, except at the beginning.
    uid += index >= NO_GAPS && random(10) === 0 ? 1 + random(5) : 1;
    return message(random, index + 1, uid);
  });
}

function message(random, seq, uid) {
  const arrived = Date.UTC(2019, 0, 1) + seq * 9_000_000 + random(8000) * 1000;
  return {
    seq,
    uid,
    flags: FLAG_SETS[random(FLAG_SETS.length)],
    internalDate: { time: arrived, offset: random(2) * 60 },
    size: seq <= BODIES ? BODY_SIZE : seq === LARGE ? LARGE_SIZE : 1500 + random(90_000),
    envelope: envelope(random, arrived - random(600) * 1000, seq),
    structure: structure(random, arrived),
  };
}

function envelope(random, time, number) {
  const from = [person(random)];
  const host = HOSTS[random(HOSTS.length)];
  return {
    date: { time, offset: (random(25) - 12) * 60 },
    subject: subject(random),
    // A server sends some subjects as literals, since it can't quote them.
    literalSubject: random(50) === 0,
    from,
    sender: from,
    replyTo: random(5) === 0 ? [person(random)] : from,
    to: people(random, 1 + random(3)),
    cc: random(4) === 0 ? people(random, 1 + random(4)) : [],
    bcc: [],
    inReplyTo: random(3) === 0 ? `<${number - 1}.${random(1e9)}@${host}>` : null,
    messageId: `<${number}.${random(1e9)}.${random(1e9)}@${host}>`,
  };
}

function person(random) {
  const [name, mailbox] = PEOPLE[random(PEOPLE.length)];
  return { name, mailbox, host: HOSTS[random(HOSTS.length)] };
}

function people(random, count) {
  return Array.from({ length: count }, () => person(random));
}

function subject(random) {
  const words = Array.from(
    { length: 3 + random(6) },
    () => WORDS[random(WORDS.length)],
  );
  if (random(4) === 0) words.splice(1, 0, ACCENTED[random(ACCENTED.length)]);
  if (random(12) === 0) words.push('"quoted"');
  return (random(3) === 0 ? "Re: " : "") + words.join(" ");
}

function structure(random, time) {
  const kind = random(20);
  if (kind < 7) return text(random, "plain");
  const texts = multipart(random, "alternative", [
    text(random, "plain"),
    text(random, "html"),
  ]);
  if (kind < 14) return texts;
  if (kind < 18) {
    return multipart(random, "mixed", [
      texts,
      file(random, "application/pdf", "pdf"),
    ]);
  }
  if (kind < 19) {
    const image = file(random, "image/png", "png");
    return multipart(random, "related", [texts, {
      ...image,
      id: `<img${random(1e6)}@example.org>`,
    }]);
  }
  return multipart(random, "mixed", [
    text(random, "plain"),
    forwarded(random, time),
  ]);
}

const LEAF = {
  id: null,
  description: null,
  lines: null,
  disposition: null,
  children: [],
};

function text(random, subtype) {
  const encoding = ["7bit", "quoted-printable", "8bit"][random(3)];
  const params = { charset: random(5) === 0 ? "us-ascii" : "utf-8" };
  const size = 200 + random(20_000);
  const lines = 5 + random(400);
  return { ...LEAF, type: `text/${subtype}`, params, encoding, size, lines };
}

function file(random, type, extension) {
  const filename = `${WORDS[random(WORDS.length)]}-${random(1000)}.${extension}`;
  const disposition = { type: "attachment", params: { filename } };
  const size = 5000 + random(900_000);
  return {
    ...LEAF,
    type,
    params: { name: filename },
    encoding: "base64",
    size,
    disposition,
  };
}

function forwarded(random, time) {
  return {
    ...LEAF,
    type: "message/rfc822",
    params: {},
    encoding: "7bit",
    size: 3000 + random(40_000),
    lines: 60 + random(800),
    disposition: { type: "attachment", params: { filename: "forwarded.eml" } },
    envelope: {
      ...envelope(random, time - 86_400_000, random(1e6)),
      literalSubject: false,
    },
    children: [text(random, "plain")],
  };
}

function multipart(random, subtype, children) {
  const params = { boundary: `=_${random(1e9)}_${random(1e9)}` };
  return {
    ...LEAF,
    type: `multipart/${subtype}`,
    params,
    encoding: null,
    size: null,
    children,
  };
}

/** Bytes like those of a letter: words in lines. */
export function textBytes(size) {
  const random = randomNumbers(11);
  const lines = [];
  for (let length = 0; length < size; length += lines.at(-1).length) {
    const words = Array.from({ length: 6 + random(6) }, () => {
      // Common words are short and come often; names and numbers come once.
      return random(3) === 0 ? random(1e6).toString(36) : WORDS[random(WORDS.length)];
    });
    lines.push(`${words.join(" ")}\r\n`);
  }
  return Buffer.from(`${lines.join("").slice(0, size - 2)}\r\n`, "latin1");
}

/** Bytes like those of an encoded attachment: lines of 76 characters. */
export function bodyBytes(size) {
  const random = randomNumbers(7);
  const block = Buffer.alloc(Math.min(size, BODY_SIZE));
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (let at = 0; at < block.length; at++) {
    block[at] = letters.charCodeAt(random(64));
  }
  for (let at = 76; at < block.length; at += 78) {
    block.write("\r\n", at, "latin1");
  }
  block.write("\r\n", block.length - 2, "latin1");
  return size === block.length ? block : Buffer.alloc(size, block);
}
