import { upperAscii } from "../model/text.ts";
import type { ChannelBindingType } from "../model/transport.ts";

/** What a server does otherwise than the RFCs say, as far as the client has to know. */
export interface Quirks {
  /** Characters of message ids that it takes in one command; `null` if it takes the usual 8,000. */
  readonly ids: number | null;
  /** Extensions that it offers and that `enable: "best"` leaves off, in upper case. */
  readonly notEnabled: readonly string[];
  /** Extensions that it offers and that do not work: they count as missing. In upper case. */
  readonly broken: readonly string[];
  /** Whether it enables extensions without saying which: no `ENABLED` before the OK. */
  readonly silentEnable: boolean;
  /** Whether APPEND takes UTF-8 in a header only as `UTF8 (~{n})` (RFC 6855). */
  readonly utf8Item: boolean;
  /** Whether asking for content decoded (BINARY, RFC 3516) can make it end the session. */
  readonly unsafeBinary: boolean;
  /** Whether it says OK after a message that it can't decode (BINARY), and leaves out the rest. */
  readonly silentBinary: boolean;
  /** Whether a sample of sequence numbers (RFC 7162) can make it leave out removed messages. */
  readonly badSequenceMatch: boolean;
  /** Whether MOVE of several messages pairs the wrong UIDs in COPYUID. */
  readonly unpairedUids: boolean;
  /** Whether PARTIAL from the end (RFC 9394) is right only if nothing else is returned. */
  readonly partialAlone: boolean;
  /** Whether it lists folders that change unasked once IMAP4rev2 is enabled. */
  readonly listsUnasked: boolean;
  /** Whether the `MAILBOXID` that STATUS tells is not the folder's. */
  readonly wrongMailboxIds: boolean;
  /** The only channel bindings that it accepts; `null` if it may accept all. */
  readonly channelBindings: readonly ChannelBindingType[] | null;
  /** What callers should know, in plain English. */
  readonly notes: readonly string[];
}

/** What is known about the program on the other side. */
export interface ServerInfo {
  /** Its name, such as `Dovecot`; `null` if it is not known. */
  readonly name: string | null;
  /** Its version, if it tells. */
  readonly version: string | null;
  /** What has to be done about it. */
  readonly quirks: Quirks;
}

/** What a server says about itself. */
export interface ServerSigns {
  /** The text of its greeting. */
  readonly greeting: string;
  /** Its capabilities, in upper case. */
  readonly capabilities: readonly string[];
  /** Its answer to ID, as far as it came. */
  readonly id: Readonly<Record<string, string | null>>;
}

/** The quirks of a server that has none. */
export const NO_QUIRKS: Quirks = {
  ids: null,
  notEnabled: [],
  broken: [],
  silentEnable: false,
  utf8Item: false,
  unsafeBinary: false,
  silentBinary: false,
  badSequenceMatch: false,
  unpairedUids: false,
  partialAlone: false,
  listsUnasked: false,
  wrongMailboxIds: false,
  channelBindings: null,
  notes: [],
};

/** How a server is known, by any of the signs, and what is odd about it. */
interface Known {
  readonly name: string;
  /** Its greeting; the version, if it is there, is the first group. */
  readonly greeting?: RegExp;
  /** The `name` of its ID. */
  readonly id?: RegExp;
  /** A capability that no other server has. */
  readonly capability?: string;
  readonly quirks?: Partial<Quirks>;
}

/**
 * The servers that are told apart. The comment at a quirk says who found it; "owner/repository#n"
 * is a public report. Who finds another adds it here.
 */
