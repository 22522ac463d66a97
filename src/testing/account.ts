import { InvalidArgumentError } from "../model/errors.ts";
import { ZonedDate } from "../model/dates.ts";
import { encodeUtf8 } from "../util/bytes.ts";
import { Conversations } from "./conversations.ts";
import { Folder } from "./folder.ts";
import { knownLabel } from "./labels.ts";
import { Content, withCrlf } from "./message.ts";
import { no } from "./refusal.ts";

/** What stands between the levels of a folder's name. */
export const DELIMITER = "/";

/** All rights to a folder, which its owner has (RFC 4314 section 2.1). */
export const ALL_RIGHTS = "lrswipkxtea";

/** How a folder is made. */
export interface FolderOptions {
  /** Its special use, such as `\Sent` (RFC 6154). */
  readonly specialUse?: string;
  /** Whether the user is subscribed to it. Default `true`. */
  readonly subscribed?: boolean;
}

/** What goes with a message. */
export interface AppendOptions {
  /** Its flags and keywords. Default: none. */
  readonly flags?: readonly string[];
  /** When it came in; one without a zone of its own is shown in UTC. Default: now. */
  readonly date?: Date;
  /**
   * Its labels, as Gmail has them: any text, or one of Gmail's own such as `\Important`. They are
   * seen where the server has `X-GM-EXT-1`. Default: none.
   */
  readonly labels?: readonly string[];
}

/** What a user may have besides a password. */
export interface UserOptions {
  /** An access token to log in with by XOAUTH2 and OAUTHBEARER. Default: there is none. */
  readonly token?: string;
  /** How many bytes the messages of all folders may have together. Default: any number. */
  readonly quota?: number;
}

/** A folder as it is when asked for. */
export interface MemoryFolder {
  /** All levels of its name, `/` between them. */
  readonly name: string;
  /** Its special use, such as `\Sent`; `null` without one. */
  readonly specialUse: string | null;
  /** Whether the user is subscribed to it. */
  readonly subscribed: boolean;
}

/** A message in a folder as it is when asked for. */
export interface MemoryMessage {
  /** Its UID. */
  readonly uid: number;
  /** Its flags and keywords, without `\Recent`, which is a matter of each session. */
  readonly flags: readonly string[];
  /** Its labels, as Gmail has them. */
  readonly labels: readonly string[];
  /** When it came in. */
  readonly date: Date;
  /** All of it, with CRLF at the end of its lines; not to be changed. */
  readonly bytes: Uint8Array;
}

/**
 * The mail of one user of a `MemoryServer`; there is an INBOX from the start.
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
  /** The folders as they are now, those above before those below; without mere names. */
  readonly folders: readonly MemoryFolder[];
  /** The messages of a folder as they are now, in the order of their UIDs. */
  messages(folder: string): readonly MemoryMessage[];
  /** Makes a folder, and those above it that are missing; `/` stands between the levels. */
  createFolder(name: string, options?: FolderOptions): void;
  /**
   * Puts a message into a folder and gives its UID. Bare line feeds become CRLF. Sessions that
   * have the folder open are told when the protocol allows it, those in IDLE at once. Neither a
   * quota nor a limit for APPEND holds here.
   */
  append(folder: string, message: string | Uint8Array, options?: AppendOptions): number;
}

/** An account with all that sessions need. */
export class Account implements MemoryAccount {
  /** The name that the user logs in with. */
  readonly user: string;
  /** The password, as it is. */
  readonly password: string;
  /** What an access token must be, if one will do. */
  readonly token: string | null;
  /** How many bytes there may be, if that is limited. */
  quota: number | null;
  /** Names of folders, which may be gone. */
  readonly subscribed: Set<string> = new Set();
  readonly #folders = new Map<string, Folder>();
  readonly #conversations = new Conversations();
  #nextUidValidity = 1;

  constructor(user: string, password: string, { token, quota }: UserOptions = {}) {
    this.user = user;
    this.password = password;
    this.token = token ?? null;
    this.quota = quota ?? null;
    this.createFolder("INBOX");
  }

  /** As `MemoryAccount` says. */
  createFolder(name: string, options: FolderOptions = {}): void {
    if (!isFolderName(name)) throw new InvalidArgumentError(`not a folder's name: ${name}`);
    if (this.find(name)?.selectable) {
      throw new InvalidArgumentError(`there is a folder ${name} already`);
    }
    this.create(name, options.specialUse ?? null);
    if (options.subscribed ?? true) this.subscribed.add(canonical(name));
  }

