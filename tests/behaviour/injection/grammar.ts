// The grammar of whole commands by RFC 9051, RFC 3501 and the extensions, and nothing more.
import { type Allowed, canonicalSet, latin1, Scanner, type Word } from "./scanner.ts";

/** A command as a server understands it. */
export interface Seen {
  readonly tag: string;
  /** Its name and its arguments. */
  readonly words: readonly Word[];
  /** How many bytes it took. */
  readonly used: number;
}

type Arguments = (it: Scanner) => Word[];

const none: Arguments = () => [];

/** Arguments, each after a space. */
function each(...readers: ((it: Scanner) => Word)[]): Arguments {
  return (it) =>
    readers.map((read) => {
      it.sp();
      return read(it);
    });
}

const mailbox = (it: Scanner) => it.mailbox();
const astring = (it: Scanner) => it.astring();
const set = (it: Scanner) => it.sequenceSet();
const atom = (it: Scanner) => it.atom();

/** How to read each command's arguments (RFC 9051 section 9, unless noted). */
const COMMANDS: Readonly<Record<string, Arguments>> = {
  CAPABILITY: none,
  NOOP: none,
  LOGOUT: none,
  IDLE: none,
  CLOSE: none,
  UNSELECT: none,
  NAMESPACE: none,
  STARTTLS: none,
  GETJMAPACCESS: none, // RFC 9698
  UNAUTHENTICATE: none, // RFC 8437
  COMPRESS: each(atom), // RFC 4978
  COMPARATOR: (it) => it.peek() === " " ? oneOrMore(it, () => it.astring()) : [], // RFC 5255
  LANGUAGE: (it) => it.peek() === " " ? oneOrMore(it, () => it.astring()) : [], // RFC 5255
  LOGIN: each(astring, astring),
  AUTHENTICATE: authenticate,
  ENABLE: (it) => oneOrMore(it, () => it.atom()),
  ID: each((it) => it.peek() === "(" ? it.list(() => idField(it), true).flat() : it.nstring()), // RFC 2971
  LIST: list,
  LSUB: each(mailbox, (it) => it.listMailbox()),
  XLIST: each(mailbox, (it) => it.listMailbox()), // Gmail's
  CREATE: create,
  DELETE: each(mailbox),
  SUBSCRIBE: each(mailbox),
  UNSUBSCRIBE: each(mailbox),
  RENAME: each(mailbox, mailbox),
  SELECT: selecting,
  EXAMINE: each(mailbox),
  STATUS: each(mailbox, (it) => it.list(() => it.atom())),
  GETACL: each(mailbox), // RFC 4314
  SETACL: each(mailbox, astring, astring),
  DELETEACL: each(mailbox, astring),
  LISTRIGHTS: each(mailbox, astring),
  MYRIGHTS: each(mailbox),
  GETQUOTA: each(astring), // RFC 9208
  GETQUOTAROOT: each(mailbox),
  SETQUOTA: each(astring, (it) => it.list(() => limit(it), true)),
  GETMETADATA: each(mailbox, (it) => it.list(() => it.astring())), // RFC 5464
  SETMETADATA: each(mailbox, (it) => it.list(() => annotation(it))),
  GENURLAUTH: each(astring, atom), // RFC 4467
  URLFETCH: each(astring),
  RESETKEY: (it) => it.peek() === " " ? each(mailbox)(it) : [],
  APPEND: append,
  NOTIFY: notify, // RFC 5465
  UIDBATCHES: uidBatches, // RFC 10022
  "UID EXPUNGE": each(set), // RFC 4315
  EXPUNGE: none,
  ...twice("COPY", each(set, mailbox)),
  ...twice("MOVE", each(set, mailbox)), // RFC 6851
  ...twice("REPLACE", replacing), // RFC 8508
  ...twice("STORE", storing),
  ...twice("FETCH", fetch),
  ...twice("SEARCH", search),
  ESEARCH: (it) => [...sources(it), ...search(it)], // RFC 7377
  ...twice("SORT", (it) => [...each(sortKeys, (it) => it.charset())(it), ...criteria(it)]), // RFC 5256
  ...twice("THREAD", (it) => [...each(atom, (it) => it.charset())(it), ...criteria(it)]),
  // The tests' own commands, for the writer that `run` passes on.
  XATOM: each(atom),
  XTEXT: each(astring),
  XNSTRING: each((it) => it.nstring()),
  XCHARSET: each((it) => it.charset()),
  XMAILBOX: each(mailbox),
  XPATTERN: each((it) => it.listMailbox()),
  XFLAG: each((it) => it.flag()),
  XFLAGS: each((it) => it.list(() => it.flag(), true)),
  XSET: each(set),
  XNUMBER: each((it) => it.number()),
  XDATE: each((it) => it.date()),
  XTIME: each((it) => it.dateTime()),
  XITEM: each((it) => it.list(() => fetchItem(it))),
  XLITERAL: each((it) => it.literal()),
  XRAW: each((it) => it.run(/[^\r\n\0]/, "text")),
};

