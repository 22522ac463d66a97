import { parseDate, type ZonedDate } from "../../model/dates.ts";
import { BACKSLASH, encodeUtf8, LPAREN, RPAREN, SP, tryUtf8 } from "../../util/bytes.ts";
import { decodeUtf7 } from "../../mime/utf7.ts";
import type { Arguments } from "../arguments.ts";
import type { View } from "../folder.ts";
import { gmailQuery } from "../gmail_query.ts";
import { type Fold, hasFlag, ignoringCase, inHeader, inText, type Match, not } from "../matches.ts";
import type { Message } from "../message.ts";
import { fieldValue } from "../mime.ts";
import { bodyText, wholeText } from "../mime_text.ts";
import { membership } from "../picked.ts";
import { bad } from "../refusal.ts";
import { foldOf } from "./comparator.ts";
import { uidRequired } from "./modes.ts";
import type { Session } from "./server_session.ts";

/** Keys nested more deeply than this are refused. */
const DEEPEST = 100;
const DAY = 24 * 60 * 60 * 1000;

/** Reads the keys of a SEARCH; each method reads one kind of key. */
export class SearchKeys {
  readonly #args: Arguments;
  readonly #view: View;
  readonly #gmail: boolean;
  readonly #charset: string;
  readonly #session: Session;
  readonly #fold: Fold;
  #usesModseq = false;
  #isFuzzy = false;
  #depth = 0;
  /** The sets of messages that are not part of another key. */
  readonly #sets: Match[] = [];

  constructor(args: Arguments, session: Session, view: View, charset: string) {
    this.#args = args;
    this.#view = view;
    this.#session = session;
    this.#fold = foldOf(session.comparator);
    this.#gmail = session.has("X-GM-EXT-1");
    this.#charset = charset;
  }

  /** Whether MODSEQ was used, so that the answer includes a mod-sequence (RFC 7162). */
  get usesModseq(): boolean {
    return this.#usesModseq;
  }

  /** Whether FUZZY was used, so that there are relevancy scores (RFC 6203). */
  get isFuzzy(): boolean {
    return this.#isFuzzy;
  }

  /** The messages to look at: those in all sets that the search names. */
  get among(): Match {
    return (message, sequence) => this.#sets.every((has) => has(message, sequence));
  }

