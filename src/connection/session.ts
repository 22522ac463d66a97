import { AskedNews } from "./asked_news.ts";
import type { Command } from "./command.ts";
import type { CallRequest } from "./call.ts";
import { isImplied } from "./implied.ts";
import { identify, type Quirks, type ServerInfo } from "./quirks.ts";
import type { SelectedFolder } from "./selected_folder.ts";
import { Selections } from "./selections.ts";
import { CapabilityError, IllegalStateError, ReadOnlyError } from "../model/errors.ts";
import type { ResponseCode, UntaggedResponse } from "../model/responses.ts";
import { RawNames } from "../wire/raw_names.ts";

/** The states of a session (RFC 9051 section 3), in order. */
export type SessionState = "not authenticated" | "authenticated" | "selected" | "logout";

/** What is known about the session: its state, and what the server said about itself. */
export class Session {
  /** Whether a user is logged in. */
  authenticated = false;
  /** Set by LOGOUT, and by the end of the connection. */
  loggedOut = false;
  /** Which folder is selected, and for which one each call was made. */
  readonly selections: Selections = new Selections();
  /** What the server may tell unasked, since NOTIFY has asked for it. */
  readonly news: AskedNews = new AskedNews(() => this.#rev2 && this.server.quirks.listsUnasked);
  /** Sees each untagged response but FETCH, also those that a command claims. */
  onUntagged: ((response: UntaggedResponse) => void) | null = null;
  /** Folder names that must be sent exactly as the server wrote them. */
  readonly rawNames: RawNames = new RawNames();
  /** Set by STARTTLS: until a login, capabilities are asked for again each time. */
  askAgain = false;
  readonly #enabled = new Set<string>();
  #capabilities: readonly string[] | null = null;
  #nonSynchronising = -1;
  #rev2 = false;
  #utf8 = false;
  #messageLimit: number | null = null;
  #saveLimit: number | null = null;
  /** What the caller knows about the server's quirks; `false`: it has none. */
  ownQuirks: Partial<Quirks> | false = {};
  #greeting = "";
  #id: Readonly<Record<string, string | null>> = {};
  #server: ServerInfo | null = null;

  /** The selected folder, if any. */
  get folder(): SelectedFolder | null {
    return this.selections.folder;
  }

  /** The capabilities, in upper case; `null` while they are not known. */
  get capabilities(): readonly string[] | null {
    return this.#capabilities;
  }

  set capabilities(capabilities: readonly string[] | null) {
    this.#capabilities = capabilities;
    this.#messageLimit = this.#saveLimit = null;
    this.#learn();
  }

  /** The capabilities; `null` if the server has to be asked for them. */
  get knownCapabilities(): readonly string[] | null {
    return this.askAgain && !this.authenticated ? null : this.#capabilities;
  }

  /** The extensions that ENABLE switched on, in upper case. */
  get enabled(): ReadonlySet<string> {
    return this.#enabled;
  }

  /** The server has switched these extensions on; their names are in upper case. */
  enable(names: Iterable<string>): void {
    for (const name of names) this.#enabled.add(name);
    this.#learn();
  }

  /** Forgets what was said before STARTTLS: somebody other than the server may have said it. */
  forget(): void {
    this.#enabled.clear();
    this.capabilities = null;
  }

  /**
   * The login has ended (UNAUTHENTICATE, RFC 8437 section 3), and the server has reset everything
   * but TLS. `capabilities` are those it has now, if it says so.
   */
  endLogin(capabilities: readonly string[] | null): void {
    this.authenticated = false;
    this.#enabled.clear();
    this.rawNames.clear();
    this.news.end();
    this.selections.endLogin();
    this.capabilities = capabilities;
  }

  /** The connection is over. */
  end(): void {
    this.authenticated = false;
    this.loggedOut = true;
    this.selections.folder = null;
  }

  /** Which program the server is, and its quirks, as far as it is known. */
  get server(): ServerInfo {
    return this.#server ??= identify({
      greeting: this.#greeting,
      id: this.#id,
      capabilities: this.#capabilities ?? [],
    }, this.ownQuirks);
  }

  /** The text of the server's greeting. */
  set greeting(greeting: string) {
    this.#greeting = greeting;
    this.#server = null;
  }

  /** The server's answer to ID. */
  set id(id: Readonly<Record<string, string | null>>) {
    this.#id = id;
    this.#server = null;
  }

  #learn(): void {
    this.#server = null;
    const known = this.#capabilities;
    this.#rev2 = this.#enabled.has("IMAP4REV2") ||
      known !== null && known.includes("IMAP4REV2") && !known.includes("IMAP4REV1");
    this.#utf8 = this.#rev2 || this.#enabled.has("UTF8=ACCEPT");
    const limited = this.has("LITERAL-") ? 4096 : -1;
    this.#nonSynchronising = this.has("LITERAL+") ? Infinity : limited;
  }

  /** The state (RFC 9051 section 3). */
  get state(): SessionState {
    if (this.loggedOut) return "logout";
    if (!this.authenticated) return "not authenticated";
    return this.folder === null ? "authenticated" : "selected";
  }

  /**
   * Whether the server is known to offer a capability, by name or because another implies it, and
   * not known for getting it wrong.
   */
  has(capability: string): boolean {
    const known = this.#capabilities;
    if (known === null) return false;
    const name = capability.toUpperCase();
    if (!known.includes(name) && !isImplied(name, known, this.rev2)) return false;
    return !this.server.quirks.broken.includes(name);
  }

  /** Whether the server is known to offer a capability, or any one of several. */
  hasAny(capabilities: string | readonly string[]): boolean {
    return typeof capabilities === "string"
      ? this.has(capabilities)
      : capabilities.some((name) => this.has(name));
  }

  /**
   * Whether the server speaks IMAP4rev2. A server that offers IMAP4rev1 too does so once ENABLE has
   * switched it on (RFC 9051 appendix A).
   */
  get rev2(): boolean {
    return this.#rev2;
  }

  /** Whether strings and folder names are UTF-8 (RFC 6855, RFC 9051). */
  get utf8(): boolean {
    return this.#utf8;
  }

  /** The largest literal that may be sent without waiting for `+` (RFC 7888); -1 if none may. */
  get nonSynchronising(): number {
    return this.#nonSynchronising;
  }

  /** How many bytes a message may have (RFC 7889); `Infinity` if the server does not say. */
  get appendLimit(): number {
    const limit = this.capabilities?.find((name) => /^APPENDLIMIT=\d+$/.test(name));
    return limit === undefined ? Infinity : Number(limit.slice("APPENDLIMIT=".length));
  }

  /** How many messages one command can name (MESSAGELIMIT, RFC 9738); `Infinity` if any number. */
  get messageLimit(): number {
    return this.#messageLimit ??= this.#limit("MESSAGELIMIT");
  }

  /** How many messages COPY and APPEND take (SAVELIMIT, RFC 9738); `Infinity` if any number. */
  get saveLimit(): number {
    return this.#saveLimit ??= Math.min(this.messageLimit, this.#limit("SAVELIMIT"));
  }

  /** Whether the server limits how many messages one command can name. */
  get limitsMessages(): boolean {
    return this.messageLimit !== Infinity;
  }

  #limit(name: string): number {
    const limit = new RegExp(`^${name}=0*([1-9]\\d*)$`);
    for (const it of this.capabilities ?? []) {
      const found = limit.exec(it);
      if (found !== null) return Number(found[1]);
    }
    return Infinity;
  }

  /**
   * Whether a message with a NUL can be appended (RFC 3516 section 4.4). IMAP4rev2 includes only
   * the fetching side of BINARY.
   */
  get takesNul(): boolean {
    return (this.capabilities?.includes("BINARY") ?? false) && this.has("BINARY");
  }

  /** Whether the server decodes what it is asked for as BINARY (RFC 3516, RFC 9051), safely. */
  get fetchesBinary(): boolean {
    const { broken, unsafeBinary } = this.server.quirks;
    return (this.has("BINARY") || this.rev2 && !broken.includes("BINARY")) && !unsafeBinary;
  }

  /** Throws if a command can't be sent now, or not in the folder that its call is for. */
  check(command: Command<unknown>, request: CallRequest): void {
    const { needs } = command;
    if (needs !== undefined && !this.hasAny(needs)) throw missingCapability(needs);
    if (command.state !== undefined && !this.authenticated) {
      throw new IllegalStateError(`${command.name} needs a login first`);
    }
    if (request.login !== undefined) this.selections.checkLogin(command, request.login);
    if (this.#enabled.has("UIDONLY")) refuseNumbers(command.name, request, SWITCHED_OFF);
    if (this.news.movesNumbers) refuseNumbers(command.name, request, MOVING);
    if (request.isBound) this.selections.checkCurrent(command.name, request);
    const folder = needsFolder(command) ? this.selections.check(command.name, request) : null;
    if (command.modifies && folder?.readOnly) {
      throw new ReadOnlyError(`${command.name} would change a read-only folder`);
    }
  }

  /** Takes in an untagged response, whether or not a command claims it too. */
  observe(response: UntaggedResponse): void {
    this.selections.observe(response);
    this.onUntagged?.(response);
    if (response.type === "CAPABILITY") this.capabilities = response.capabilities;
    else if ("code" in response) {
      this.#observeCapabilities(response.code);
      // The same as NOTIFY NONE (RFC 5465 section 5.8); in a tagged NO, only a refusal.
      if (response.code?.name === "NOTIFICATIONOVERFLOW") this.news.end();
    }
  }

  /** Takes in the response code of a tagged response. */
  observeCode(code: ResponseCode | null): void {
    this.selections.observeCode(code);
    this.#observeCapabilities(code);
  }

  #observeCapabilities(code: ResponseCode | null): void {
    if (code?.capabilities !== undefined) this.capabilities = code.capabilities;
  }
}

