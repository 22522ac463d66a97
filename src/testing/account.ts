import { InvalidArgumentError } from "../model/errors.ts";
import { ZonedDate } from "../model/dates.ts";
import { encodeUtf8 } from "../util/bytes.ts";
import { Changes } from "./changes.ts";
import { Conversations } from "./conversations.ts";
import { Folder } from "./folder.ts";
import { knownLabel } from "./labels.ts";
import { Content, withCrlf } from "./message.ts";
import { no } from "./refusal.ts";

/** The character between the levels of a folder's name. */
export const DELIMITER = "/";

/** All rights to a folder; its owner has them (RFC 4314 section 2.1). */
export const ALL_RIGHTS = "lrswipkxtea";

/** Options for a new folder. */
export interface FolderOptions {
  /** Its special use, such as `\Sent` (RFC 6154). */
  readonly specialUse?: string;
  /** Whether the user is subscribed to it. Default `true`. */
  readonly subscribed?: boolean;
  /** Whether there are mod-sequences for it; `false` has clients see NOMODSEQ. Default `true`. */
  readonly modseqs?: boolean;
}

/** Options for a new message. */
export interface AppendOptions {
  /** Its flags and keywords. Default: none. */
  readonly flags?: readonly string[];
  /** When it arrived. A date without a zone of its own is shown in UTC. Default: now. */
  readonly date?: Date;
  /**
   * Its labels, as in Gmail: any text, or one of Gmail's own such as `\Important`. Clients see them
   * if the server has `X-GM-EXT-1`. Default: none.
   */
  readonly labels?: readonly string[];
}

/** Options for a new user. */
export interface UserOptions {
  /** An access token for XOAUTH2 and OAUTHBEARER. Default: none. */
  readonly token?: string;
  /**
   * Whether SCRAM can use the password. `false` is as on servers that keep passwords in another
   * form: SCRAM fails for this user. Default `true`.
   */
  readonly scram?: boolean;
  /** How many bytes the messages of all folders may have together. Default: no limit. */
  readonly quota?: number;
  /**
   * The application that the user is, such as `submit` for a submission server: it may fetch the
   * URLs that are made for it, as in `submit+ann` (RFC 4467, RFC 5593). Default: none.
   */
  readonly application?: string;
}

/** A snapshot of a folder. */
export interface MemoryFolder {
  /** Its full name, with `/` between the levels. */
  readonly name: string;
  /** Its special use, such as `\Sent`; `null` if it has none. */
  readonly specialUse: string | null;
  /** Whether the user is subscribed to it. */
  readonly subscribed: boolean;
}

/** A snapshot of a message in a folder. */
export interface MemoryMessage {
  /** Its UID. */
  readonly uid: number;
  /** Its flags and keywords, without `\Recent`, which differs between sessions. */
  readonly flags: readonly string[];
  /** Its labels, as in Gmail. */
  readonly labels: readonly string[];
  /** When it arrived. */
  readonly date: Date;
  /** The whole message, with CRLF line endings. Must not be changed. */
  readonly bytes: Uint8Array;
}

/**
 * The mail of one user of a `MemoryServer`. It has an INBOX from the start.
 *
 * ```ts
 * import { MemoryServer } from "@imapclient/imapclient/testing";
 *
 * const ann = new MemoryServer().addUser("ann", "secret");
 * ann.createFolder("Sent", { specialUse: "\\Sent" });
 * ann.append("INBOX", "Subject: Hello\n\nHow are you?\n", { flags: ["\\Seen"] });
 * console.log(ann.folders.map(({ name }) => name)); // [ "INBOX", "Sent" ]
 * console.log(ann.messages("INBOX")[0].flags); // [ "\\Seen" ]
 * ```
 */
export interface MemoryAccount {
  /** The name that the user logs in with. */
  readonly user: string;
  /**
   * The folders as they are now, each before those below it. Names that hold no messages are left
   * out.
   */
  readonly folders: readonly MemoryFolder[];
  /** The messages of a folder as they are now, in the order of their UIDs. */
  messages(folder: string): readonly MemoryMessage[];
  /** Creates a folder, and any missing folders above it; `/` separates the levels. */
  createFolder(name: string, options?: FolderOptions): void;
  /**
   * Adds a message to a folder and returns its UID. Bare line feeds become CRLF. Sessions that have
   * the folder open are told as soon as the protocol allows it, those in IDLE at once. Neither the
   * quota nor the limit for APPEND applies here.
   */
  append(folder: string, message: string | Uint8Array, options?: AppendOptions): number;
  /**
   * Lets the access token expire, and accepts another one from now on, if it is given. Who is logged
   * in stays so.
   */
  expireToken(next?: string): void;
}