const SERVERS: readonly Known[] = [
  {
    name: "Exchange",
    greeting: /Microsoft Exchange(?: Server)?(?: \d+)? IMAP4/,
    quirks: {
      // Its SEARCH finds nothing once IMAP4rev2 is on: jstedfast/MailKit#2016.
      notEnabled: ["IMAP4REV2"],
    },
  },
  {
    name: "iCloud",
    capability: "XAPPLELITERAL",
    quirks: {
      // OK without ENABLED: jstedfast/MailKit#1871.
      silentEnable: true,
      broken: [
        // The answer has COUNT alone, whatever RETURN asks for: nextcloud/mail#9454.
        ...["ESEARCH", "SEARCHRES", "ESORT"],
        // BINARY.SIZE is a syntax error; messages vanished in Mailspring with QRESYNC.
        ...["BINARY", "QRESYNC"],
      ],
      // modern-email/defects#36.
      notes: ["Fetch whole messages as BODY.PEEK[]: RFC822 may come back empty."],
    },
  },
  {
    name: "Yahoo",
    id: /^Y!IMAP/i,
    capability: "XYMHIGHESTMODSEQ",
    quirks: {
      // Longer lines are refused: MailKit's budget for it, and mjs/imapclient#3.
      ids: 1000,
      // UID MOVE of several messages; measured by a third party in 2026.
      unpairedUids: true,
      notes: [
        // senders.yahooinc.com, "Limited mode" and "UID mode".
        "Only the newest 10,000 messages of a folder can be seen, unless UIDONLY is enabled.",
        // Measured by a third party in 2026.
        "BODY[HEADER.FIELDS (...)] leaves out List-Unsubscribe: fetch the whole header.",
        "SEARCH HEADER List-Id finds nothing.",
      ],
    },
  },
  {
    name: "Courier",
    greeting: /Courier-IMAP ready/,
    // It is of RFC 6855, by its source.
    quirks: { utf8Item: true },
  },
  {
    name: "UW IMAP",
    greeting: /IMAP4rev1 (20\d\d[a-z]?\.\d+)/,
    // Its command buffer: MailKit's budget for it, and mjs/imapclient#3.
    quirks: { ids: 1000 },
  },
  {
    name: "Coremail",
    greeting: /^Coremail System IMap Server/i,
    capability: "X-CM-EXT-1",
    quirks: {
      // pimalaya/himalaya#651; modern-email/defects#15.
      notes: ["It refuses to select a folder until ID is sent.", "STATUS leaves out UIDNEXT."],
    },
  },
  {
    name: "QQ Mail",
    greeting: /QQMail IMAP4Server/i,
    // Seen by several clients; modern-email/defects.
    quirks: { notes: ["SEARCH ignores SUBJECT and FROM, and finds every message."] },
  },
  {
    name: "Strato",
    greeting: /\bstrato\b/i,
    // It enables IMAP4rev2 unasked-for, and then finds nothing: jstedfast/MailKit#2016.
    quirks: { notEnabled: ["IMAP4REV2"] },
  },
  { name: "Gmail", greeting: /^Gimap ready/, id: /^GImap$/i, capability: "X-GM-EXT-1" },
  {
    name: "Dovecot",
    greeting: /\bDovecot\b/i,
    id: /^Dovecot/i,
    quirks: {
      // 2.3.19 and 2.4.1 end the session, at base64 without its padding.
      unsafeBinary: true,
      // If it is set to have it, 2.4.1 still takes folder names only in modified UTF-7.
      notEnabled: ["UTF8=ACCEPT"],
      // For another type, the process of 2.4.1 that answers panics.
      channelBindings: ["tls-exporter", "tls-unique"],
    },
  },
  {
    name: "Cyrus",
    greeting: /Cyrus IMAP(?:4)? (?:v)?(\d[\w.]*)?/,
    id: /^Cyrus IMAPD?$/i,
    quirks: {
      // For numbers above EXISTS, 3.6.1 compares the UIDs of messages that are not there any more.
      badSequenceMatch: true,
      // 3.6.1 and 3.12.3, for an encoding that they don't know.
      silentBinary: true,
      // With TLS 1.3 too, which has no such binding (RFC 9266): cyrusimap/cyrus-imapd#4191.
      channelBindings: ["tls-unique"],
      // With the first, 3.12.3 waits for a second after each change of a folder, lists it unasked,
      // and its LIST (SUBSCRIBED) crashes if one of these is gone. With the second, its SEARCH finds
      // little that is not ASCII.
      notEnabled: ["IMAP4REV2", "UTF8=ACCEPT"],
      listsUnasked: true,
      // With COUNT, MIN or MAX, 3.12.3 returns the first messages for a range from the end.
      partialAlone: true,
      // 3.6.1 sends bytes of its memory, other ones each time.
      wrongMailboxIds: true,
    },
  },
  { name: "Stalwart", greeting: /Stalwart/i, id: /^Stalwart/i },
  { name: "mox", greeting: /^mox imap/i, id: /^mox$/i },
  { name: "Proton Bridge", greeting: /^gluon/i, id: /^gluon$/i },
  { name: "Yandex", greeting: /^Yandex IMAP4rev1/i },
  { name: "Zoho", greeting: /^Zoho Mail IMAP4rev1/i },
  { name: "Zimbra", greeting: /Zimbra(?: (\d[\w.]*))? IMAP4rev1/i, id: /^Zimbra$/i },
  { name: "MemoryServer", greeting: /^MemoryServer$/, id: /^MemoryServer$/ },
];

/**
 * Recognises a server. `own` replaces entries of its quirks; `false` is a server without quirks.
 */
export function identify(signs: ServerSigns, own: Partial<Quirks> | false): ServerInfo {
  const known = SERVERS.find((it) => isRecognised(it, signs));
  const told = signs.id.name ?? null;
  const greeted = known?.greeting?.exec(signs.greeting)?.[1] ?? null;
  return {
    name: known?.name ?? told,
    version: signs.id.version ?? greeted,
    quirks: own === false ? { ...NO_QUIRKS } : { ...NO_QUIRKS, ...known?.quirks, ...checked(own) },
  };
}

/** An entry that is `undefined` counts as left out. */
function checked(own: Partial<Quirks>): Partial<Quirks> {
  const given = Object.entries(own).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => {
    const isNames = name === "broken" || name === "notEnabled";
    return [name, isNames ? (value as readonly string[]).map(upperAscii) : value];
  }));
}

function isRecognised({ greeting, id, capability }: Known, signs: ServerSigns): boolean {
  if (capability !== undefined && signs.capabilities.includes(capability)) return true;
  return greeting?.test(signs.greeting) === true || id?.test(signs.id.name ?? "") === true;
}