  /** As `MemoryAccount` says. */
  get folders(): readonly MemoryFolder[] {
    return this.allFolders.filter(({ selectable }) => selectable).map(({ name, specialUse }) => {
      return { name, specialUse, subscribed: this.subscribed.has(name) };
    });
  }

  /** As `MemoryAccount` says. */
  messages(folder: string): readonly MemoryMessage[] {
    return this.#existing(folder).messages.map(({ uid, flags, content, date, bytes }) => {
      return { uid, flags: [...flags], labels: content.labels.all, date, bytes };
    });
  }

  /** As `MemoryAccount` says. */
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

  /** A new message, which is in no folder yet. */
  receive(bytes: Uint8Array): Content {
    const { id, conversation } = this.#conversations.add(bytes);
    return new Content(bytes, id, conversation);
  }

  /** How many bytes the messages have together, each copy counted. */
  get usage(): number {
    let total = 0;
    for (const { messages } of this.#folders.values()) {
      for (const { bytes } of messages) total += bytes.length;
    }
    return total;
  }

  /** Refuses what does not fit into the quota any more (RFC 5530 section 3). */
  checkQuota(bytes: number): void {
    if (this.quota !== null && this.usage + bytes > this.quota) {
      throw no("that is more than the quota", "OVERQUOTA");
    }
  }

  /** All folders and mere names, those above before those below. */
  get allFolders(): readonly Folder[] {
    const key = (name: string) => name === "INBOX" ? "" : name.replaceAll(DELIMITER, "\0");
    return [...this.#folders.values()].sort((a, b) => key(a.name) < key(b.name) ? -1 : 1);
  }

  /** The folder of this name, which may be a mere name. */
  find(name: string): Folder | undefined {
    return this.#folders.get(canonical(name));
  }

  /** The folder of this name, which must be one that can be opened. */
  get(name: string): Folder {
    const folder = this.find(name);
    if (folder === undefined) throw no(`there is no folder ${shown(name)}`, "NONEXISTENT");
    if (!folder.selectable) throw no(`${shown(name)} holds no messages`, "CANNOT");
    return folder;
  }

  /** As `get`, for a folder that messages go to. */
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

  /** Makes a folder and those above it. */
  create(name: string, specialUse: string | null): Folder {
    if (!isFolderName(name)) throw no(`${shown(name)} can't be the name of a folder`, "CANNOT");
    const levels = name.split(DELIMITER);
    for (let i = 1; i < levels.length; i++) {
      const parent = levels.slice(0, i).join(DELIMITER);
      if (this.find(parent) === undefined) this.#make(parent, null);
    }
    return this.#make(name, specialUse);
  }

  /** Removes a folder; where there are others below, its mere name stays. */
  delete(folder: Folder): void {
    folder.expunge(new Set(folder.messages));
    if (this.below(folder.name).length === 0) this.#folders.delete(folder.name);
    else folder.selectable = false;
  }

  /** Renames a folder and those below it. */
  rename(folder: Folder, name: string): void {
    const next = canonical(name);
    const moved = [folder, ...this.below(folder.name)];
    const { length } = folder.name;
    this.create(next, null);
    for (const each of moved) this.#folders.delete(each.name);
    for (const each of moved) {
      each.name = next + each.name.slice(length);
      this.#folders.set(each.name, each);
    }
  }

  /** A folder that a test names. */
  #existing(name: string): Folder {
    const folder = this.find(name);
    if (folder?.selectable) return folder;
    throw new InvalidArgumentError(`there is no folder ${name}`);
  }

  /** Makes this one folder; a mere name of before gives way. */
  #make(name: string, specialUse: string | null): Folder {
    const folder = new Folder(canonical(name), this.#nextUidValidity++, specialUse);
    folder.rights.set(this.user, ALL_RIGHTS);
    this.#folders.set(folder.name, folder);
    return folder;
  }
}

/** A folder's name as it is kept: INBOX may be written in any case (RFC 9051 section 5.1). */
export function canonical(name: string): string {
  return name.replace(/^inbox(?=$|\/)/i, "INBOX");
}

function isFolderName(name: string): boolean {
  // deno-lint-ignore no-control-regex
  return !name.split(DELIMITER).includes("") && !/[*%\x00-\x1f\x7f]/.test(name);
}

/** A name within the text of a response, which must be ASCII. */
function shown(name: string): string {
  return JSON.stringify(name).replace(/[^ -~]/g, "?");
}

function zoned(date: Date): ZonedDate {
  return date instanceof ZonedDate ? date : new ZonedDate(date.getTime(), 0, date.toISOString());
}
