// The replay server's answers. Long answers are created once and kept.
import { BODIES, BODY_SIZE, bodyBytes, COUNT, LARGE, LARGE_SIZE } from "./mail.mjs";
import { PART_SIZE, PARTS, textBytes } from "./mail.mjs";
import { fetchAnswers, MAIL } from "./wire.mjs";

// As Dovecot's, without CONDSTORE and QRESYNC: with these imapflow asks for more than the others.
const BEFORE_LOGIN = "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ AUTH=PLAIN";
const LOGGED_IN =
  "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE SORT THREAD=REFERENCES MULTIAPPEND UNSELECT " +
  "CHILDREN NAMESPACE UIDPLUS LIST-EXTENDED ESEARCH SEARCHRES WITHIN LIST-STATUS BINARY MOVE " +
  "STATUS=SIZE LITERAL+ SPECIAL-USE";

/** Without COMPRESS unless it is measured: imapflow would use it unasked. */
function capabilities({ compresses }) {
  return compresses ? `${LOGGED_IN} COMPRESS=DEFLATE` : LOGGED_IN;
}

export const GREETING = `* OK [CAPABILITY ${BEFORE_LOGIN}] Dovecot ready.\r\n`;

const SELECT_LINES = [
  "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Forwarded NonJunk)",
  "* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Forwarded NonJunk \\*)] Ok.",
  `* ${COUNT} EXISTS`,
  "* 0 RECENT",
  "* OK [UNSEEN 3] First unseen.",
  "* OK [UIDVALIDITY 1700000000] UIDs valid",
  `* OK [UIDNEXT ${MAIL.at(-1).uid + 1}] Predicted next UID`,
].join("\r\n") + "\r\n";

const BODY = bodyBytes(BODY_SIZE);
const LARGE_BODY = bodyBytes(LARGE_SIZE);
/** By section: a text, and an attachment. */
const PART_BYTES = {
  1: (seq) => part(keep("text", () => textBytes(PARTS * PART_SIZE)), seq),
  2: (seq) => part(BODY, seq),
};
const SEQUENCE_OF = new Map(MAIL.map(({ uid, seq }) => [uid, seq]));
const LAST_UID = MAIL.at(-1).uid;
const CHUNK = 4 * 1024 * 1024;

const kept = new Map();
function keep(key, make) {
  if (!kept.has(key)) kept.set(key, make());
  return kept.get(key);
}

/** The answer to any command except APPEND, IDLE and AUTHENTICATE, as pieces to send. */
export function answer(tag, name, args, session) {
  const done = (text) => `${tag} OK ${text}\r\n`;
  switch (name) {
    case "CAPABILITY":
      return [
        `* CAPABILITY ${session.loggedIn ? capabilities(session) : BEFORE_LOGIN}\r\n`,
        done("Done."),
      ];
    case "LOGIN":
      session.loggedIn = true;
      return [done(`[CAPABILITY ${capabilities(session)}] Logged in`)];
    case "ID":
      return ['* ID ("name" "Dovecot")\r\n', done("ID completed.")];
    case "NAMESPACE":
      return [
        '* NAMESPACE (("" "/")) NIL NIL\r\n',
        done("Namespace completed."),
      ];
    case "ENABLE":
      return ["* ENABLED\r\n", done("Enabled.")];
    case "LIST":
    case "LSUB":
      return [
        `* ${name} (\\HasNoChildren) "/" INBOX\r\n`,
        done(`${name} completed.`),
      ];
    case "SELECT":
      return [SELECT_LINES, done("[READ-WRITE] Select completed.")];
    case "EXAMINE":
      return [SELECT_LINES, done("[READ-ONLY] Examine completed.")];
    case "NOOP":
    case "CLOSE":
    case "UNSELECT":
      return [done(`${name} completed.`)];
    case "LOGOUT":
      return ["* BYE Logging out\r\n", done("Logout completed.")];
    case "SEARCH":
    case "UID SEARCH":
      return [searchAnswer(tag, name, args), done("Search completed.")];
    case "FETCH":
    case "UID FETCH":
      return [
        ...fetchPieces(name.startsWith("UID"), args),
        done("Fetch completed."),
      ];
    default:
      return [`${tag} BAD Error in IMAP command: ${name}\r\n`];
  }
}