/** The error of a call that needs one of these capabilities. */
export function missingCapability(needs: string | readonly string[]): CapabilityError {
  const names = typeof needs === "string" ? needs : needs.join(" or ");
  const hint = HAVE_FALLBACK.has(names) ? "; pass { fallback: true } to do without it" : "";
  return new CapabilityError(`Server does not support ${names} capability${hint}`);
}

/** The calls that need these take the option `fallback`. */
const HAVE_FALLBACK: ReadonlySet<string> = new Set([
  "MULTISEARCH",
  "SORT",
  "THREAD=ORDEREDSUBJECT",
  "THREAD=REFERENCES",
]);

const BY_NUMBER = /^(?:COPY|FETCH|MOVE|REPLACE|SEARCH|SORT|STORE|THREAD)$/i;

/** After ENABLE UIDONLY there are no sequence numbers (RFC 9586 section 3). */
const SWITCHED_OFF = 'which enable("UIDONLY") has switched off';
/** With SELECTED, a number may stand for another message when the server reads it (RFC 5465). */
const MOVING = 'which may change at any time since notify() asked for "selected"';

function refuseNumbers(name: string, { byNumber }: CallRequest, why: string): void {
  if (!byNumber && !BY_NUMBER.test(name)) return;
  throw new IllegalStateError(
    `${name} was not sent: it names messages by sequence numbers, ${why}. Use UIDs, with useUid on`,
  );
}

const IN_FOLDER =
  /^(?:UID [A-Z]+|CHECK|COPY|EXPUNGE|FETCH|MOVE|REPLACE|SEARCH|SORT|STORE|THREAD)$/i;

/** Whether a command acts in the selected folder. If it names no state, its name tells. */
export function needsFolder({ name, state }: Command<unknown>): boolean {
  return state === "selected" || (state === undefined && IN_FOLDER.test(name));
}
