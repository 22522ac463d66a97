import type { Command } from "./command.ts";
import { CapabilityError, IllegalStateError, ReadOnlyError } from "./errors.ts";
import { countDistinct } from "./model/id_ranges.ts";
import type { ResponseCode, UntaggedResponse } from "./model/responses.ts";
import { RawNames } from "./wire/raw_names.ts";

/** The selected folder, as the session knows it. */
export interface SelectedFolder {
  /** The name that it was selected by. */
  readonly name: string | Uint8Array;
  /** Whether nothing in it can be changed. */
  readOnly: boolean;
  /** How many messages there are. */
  exists: number;
}

/** The states of a session (RFC 9051 section 3), in order. */
export type SessionState = "not authenticated" | "authenticated" | "selected" | "logout";

/** What is known of the session: its state, and what the server said of itself. */
export class Session {
  /** The state, apart from a selected folder. */
  authenticated = false;
  /** Set by LOGOUT, and by the end of the connection. */
  loggedOut = false;
  /** The selected folder, if any. */
  folder: SelectedFolder | null = null;
  /** Folder names that can be written in the server's own way only. */
  readonly rawNames: RawNames = new RawNames();
  /** What ENABLE switched on, in upper case. */
  readonly enabled: Set<string> = new Set();
  #capabilities: readonly string[] | null = null;
  #nonSynchronising = -1;

  /** In upper case; `null` while not known. */
  get capabilities(): readonly string[] | null {
    return this.#capabilities;
  }

  set capabilities(capabilities: readonly string[] | null) {
    this.#capabilities = capabilities;
    const limited = this.has("LITERAL-") || this.has("IMAP4REV2");
    this.#nonSynchronising = this.has("LITERAL+") ? Infinity : limited ? 4096 : -1;
  }

  /** The state of RFC 9051 section 3. */
  get state(): SessionState {
    if (this.loggedOut) return "logout";
    if (!this.authenticated) return "not authenticated";
    return this.folder === null ? "authenticated" : "selected";
  }

  /** Whether the server offers a capability, as far as is known. */
  has(capability: string): boolean {
    return this.#capabilities?.includes(capability.toUpperCase()) ?? false;
  }

  /** Whether strings and folder names are UTF-8 (RFC 6855, RFC 9051). */
  get utf8(): boolean {
    return this.enabled.has("UTF8=ACCEPT") || this.enabled.has("IMAP4REV2");
  }

  /** The largest literal that the server takes unasked (RFC 7888); -1: none. */
  get nonSynchronising(): number {
    return this.#nonSynchronising;
  }

  /** How many bytes a message may have (RFC 7889); `Infinity` where the server does not say. */
  get appendLimit(): number {
    const limit = this.capabilities?.find((name) => /^APPENDLIMIT=\d+$/.test(name));
    return limit === undefined ? Infinity : Number(limit.slice("APPENDLIMIT=".length));
  }

  /** Throws where a command can't be sent as things stand. */
  check(command: Command<unknown>): void {
    if (command.needs !== undefined && !this.has(command.needs)) {
      throw new CapabilityError(`Server does not support ${command.needs} capability`);
    }
    if (command.state !== undefined && !this.authenticated) {
      throw new IllegalStateError(`${command.name} needs a login first`);
    }
    if (command.state === "selected" && this.folder === null) {
      throw new IllegalStateError(`${command.name} needs a selected folder: call selectFolder`);
    }
    if (command.modifies && this.folder?.readOnly) {
      throw new ReadOnlyError(`${command.name} would change a read-only folder`);
    }
  }

  /** Takes in what no command claimed. */
  observe(response: UntaggedResponse): void {
    switch (response.type) {
      case "CAPABILITY":
        this.capabilities = response.capabilities;
        break;
      case "EXISTS":
        if (this.folder !== null) this.folder.exists = response.number;
        break;
      case "EXPUNGE":
        this.#observeGone(1);
        break;
      case "VANISHED":
        // What went earlier was never counted.
        if (!response.earlier) this.#observeGone(countDistinct(response.uids));
        break;
      case "OK":
      case "NO":
      case "BAD":
      case "PREAUTH":
        this.observeCode(response.code);
        break;
    }
  }

  /** Messages of the selected folder are gone: those after them have other numbers now. */
  #observeGone(count: number): void {
    if (this.folder !== null) this.folder.exists = Math.max(0, this.folder.exists - count);
  }

  /** Takes in a response code, of a tagged response too. */
  observeCode(code: ResponseCode | null): void {
    if (code === null) return;
    if (code.capabilities !== undefined) this.capabilities = code.capabilities;
    if (this.folder === null) return;
    if (code.name === "READ-ONLY") this.folder.readOnly = true;
    if (code.name === "READ-WRITE") this.folder.readOnly = false;
  }
}