function searchAnswer(tag, name, args) {
  const byUid = name.startsWith("UID");
  const ids = () => MAIL.map(({ uid, seq }) => byUid ? uid : seq);
  if (!/^RETURN/i.test(args)) {
    return keep(name, () => Buffer.from(`* SEARCH ${ids().join(" ")}\r\n`));
  }
  const set = keep(`RETURN ${name}`, () => ranges(ids()));
  return `* ESEARCH (TAG "${tag}")${byUid ? " UID" : ""} ALL ${set}\r\n`;
}

function ranges(ids) {
  const found = [];
  for (const id of ids) {
    const last = found.at(-1);
    if (last && last[1] === id - 1) last[1] = id;
    else found.push([id, id]);
  }
  return found.map(([from, to]) => from === to ? `${from}` : `${from}:${to}`)
    .join(",");
}

function fetchPieces(byUid, args) {
  const [, set, rest] = /^(\S+) (.*)$/.exec(args);
  const asked = itemsOf(rest);
  const items = byUid && !asked.includes("UID") ? ["UID", ...asked] : asked;
  const plain = items.filter((item) => !item.startsWith("BODY.PEEK[") && !item.startsWith("BODY["));
  const section = items.find((item) => !plain.includes(item));
  const { bytes, starts } = keep(plain.join(" "), () => fetchAnswers(plain));
  const spans = spansOf(set, byUid);
  if (section === undefined) {
    return spans.flatMap(([from, to]) => inChunks(bytes.subarray(starts[from - 1], starts[to])));
  }
  return spans.flatMap(([from, to]) => {
    const numbers = Array.from(
      { length: to - from + 1 },
      (_, index) => from + index,
    );
    return numbers.flatMap((seq) => {
      const line = bytes.subarray(
        starts[seq - 1],
        starts[seq] - ")\r\n".length,
      );
      return withBody(line, seq, section);
    });
  });
}

/** The items of `(UID FLAGS BODY.PEEK[])`; what follows the list is not needed here. */
function itemsOf(text) {
  const list = text.startsWith("(") ? text.slice(1, text.lastIndexOf(")")) : text;
  return list.split(" ").map((item) => item.toUpperCase());
}

function spansOf(set, byUid) {
  const number = (text) => {
    if (text === "*") return byUid ? LAST_UID : COUNT;
    return Number(text);
  };
  return set.split(",").flatMap((part) => {
    const [from, to = from] = part.split(":").map(number);
    if (!byUid) return [[from, Math.min(to, COUNT)]];
    const first = sequenceFrom(Math.min(from, LAST_UID), 1);
    const last = sequenceFrom(Math.min(to, LAST_UID), -1);
    return last < first ? [] : [[first, last]];
  });
}

/** The number of the message with this UID, or of the next one in this direction. */
function sequenceFrom(uid, step) {
  for (let at = uid; at <= LAST_UID && at > 0; at += step) {
    if (SEQUENCE_OF.has(at)) return SEQUENCE_OF.get(at);
    if (step > 0 && at < MAIL[0].uid) at = MAIL[0].uid - 1;
  }
  return step > 0 ? COUNT + 1 : 0;
}

/** A piece of its own for each of the first messages, as far as there are enough. */
function part(bytes, seq) {
  const start = (seq - 1) * PART_SIZE % bytes.length;
  return bytes.subarray(start, start + PART_SIZE);
}

function withBody(line, seq, section) {
  const number = /\[(\d)\]$/.exec(section)?.[1];
  if (number !== undefined) {
    const bytes = PART_BYTES[number](seq);
    return [line, ` BODY[${number}] {${bytes.length}}\r\n`, bytes, ")\r\n"];
  }
  const [, start, length] = /<(\d+)(?:\.(\d+))?>$/.exec(section) ?? [];
  const whole = seq <= BODIES ? BODY : seq === LARGE ? LARGE_BODY : BODY.subarray(0, 2048);
  const from = Number(start ?? 0);
  const body = start === undefined ? whole : whole.subarray(from, from + Number(length));
  const name = start === undefined ? "BODY[]" : `BODY[]<${from}>`;
  return [line, ` ${name} {${body.length}}\r\n`, ...inChunks(body), ")\r\n"];
}

/** In pieces, so that the first can be sent at once. */
function inChunks(bytes) {
  const pieces = [];
  for (let at = 0; at < bytes.length; at += CHUNK) {
    pieces.push(bytes.subarray(at, at + CHUNK));
  }
  return pieces;
}