/** An account with all that sessions need. */
export class Account implements MemoryAccount {
  /** The name that the user logs in with. */
  readonly user: string;
  /** The password in plain text. */
  readonly password: string;
  /** The access token that is accepted, if any. */
  token: string | null;
  /** The tokens that were accepted before. */
  readonly expired: Set<string> = new Set();
  /** The application that the user is (URLAUTH), in lower case. */
  readonly application: string | null;
  /** Whether SCRAM can use the password. */
  readonly scram: boolean;
  /** How many bytes the messages may have, if that is limited. */
  quota: number | null;
  /** The names of subscribed folders, some of which may no longer exist. */
  readonly subscribed: Set<string> = new Set();
  /** Tells what changes in it. */
  readonly changes: Changes = new Changes();
  readonly #folders = new Map<string, Folder>();
  readonly #conversations = new Conversations();
  #nextUidValidity = 1;

  constructor(user: string, password: string, options: UserOptions = {}) {
    const { token, quota, scram, application } = options;
    this.user = user;
    this.password = password;
    this.token = token ?? null;
    this.scram = scram ?? true;
    this.quota = quota ?? null;
    this.application = application?.toLowerCase() ?? null;
    this.createFolder("INBOX");
  }

  /** See `MemoryAccount`. */
  createFolder(name: string, options: FolderOptions = {}): void {
    if (!isFolderName(name)) throw new InvalidArgumentError(`not a folder's name: ${name}`);
    if (this.find(name)?.selectable) {
      throw new InvalidArgumentError(`there is a folder ${name} already`);
    }
    const folder = this.create(name, options.specialUse ?? null);
    folder.keepsModseqs = options.modseqs ?? true;
    if (options.subscribed ?? true) this.subscribed.add(canonical(name));
  }

  /** See `MemoryAccount`. */
  get folders(): readonly MemoryFolder[] {
    return this.allFolders.filter(({ selectable }) => selectable).map(({ name, specialUse }) => {
      return { name, specialUse, subscribed: this.subscribed.has(name) };
    });
  }

