import type { ZonedDate } from "../model/dates.ts";
import { NumberSet } from "../model/number_set.ts";
import type { SearchContext } from "./contexts.ts";
import { type Content, Message } from "./message.ts";

/** The flags that every folder has. */
export const SYSTEM_FLAGS: readonly string[] = [
  "\\Answered",
  "\\Flagged",
  "\\Deleted",
  "\\Seen",
  "\\Draft",
];

/** A folder. All sessions share it, each through a {@linkcode View} of its own. */
export class Folder {
  /** Its full name; RENAME changes it. */
  name: string;
  /** The UIDVALIDITY of its UIDs. */
  readonly uidValidity: number;
  /** Its special use, such as `\Sent` (RFC 6154). */
  readonly specialUse: string | null;
  /** `false` for a deleted folder of which only the name is left, since it has children. */
  selectable = true;
  /** The UID of the next message. */
  uidNext = 1;
  /** Counts the changes in the folder (RFC 7162), from 1. */
  highestModseq = 1;
  /** Its messages by UID. */
  messages: Message[] = [];
  /** Messages that no session knows of yet. */
  readonly recent: Set<Message> = new Set();
  /** Whether there are mod-sequences for it; if not, clients see none (NOMODSEQ, RFC 7162). */
  keepsModseqs = true;
  /** The messages that were expunged, and the change that expunged each (RFC 7162). */
  readonly expunged: { readonly uid: number; readonly modseq: number }[] = [];
  /** The rights (RFC 4314) of each user or group. */
  readonly rights: Map<string, string> = new Map();
  /** Called after every change of its messages. */
  onChange: ((type: "messages" | "flags") => void) | null = null;
  readonly #keywords = new Map<string, string>();
  readonly #views = new Set<View>();

  constructor(name: string, uidValidity: number, specialUse: string | null) {
    this.name = name;
    this.uidValidity = uidValidity;
    this.specialUse = specialUse;
  }

  /** What identifies it also after a RENAME (MAILBOXID, RFC 8474). */
  get id(): string {
    return `F${this.uidValidity}`;
  }