function twice(name: string, read: Arguments): Record<string, Arguments> {
  return { [name]: read, [`UID ${name}`]: read };
}

/** Reads one command, including its line end. Throws `Wrong` or `Incomplete`. */
export function readCommand(bytes: Uint8Array, allowed: Allowed, granted: number): Seen {
  const it = new Scanner(bytes, allowed, granted);
  const tag = it.run(/[A-Za-z0-9]/, "a tag");
  it.sp();
  let name = it.atom();
  if (name === "UID") {
    it.sp();
    name += ` ${it.atom()}`;
  }
  const words = name.startsWith("XNAME") ? [nameOf(it, name)] : [name, ...readerOf(it, name)(it)];
  it.expect("\r\n");
  return { tag, words, used: it.used };
}

function readerOf(it: Scanner, name: string): Arguments {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : it.fail(`no command: ${name}`);
}

/** The name of one of the tests' own commands, of one word or more. */
function nameOf(it: Scanner, name: string): string {
  return it.peek() === " " ? [name, ...oneOrMore(it, () => it.atom())].join(" ") : name;
}

function oneOrMore(it: Scanner, read: () => Word): Word[] {
  const words: Word[] = [];
  do {
    it.sp();
    words.push(read());
  } while (it.peek() === " ");
  return words;
}

/** `NONE`, or sets of folders and events (RFC 5465 section 8). */
function notify(it: Scanner): Word[] {
  it.sp();
  const action = it.atom();
  if (action === "NONE") return [action];
  if (action !== "SET") it.fail("neither SET nor NONE");
  const words: Word[] = [action];
  it.sp();
  if (it.peek() !== "(") {
    words.push(it.atom());
    it.sp();
  }
  words.push(notifySet(it));
  while (it.peek() === " ") {
    it.sp();
    words.push(notifySet(it));
  }
  return words;
}

function notifySet(it: Scanner): Word {
  it.expect("(");
  const filter = it.atom();
  const words: Word[] = [filter];
  it.sp();
  if (filter === "SUBTREE" || filter === "MAILBOXES") {
    words.push(it.peek() === "(" ? it.list(() => it.mailbox()) : it.mailbox());
    it.sp();
  }
  const event = () => it.peek() === "(" ? it.list(() => fetchItem(it)) : it.atom();
  words.push(it.peek() === "(" ? it.list(event) : it.atom());
  it.expect(")");
  return words;
}

/** A size, and a range of batches. */
function uidBatches(it: Scanner): Word[] {
  it.sp();
  const size = it.number();
  if (it.peek() !== " ") return [size];
  it.sp();
  return [size, it.sequenceSet()];
}

/** The initial response is shown decoded (RFC 4959). */
function authenticate(it: Scanner): Word[] {
  it.sp();
  const name = it.atom();
  if (it.peek() !== " ") return [name];
  it.sp();
  const text = it.run(/[A-Za-z0-9+/=]/, "base64");
  return [name, text === "=" ? "" : fromBase64(text) ?? it.fail("not base64")];
}

/** The decoded bytes of strict base64, as text; `null` if it is not valid. */
export function fromBase64(text: string): string | null {
  const isRight = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text);
  return isRight ? atob(text) : null;
}

function idField(it: Scanner): Word[] {
  const name = it.string();
  it.sp();
  return [name, it.nstring()];
}

/** RFC 5258 section 6. */
function list(it: Scanner): Word[] {
  const words: Word[] = [];
  it.sp();
  if (it.peek() === "(") {
    words.push(it.list(() => it.atom()));
    it.sp();
  }
  words.push(it.mailbox());
  it.sp();
  words.push(it.peek() === "(" ? it.list(() => it.listMailbox()) : it.listMailbox());
  if (it.peek() !== " ") return words;
  it.expect(" RETURN ");
  return [...words, "RETURN", it.list(() => returnOption(it)).flat()];
}

/** RFC 5258, 5819, 8440 and 9590. */
function returnOption(it: Scanner): Word[] {
  const name = it.atom();
  if (name !== "STATUS" && name !== "METADATA") return [name];
  it.sp();
  return [name, it.list(() => name === "STATUS" ? it.atom() : it.astring())];
}

/** A name, and what the folder is for (RFC 6154 section 3). */
function create(it: Scanner): Word[] {
  it.sp();
  const words: Word[] = [it.mailbox()];
  if (it.peek() !== " ") return words;
  it.sp();
  const uses = it.list(() => {
    const name = it.atom();
    it.sp();
    return [name, it.list(() => it.flag())];
  });
  return [...words, uses];
}