  /** Reads all keys up to the end or the closing parenthesis. A message must match each of them. */
  all(): Match {
    const keys: Match[] = [];
    do keys.push(this.#key()); while (this.#args.take(SP));
    return (message, sequence) => keys.every((key) => key(message, sequence));
  }

  #key(): Match {
    if (++this.#depth > DEEPEST) throw bad("the search is nested too deeply");
    const match = this.#parenthesised() ?? this.#set() ?? this.#named();
    this.#depth--;
    return match;
  }

  #parenthesised(): Match | null {
    if (!this.#args.take(LPAREN)) return null;
    const match = this.all();
    this.#args.expect(RPAREN);
    return match;
  }

  #set(): Match | null {
    if (!this.#args.atSequenceSet) return null;
    if (this.#session.modes.uidOnly) throw uidRequired();
    return this.#among(membership(this.#view, this.#args.sequenceSet(), false));
  }

  /** Notes a set that the whole search is limited to. */
  #among(set: Match): Match {
    if (this.#depth === 1) this.#sets.push(set);
    return set;
  }

  #named(): Match {
    const name = this.#args.keyword();
    if (this.#gmail && name.startsWith("X-GM-")) return this.#gmailKey(name);
    return this.#flag(name) ?? this.#text(name) ?? this.#date(name) ?? this.#objectId(name) ??
      this.#other(name);
  }

  #flag(name: string): Match | null {
    const { recent } = this.#view;
    switch (name) {
      case "ALL":
        return () => true;
      case "RECENT":
        return (message) => recent.has(message);
      case "OLD":
        return (message) => !recent.has(message);
      case "NEW":
        return (message) => recent.has(message) && !message.flags.has("\\Seen");
      case "SAVEDATESUPPORTED": {
        const has = this.#session.has("SAVEDATE");
        return has ? () => true : null;
      }
      case "KEYWORD":
        return hasFlag(this.#args.sp().atom());
      case "UNKEYWORD":
        return not(hasFlag(this.#args.sp().atom()));
    }
    const system = /^(UN)?(ANSWERED|DELETED|DRAFT|FLAGGED|SEEN)$/.exec(name);
    if (system === null) return null;
    const match = hasFlag(`\\${system[2]}`);
    return system[1] === undefined ? match : not(match);
  }

  #text(name: string): Match | null {
    switch (name) {
      case "FROM":
      case "TO":
      case "CC":
      case "BCC":
      case "SUBJECT":
        return inHeader(name, this.#argument(), this.#fold);
      case "HEADER": {
        const field = this.#argument().toUpperCase();
        return inHeader(field, this.#argument(), this.#fold);
      }
      case "BODY":
        return inText(bodyText, this.#argument(), this.#fold);
      case "TEXT":
        return inText(wholeText, this.#argument(), this.#fold);
    }
    return null;
  }

  #date(name: string): Match | null {
    const kind = /^(SENT|SAVED)?(BEFORE|ON|SINCE)$/.exec(name);
    const [, which] = kind ?? [];
    if (kind === null || which === "SAVED" && !this.#session.has("SAVEDATE")) return null;
    const wanted = this.#args.sp().date().getTime() / DAY;
    const dayOf = which === undefined ? internalDay : which === "SENT" ? sentDay : savedDay;
    if (kind[2] === "BEFORE") return (message) => dayOf(message) < wanted;
    if (kind[2] === "ON") return (message) => dayOf(message) === wanted;
    return (message) => dayOf(message) >= wanted;
  }

  #other(name: string): Match {
    switch (name) {
      case "NOT":
        return not(this.#next());
      case "OR": {
        const [one, two] = [this.#next(), this.#next()];
        return (message, sequence) => one(message, sequence) || two(message, sequence);
      }
      case "LARGER": {
        const size = this.#args.sp().number();
        return ({ bytes }) => bytes.length > size;
      }
      case "SMALLER": {
        const size = this.#args.sp().number();
        return ({ bytes }) => bytes.length < size;
      }
      case "OLDER":
      case "YOUNGER":
        return this.#within(name);
      case "FUZZY":
        return this.#fuzzy();
      case "UID":
        return this.#among(membership(this.#view, this.#args.sp().sequenceSet(), true));
      case "MODSEQ": {
        const modseq = this.#modseq();
        return (message) => message.modseq >= modseq;
      }
    }
    throw bad(`there is no search key ${name}`);
  }

  /** Reads an interval in seconds up to now (WITHIN, RFC 5032). */
  #within(name: "OLDER" | "YOUNGER"): Match {
    if (!this.#session.has("WITHIN")) throw bad("there is no WITHIN");
    const interval = this.#args.sp().number();
    if (interval === 0) throw bad("an interval of at least a second");
    const age = ({ date }: Message) => seconds(Date.now()) - seconds(date.getTime());
    if (name === "OLDER") return (message) => age(message) >= interval;
    return (message) => age(message) <= interval;
  }

  /** Reads a key that may be matched in any way (RFC 6203); here it is matched as it is. */
  #fuzzy(): Match {
    if (!this.#session.has("SEARCH=FUZZY")) throw bad("there is no SEARCH=FUZZY");
    this.#isFuzzy = true;
    return this.#next();
  }

  /** Reads the least mod-sequence. All flags of a message share one mod-sequence. */
  #modseq(): number {
    this.#session.modseqs.compare();
    this.#usesModseq = true;
    if (this.#args.sp().atString) {
      this.#args.string();
      this.#args.sp().match(/^(?:priv|shared|all)(?= )/i, "priv, shared or all");
      this.#args.sp();
    }
    return this.#args.number();
  }

  /** Reads a key of Gmail's X-GM-EXT-1. */
  #gmailKey(name: string): Match {
    switch (name) {
      case "X-GM-MSGID": {
        const id = this.#bigNumber();
        return ({ content }) => content.id === id;
      }
      case "X-GM-THRID": {
        const id = this.#bigNumber();
        return ({ content }) => content.conversation.id === id;
      }
      case "X-GM-LABELS": {
        const label = this.#label();
        return ({ content }) => content.labels.has(label);
      }
      case "X-GM-RAW":
        return gmailQuery(ignoringCase(this.#argument("as it is")), this.#view.folder.name);
    }
    throw bad(`there is no search key ${name}`);
  }

  /** Reads a key of OBJECTID (RFC 8474). */
  #objectId(name: string): Match | null {
    if (!this.#session.has("OBJECTID")) return null;
    switch (name) {
      case "EMAILID": {
        const id = this.#args.sp().atom();
        return ({ content }) => content.emailId === id;
      }
      case "THREADID": {
        const id = this.#args.sp().atom();
        return ({ content }) => content.threadId === id;
      }
    }
    return null;
  }

  #bigNumber(): bigint {
    const text = this.#args.sp().atom();
    if (!/^\d{1,20}$/.test(text)) throw bad("expected a number");
    return BigInt(text);
  }

  /** Reads a label in modified UTF-7 or in the charset; some of Gmail's own are not quoted. */
  #label(): string {
    if (this.#args.ahead(/^ \\/)) return `\\${this.#args.sp().expect(BACKSLASH).atom()}`;
    const label = this.#argument("as it is");
    return this.#session.modes.utf8 ? label : decodeUtf7(encodeUtf8(label));
  }

  #next(): Match {
    this.#args.sp();
    return this.#key();
  }

  /**
   * Reads a text to search for, in the announced charset. It is folded as the comparator says,
   * unless said otherwise.
   */
  #argument(letterCase?: "as it is"): string {
    const bytes = this.#args.sp().astring();
    const ascii = bytes.every((byte) => byte < 128);
    if (!ascii && this.#charset !== "UTF-8") throw bad(`the text is not ${this.#charset}`);
    const text = tryUtf8(bytes);
    if (text === null) throw bad("the text is not UTF-8");
    return letterCase === undefined ? this.#fold(text) : text;
  }
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

function internalDay({ date }: Message): number {
  return day(date);
}

function savedDay({ saved }: Message): number {
  return Math.floor(saved.getTime() / DAY);
}

/** The day in the Date field; NaN, which no comparison matches, if there is none. */
function sentDay({ entity }: Message): number {
  const date = parseDate(fieldValue(entity, "DATE") ?? "");
  return date === null ? NaN : day(date);
}

/** The calendar day in the date's own zone, as days since 1970. */
function day(date: ZonedDate): number {
  return Math.floor((date.getTime() + (date.offsetMinutes ?? 0) * 60_000) / DAY);
}