  /** See `MemoryAccount`. */
  messages(folder: string): readonly MemoryMessage[] {
    return this.#existing(folder).messages.map(({ uid, flags, content, date, bytes }) => {
      return { uid, flags: [...flags], labels: content.labels.all, date, bytes };
    });
  }

  /** See `MemoryAccount`. */
  append(folder: string, message: string | Uint8Array, options: AppendOptions = {}): number {
    const target = this.#existing(folder);
    const bytes = typeof message === "string" ? encodeUtf8(message) : message;
    const labels = (options.labels ?? []).map((label) => {
      const known = knownLabel(label);
      if (known === null) throw new InvalidArgumentError(`there can't be a label ${label}`);
      return known;
    });
    const content = this.receive(withCrlf(bytes));
    content.labels.change("+", labels);
    return target.add(content, zoned(options.date ?? new Date()), options.flags ?? []).uid;
  }

  /** See `MemoryAccount`. */
  expireToken(next?: string): void {
    if (this.token !== null) this.expired.add(this.token);
    this.token = next ?? null;
    if (next !== undefined) this.expired.delete(next);
  }

  /** A new message that is in no folder yet. */
  receive(bytes: Uint8Array): Content {
    const { id, conversation } = this.#conversations.add(bytes);
    return new Content(bytes, id, conversation);
  }

  /** How many bytes the messages have together; every copy counts. */
  get usage(): number {
    let total = 0;
    for (const { messages } of this.#folders.values()) {
      for (const { bytes } of messages) total += bytes.length;
    }
    return total;
  }

  /** Refuses a message that no longer fits into the quota (RFC 5530 section 3). */
  checkQuota(bytes: number): void {
    if (this.quota !== null && this.usage + bytes > this.quota) {
      throw no("that is more than the quota", "OVERQUOTA");
    }
  }

  /** All folders, also those that only have a name, each before those below it. */
  get allFolders(): readonly Folder[] {
    const key = (name: string) => name === "INBOX" ? "" : name.replaceAll(DELIMITER, "\0");
    return [...this.#folders.values()].sort((a, b) => key(a.name) < key(b.name) ? -1 : 1);
  }

  /** The folder with this name, which may be one that holds no messages. */
  find(name: string): Folder | undefined {
    return this.#folders.get(canonical(name));
  }

  /** The folder with this name. Refuses the command if it does not exist or can't be selected. */
  get(name: string): Folder {
    const folder = this.find(name);
    if (folder === undefined) throw no(`there is no folder ${shown(name)}`, "NONEXISTENT");
    if (!folder.selectable) throw no(`${shown(name)} holds no messages`, "CANNOT");
    return folder;
  }

  /** Like `get`, for a folder that messages are to be put into. */
  target(name: string): Folder {
    const folder = this.find(name);
    if (!folder?.selectable) throw no(`there is no folder ${shown(name)}`, "TRYCREATE");
    return folder;
  }

  /** The folders below a name, at every level. */
  below(name: string): readonly Folder[] {
    const prefix = canonical(name) + DELIMITER;
    return this.allFolders.filter((folder) => folder.name.startsWith(prefix));
  }

  /** Creates a folder and any missing folders above it. */
  create(name: string, specialUse: string | null): Folder {
    const folder = this.#makeAll(name, specialUse);
    this.changes.tell({ type: "name", name: folder.name });
    return folder;
  }

  /** The user subscribes to a folder, or is no longer subscribed; `false` if nothing changes. */
  subscribe(name: string, isOn: boolean): boolean {
    if (this.subscribed.has(name) === isOn) return false;
    if (isOn) this.subscribed.add(name);
    else this.subscribed.delete(name);
    this.changes.tell({ type: "subscription", name });
    return true;
  }

  #makeAll(name: string, specialUse: string | null): Folder {
    if (!isFolderName(name)) throw no(`${shown(name)} can't be the name of a folder`, "CANNOT");
    const levels = name.split(DELIMITER);
    for (let i = 1; i < levels.length; i++) {
      const parent = levels.slice(0, i).join(DELIMITER);
      if (this.find(parent) === undefined) this.#make(parent, null);
    }
    return this.#make(name, specialUse);
  }

  /** Deletes a folder. If there are folders below it, its name stays. */
  delete(folder: Folder): void {
    folder.expunge(new Set(folder.messages));
    if (this.below(folder.name).length === 0) this.#folders.delete(folder.name);
    else folder.selectable = false;
    this.changes.tell({ type: "name", name: folder.name });
  }

  /** Renames a folder and those below it. */
  rename(folder: Folder, name: string): void {
    const next = canonical(name);
    const moved = [folder, ...this.below(folder.name)];
    const oldName = folder.name;
    const { length } = oldName;
    this.#makeAll(next, null);
    for (const each of moved) this.#folders.delete(each.name);
    for (const each of moved) {
      each.name = next + each.name.slice(length);
      this.#folders.set(each.name, each);
    }
    this.changes.tell({ type: "name", name: next, oldName });
  }

  /** The folder that a test names. */
  #existing(name: string): Folder {
    const folder = this.find(name);
    if (folder?.selectable) return folder;
    throw new InvalidArgumentError(`there is no folder ${name}`);
  }

  /** Creates this one folder, in place of a folder that only had a name. */
  #make(name: string, specialUse: string | null): Folder {
    const folder = new Folder(canonical(name), this.#nextUidValidity++, specialUse);
    folder.rights.set(this.user, ALL_RIGHTS);
    folder.onChange = (type) => this.changes.tell({ type, folder });
    this.#folders.set(folder.name, folder);
    return folder;
  }
}

/** A folder's name as it is stored: INBOX may be written in any case (RFC 9051 section 5.1). */
export function canonical(name: string): string {
  return name.replace(/^inbox(?=$|\/)/i, "INBOX");
}

function isFolderName(name: string): boolean {
  // deno-lint-ignore no-control-regex
  return !name.split(DELIMITER).includes("") && !/[*%\x00-\x1f\x7f]/.test(name);
}

/** A name as response text, which must be ASCII. */
function shown(name: string): string {
  return JSON.stringify(name).replace(/[^ -~]/g, "?");
}

function zoned(date: Date): ZonedDate {
  return date instanceof ZonedDate ? date : new ZonedDate(date.getTime(), 0, date.toISOString());
}