function limit(it: Scanner): Word {
  const resource = it.atom();
  it.sp();
  return [resource, it.number()];
}

/**
 * The name of an entry and its value; a literal8 is allowed without BINARY (RFC 5464 section 5).
 */
function annotation(it: Scanner): Word {
  const entry = it.astring();
  it.sp();
  if (it.peek() !== "~") return [entry, it.nstring()];
  it.expect("~");
  return [entry, it.literal("binary")];
}

function replacing(it: Scanner): Word[] {
  it.sp();
  return [it.sequenceSet(), ...append(it)];
}

function append(it: Scanner): Word[] {
  it.sp();
  const words: Word[] = [it.mailbox()];
  do {
    it.sp();
    if (it.peek() === "(") {
      words.push(it.list(() => it.flag(), true));
      it.sp();
    }
    if (it.peek() === '"') {
      words.push(it.dateTime());
      it.sp();
    }
    if (it.peek() === "A") {
      words.push(it.atom());
      it.sp();
      words.push(it.list(() => entryOf(it)));
      it.sp();
    }
    if (it.peek() === "C") {
      words.push(it.atom());
      it.sp();
      words.push(it.list(() => catPart(it)));
    } else words.push(it.peek() === "U" ? utf8Message(it) : it.literal());
  } while (it.peek() === " ");
  return words;
}

/** A piece of a message (RFC 4469 section 5). */
function catPart(it: Scanner): Word {
  if (it.peek() === "U") {
    const name = it.atom();
    it.sp();
    if (name === "URL") return it.astring();
    if (name !== "UTF8") it.fail("not a piece of a message");
    return it.list(() => {
      it.expect("~");
      return it.literal("binary");
    }) as Word;
  }
  if (it.atom() !== "TEXT") it.fail("not a piece of a message");
  it.sp();
  return it.literal();
}

/** `UTF8 (~{n})` (RFC 6855 section 4). */
function utf8Message(it: Scanner): Word {
  if (it.atom() !== "UTF8") it.fail("not a message");
  it.sp();
  return it.list(() => {
    it.expect("~");
    return it.literal("binary");
  }) as Word;
}

/** A folder's name, and the parameters of RFC 7162 in parentheses. */
function selecting(it: Scanner): Word[] {
  const words = each(mailbox)(it);
  if (it.peek() !== " ") return words;
  it.sp();
  return [...words, it.list(() => it.atom())];
}

function storing(it: Scanner): Word[] {
  const words = each(set)(it);
  it.sp();
  if (it.peek() === "(") {
    words.push(it.list(() => it.run(/[A-Z0-9]/, "a modifier")));
    it.sp();
  }
  const item = storeItem(it);
  it.sp();
  words.push(item);
  if (item === "ANNOTATION") return [...words, it.list(() => entryOf(it))];
  return [...words, it.list(() => storeValue(it), true)];
}

/** An entry of a message with its attributes and their values (RFC 5257 section 5). */
function entryOf(it: Scanner): Word {
  const entry = it.astring();
  it.sp();
  return [entry, it.list(() => annotation(it))];
}

function storeItem(it: Scanner): Word {
  const item = it.atom();
  if (!/^(?:[+-]?(?:FLAGS|X-GM-LABELS)(?:\.SILENT)?|ANNOTATION)$/.test(item)) {
    it.fail("not a STORE item");
  }
  return item;
}

/** A flag, or a Gmail label, which is a string in modified UTF-7. */
function storeValue(it: Scanner): Word {
  return it.atString ? it.string() : it.flag();
}

function fetch(it: Scanner): Word[] {
  const words = each(set, (it) => it.list(() => fetchItem(it)))(it);
  if (it.peek() !== " ") return words;
  it.sp();
  // RFC 4466 section 2.1: names, some with a value such as a number.
  return [...words, it.list(() => it.run(/[A-Z0-9.\-/:*,]/, "a modifier"))];
}

const HEADER_LIST = /^HEADER\.FIELDS(?:\.NOT)?$/;

/** `fetch-att`, with its section and its partial range. */
function fetchItem(it: Scanner): string {
  let item = it.run(/[A-Z0-9.-]/, "a FETCH item");
  if (it.peek() === "[") {
    item += section(it);
    if (it.peek() === "<") item += partial(it);
  }
  return item;
}

function section(it: Scanner): string {
  it.expect("[");
  const text = it.peek() === "]" ? "" : it.run(/[A-Z0-9.]/, "a section");
  const rest = /^(?:[1-9]\d*(?:\.[1-9]\d*)*(?:\.(?=[A-Z])|$))?(.*)$/.exec(text)![1];
  const parts = rest !== text;
  const known = /^(?:|HEADER|TEXT|HEADER\.FIELDS(?:\.NOT)?)$/.test(rest) ||
    (parts && rest === "MIME");
  if (!known) it.fail(`not a section: ${text}`);
  let fields = "";
  if (HEADER_LIST.test(rest)) {
    it.sp();
    fields = ` (${it.list(() => it.astring()).join(" ")})`;
  }
  it.expect("]");
  return `[${text}${fields}]`;
}