  /** All flags in use. */
  get flags(): readonly string[] {
    return [...SYSTEM_FLAGS, ...this.#keywords.values()];
  }

  /** Adds a message. */
  add(content: Content, date: ZonedDate, flags: Iterable<string>): Message {
    const message = new Message(
      this.uidNext++,
      ++this.highestModseq,
      content,
      date,
      this.#known(flags),
    );
    this.messages.push(message);
    this.recent.add(message);
    for (const view of this.#views) view.added(message);
    this.onChange?.("messages");
    return message;
  }

  /** Removes messages permanently. */
  expunge(gone: ReadonlySet<Message>): void {
    const removed = this.messages.filter((message) => gone.has(message));
    this.messages = this.messages.filter((message) => !gone.has(message));
    if (removed.length > 0) this.highestModseq++;
    for (const message of removed) {
      message.modseq = this.highestModseq;
      this.expunged.push({ uid: message.uid, modseq: message.modseq });
      this.recent.delete(message);
      for (const view of this.#views) view.removed(message);
    }
    if (removed.length > 0) this.onChange?.("messages");
  }

  /** Sets a message's flags and informs every view except the one that set them. */
  setFlags(message: Message, flags: Iterable<string>, by: View): void {
    const next = this.#known(flags);
    const same = [...next].every((flag) => message.flags.has(flag));
    if (same && next.size === message.flags.size) return;
    message.flags.clear();
    for (const flag of next) message.flags.add(flag);
    message.modseq = ++this.highestModseq;
    for (const view of this.#views) if (view !== by) view.changed(message);
    this.onChange?.("flags");
  }

  /** Tells every view but one something about the folder. */
  tell(line: string, except: View | null): void {
    for (const view of this.#views) if (view !== except) view.noted(line);
  }

  /** Opens the folder for a session. */
  open(readOnly: boolean): View {
    const view = new View(this, readOnly);
    this.#views.add(view);
    return view;
  }

  /** A session no longer uses this view. */
  close(view: View): void {
    this.#views.delete(view);
  }

  /** The flags; keywords have the letter case that the folder saw first. */
  #known(flags: Iterable<string>): Set<string> {
    const known = new Set<string>();
    for (const flag of flags) {
      const key = flag.toLowerCase();
      const system = SYSTEM_FLAGS.find((name) => name.toLowerCase() === key);
      if (system === undefined && !this.#keywords.has(key)) this.#keywords.set(key, flag);
      known.add(system ?? this.#keywords.get(key)!);
    }
    return known;
  }
}

/**
 * A folder as one session knows it. Changes by others wait here until the session may be told of
 * them; until then its sequence numbers stay the same (RFC 9051 sections 5.2 and 7.5.1).
 */
export class View {
  /** The folder that is viewed. */
  readonly folder: Folder;
  /** Whether it was opened by EXAMINE. */
  readonly readOnly: boolean;
  /** The messages in the order of their sequence numbers, which begin at 1. */
  messages: Message[];
  /** Whether the session's strings are UTF-8. */
  utf8 = false;
  /** Whether there is `\Recent`; IMAP4rev2 has none. */
  hasRecent = true;
  /** The messages that have `\Recent` in this session. */
  readonly recent: Set<Message>;
  /** Whether the session is told the mod-sequence of every change (RFC 7162). */
  tellsModseq = false;
  /** Whether the session is told the UIDs of expunged messages (QRESYNC, RFC 7162). */
  tellsVanished = false;
  /** Whether the session knows messages by their UIDs alone (UIDONLY, RFC 9586). */
  uidOnly = false;
  /** The searches whose results are kept up to date. */
  contexts: SearchContext[] = [];
  /** The messages that `$` stands for (RFC 5182); `null` if the server has no SEARCHRES. */
  saved: ReadonlySet<Message> | null = null;
  /** Called after every change, for a session that may be told at once. */
  onChange: (() => void) | null = null;
  #added: Message[] = [];
  readonly #removed = new Set<Message>();
  readonly #changed = new Set<Message>();
  readonly #notes: string[] = [];
  #flagsTold: number;

  constructor(folder: Folder, readOnly: boolean) {
    this.folder = folder;
    this.readOnly = readOnly;
    this.messages = [...folder.messages];
    this.recent = new Set(folder.recent);
    this.#flagsTold = folder.flags.length;
    if (!readOnly) folder.recent.clear();
  }

  /** The folder has a new message. */
  added(message: Message): void {
    this.#added.push(message);
    this.onChange?.();
  }

  /** The folder has lost a message. */
  removed(message: Message): void {
    if (this.#added.includes(message)) this.#added.splice(this.#added.indexOf(message), 1);
    else this.#removed.add(message);
    this.onChange?.();
  }

  /** The flags of a message have changed. */
  changed(message: Message): void {
    this.#changed.add(message);
    this.onChange?.();
  }

  /** Something about the folder that is told as it is. */
  noted(line: string): void {
    this.#notes.push(line);
    this.onChange?.();
  }

  /** Whether somebody has expunged the message and the session has not been told yet. */
  isGone(message: Message): boolean {
    return this.#removed.has(message);
  }

  /** The flags of a message in this session, in parentheses. */
  flags(message: Message): string {
    const flags = [...message.flags];
    if (this.recent.has(message)) flags.push("\\Recent");
    return `(${flags.join(" ")})`;
  }

  /** How a response about a message begins: `5 FETCH (` or, with UIDONLY, `901 UIDFETCH (`. */
  head({ uid }: Message, sequence: number): string {
    return this.uidOnly ? `${uid} UIDFETCH (` : `${sequence} FETCH (`;
  }

  /** The flags in use, if some of them are new to the session. */
  newFlags(): string[] {
    const { flags } = this.folder;
    if (flags.length === this.#flagsTold) return [];
    this.#flagsTold = flags.length;
    return [`FLAGS (${flags.join(" ")})`];
  }

  /**
   * The untagged responses that are due now. Without `expunges`, sequence numbers stay the same;
   * with `uids`, every FETCH includes the UID.
   */
  news(expunges: boolean, uids: boolean): string[] {
    const lines = expunges ? this.#expunges() : [];
    const told = [...this.#arrivals(), ...this.newFlags(), ...this.#flagChanges(uids)];
    return [...lines, ...told, ...this.#heldBack(), ...this.#notes.splice(0)];
  }

  /** Whether the session is told of expunged messages by their UIDs. */
  get #namesGone(): boolean {
    return this.tellsVanished || this.uidOnly;
  }

  #expunges(): string[] {
    if (this.#removed.size === 0) return [];
    const lines: string[] = [];
    const kept: Message[] = [];
    for (const message of this.messages) {
      if (!this.#removed.has(message)) kept.push(message);
      else if (!this.#namesGone) lines.push(`${kept.length + 1} EXPUNGE`);
    }
    this.messages = kept;
    if (this.#namesGone) {
      const uids = [...this.#removed].map(({ uid }) => uid).sort((one, other) => one - other);
      lines.push(`VANISHED ${NumberSet.from(uids)}`);
    }
    for (const message of this.#removed) this.recent.delete(message);
    this.#removed.clear();
    return lines;
  }

  /**
   * While an expunge is held back, changes after it may have been told. The client must not take
   * them for all there are (RFC 7162 section 3.2).
   */
  #heldBack(): string[] {
    if (!this.tellsVanished || this.#removed.size === 0) return [];
    const first = Math.min(...Array.from(this.#removed, ({ modseq }) => modseq));
    return [`OK [HIGHESTMODSEQ ${first - 1}] an expunge is still to come`];
  }

  #arrivals(): string[] {
    if (this.#added.length === 0) return [];
    for (const message of this.#added) {
      this.messages.push(message);
      this.#changed.delete(message);
      if (!this.hasRecent || !this.folder.recent.has(message)) continue;
      this.recent.add(message);
      if (!this.readOnly) this.folder.recent.delete(message);
    }
    this.#added = [];
    const exists = `${this.messages.length} EXISTS`;
    return this.hasRecent ? [exists, `${this.recent.size} RECENT`] : [exists];
  }

  #flagChanges(uids: boolean): string[] {
    const lines: string[] = [];
    if (this.#changed.size === 0) return lines;
    this.messages.forEach((message, index) => {
      if (!this.#changed.has(message) || this.#removed.has(message)) return;
      const named = !this.uidOnly && (uids || this.tellsVanished);
      const uid = named ? `UID ${message.uid} ` : "";
      const modseq = this.tellsModseq ? ` MODSEQ (${message.modseq})` : "";
      lines.push(`${this.head(message, index + 1)}${uid}FLAGS ${this.flags(message)}${modseq})`);
    });
    this.#changed.clear();
    return lines;
  }
}