function partial(it: Scanner): string {
  it.expect("<");
  const first = it.number();
  it.expect(".");
  const count = it.number();
  if (count === "0") it.fail("a partial range of nothing");
  it.expect(">");
  return `<${first}.${count}>`;
}

function sortKeys(it: Scanner): Word {
  return it.list(() => it.atom());
}

/** `IN (...) RETURN (...)`. */
function sources(it: Scanner): Word[] {
  it.sp();
  it.expect("IN ");
  const folders = it.list(() => it.peek() === "(" ? it.list(() => it.mailbox()) : it.atom());
  it.expect(" RETURN ");
  return ["IN", folders, "RETURN", it.list(() => it.atom())];
}

function search(it: Scanner): Word[] {
  it.sp();
  if (it.allowed.anyCriteria) return ownCriteria(it);
  const first = searchKey(it);
  if (first[0] !== "CHARSET") return it.peek() === " " ? [...first, ...searchKeys(it)] : first;
  return [...first, ...searchKeys(it)];
}

/** Criteria as one text: words, strings and parentheses, whatever they mean. */
function ownCriteria(it: Scanner): Word[] {
  const words: Word[] = [];
  while (it.peek() !== "\r") {
    if (it.atString) words.push(it.string());
    else if (it.peek() === " ") it.sp();
    else if ("()".includes(it.peek())) words.push(it.run(/[()]/, "a parenthesis"));
    else words.push(it.run(/[!#-'*-z|}~]/, "a word"));
  }
  return words;
}

/** The criteria of SORT and THREAD. */
function criteria(it: Scanner): Word[] {
  if (!it.allowed.anyCriteria) return searchKeys(it);
  it.sp();
  return ownCriteria(it);
}

function searchKeys(it: Scanner): Word[] {
  const words: Word[] = [];
  do {
    it.sp();
    words.push(...searchKey(it));
  } while (it.peek() === " ");
  return words;
}

const WITH_TEXT =
  /^(?:BCC|BODY|CC|FROM|SUBJECT|TEXT|TO|X-GM-RAW|X-GM-LABELS|CHARSET|EMAILID|THREADID|FILTER)$/;
const WITH_DATE = /^(?:BEFORE|ON|SINCE|SENT(?:BEFORE|ON|SINCE)|SAVED(?:BEFORE|ON|SINCE))$/;
const WITH_NUMBER = /^(?:LARGER|SMALLER|OLDER|YOUNGER|MODSEQ|X-GM-MSGID)$/;
const ALONE =
  /^(?:ALL|(?:UN)?(?:ANSWERED|DELETED|DRAFT|FLAGGED|SEEN)|NEW|OLD|RECENT|SAVEDATESUPPORTED)$/;

/** `search-key`; an unknown one may be followed by texts. */
function searchKey(it: Scanner): Word[] {
  if (it.peek() === "(") return [it.list(() => searchKey(it)).flat()];
  if (/[\d*]/.test(it.peek())) return [it.sequenceSet()];
  const key = it.atom();
  const then = (read: () => Word) => {
    it.sp();
    return read();
  };
  if (ALONE.test(key)) return [key];
  if (WITH_TEXT.test(key)) return [key, then(() => it.astring())];
  if (WITH_DATE.test(key)) return [key, then(() => it.date())];
  if (WITH_NUMBER.test(key)) return [key, then(() => it.number())];
  if (/^(?:UN)?KEYWORD$/.test(key)) return [key, then(() => it.atom())];
  if (key === "HEADER") return [key, then(() => it.astring()), then(() => it.astring())];
  if (key === "UID") return [key, then(() => it.sequenceSet())];
  if (key === "NOT" || key === "FUZZY") return [key, ...[then(() => searchKey(it))].flat()];
  if (key === "OR") return [key, ...then(() => searchKey(it))!, ...then(() => searchKey(it))!];
  if (key === "XNEW") return [key, then(() => newKeyValue(it))];
  return [key];
}

/** The value after one of the tests' own keys: a set of ids, or any text. */
function newKeyValue(it: Scanner): string {
  if (it.atString) return it.string();
  const text = it.run(/[^\s"(){]/, "a text");
  return canonicalSet(text) ?? text;
}

/** A command in the form that a failing test shows. */
export function shown(bytes: Uint8Array): string {
  const text = latin1(bytes.subarray(0, 300));
  return JSON.stringify(text) + (bytes.length > 300 ? `... (${bytes.length} bytes)` : "");
}
