import type { CompressedDuplex, Duplex, OpenedStreams } from "../../model/transport.ts";
import { decodeLoosely } from "../../util/bytes.ts";
import type { Account } from "../account.ts";
import { Arguments } from "../arguments.ts";
import { capabilitiesOf } from "./capabilities.ts";
import type { ServerCommand } from "./command.ts";
import { tellNews, tellUnasked } from "./news.ts";
import { Notices } from "./notify.ts";
import type { ChangeStreams } from "./compress.ts";
import { DEFAULT_COMPARATOR } from "./comparator.ts";
import { checkEarly, findCommand, receiveCommand } from "./incoming.ts";
import type { View } from "../folder.ts";
import type { FaultPlan } from "./faults.ts";
import { Input } from "../input.ts";
import { completed, DEFAULT_LANGUAGE } from "./language.ts";
import type { MemoryServerOptions } from "./memory_server.ts";
import { Modes } from "./modes.ts";
import { ModseqMode } from "./modseq_mode.ts";
import { Output } from "../output.ts";
import { bad, Goodbye, HangUp, no, Refusal } from "../refusal.ts";

/** What all sessions of a server share. */
export interface Host {
  /** All accounts, by user. */
  readonly accounts: ReadonlyMap<string, Account>;
  /** The options of the server. */
  readonly options: MemoryServerOptions;
  /** The faults that tests asked for. */
  readonly faults: FaultPlan;
}

/** One connection, from the greeting to the end. */
export class Session {
  /** All accounts of the server, by user. */
  readonly accounts: ReadonlyMap<string, Account>;
  readonly #options: MemoryServerOptions;
  readonly #faults: FaultPlan;
  #duplex!: Duplex;
  #input!: Input;
  #output!: Output;
  #account: Account | null = null;
  #view: View | null = null;
  #ending = false;
  /** What the client is told of mod-sequences. */
  modseqs: ModseqMode = new ModseqMode(this);
  /** What else the client has switched on. */
  modes: Modes = new Modes(this);
  /** The language of its texts (RFC 5255). */
  language: string = DEFAULT_LANGUAGE;
  /** How its SEARCH compares texts (RFC 5255). */
  comparator: string = DEFAULT_COMPARATOR;
  /** What the client is told unasked (NOTIFY, RFC 5465). */
  notices: Notices = new Notices(this);
  /** Whether the client waits in IDLE. */
  idling = false;
  /** Whether a command is under way, so that nothing may be sent in between. */
  #busy = false;
  /** What compresses the connection; `null`: nothing does. */
  compression: CompressedDuplex | null = null;
  /** Makes the streams to be used after the answer to this command; `null`: they stay. */
  change: ChangeStreams | null = null;
  /** The tag of the current command. */
  tag = "*";
  /** Whether the faults for the present command have happened. */
  #faultsMet = false;

  constructor(duplex: Duplex, { accounts, options, faults }: Host) {
    this.accounts = accounts;
    this.#options = options;
    this.#faults = faults;
    this.#open({ duplex, rest: new Uint8Array(0) });
  }

  /** Answers commands until either side ends the connection. */
  async run(): Promise<void> {
    try {
      await this.#greet();
      while (!this.#ending && !this.#output.broken) await this.#answerNext();
    } catch (error) {
      if (error instanceof HangUp) return;
      // The text of a Goodbye is for the client; any other error is a bug in this server.
      const text = error instanceof Goodbye ? error.message : "the server failed";
      await this.#output.line(`* BYE ${text}`).flush();
      if (!(error instanceof Goodbye)) throw error;
    } finally {
      this.notices.end();
      this.close();
      await this.#output.end();
      await this.#duplex.close();
    }
  }

  /** Sends BYE, whatever the session is doing, and closes the connection. */
  async sayBye(text: string): Promise<void> {
    await this.#output.line(`* BYE ${text}`).flushLast();
    await this.hangUp();
  }

  /** Ends the connection at once. */
  async hangUp(): Promise<void> {
    this.#ending = true;
    await this.#duplex.close();
  }

  /** What the client sends. */
  get input(): Input {
    return this.#input;
  }

  /** Where responses are written to. */
  get output(): Output {
    return this.#output;
  }

  /** The account of the logged-in user. */
  get account(): Account {
    if (this.#account === null) throw bad("log in first");
    return this.#account;
  }

  /** Whether a user is logged in. */
  get isLoggedIn(): boolean {
    return this.#account !== null;
  }

  /** The open folder, if any. */
  get openView(): View | null {
    return this.#view;
  }

  /** The open folder. */
  get view(): View {
    if (this.#view === null) throw bad("no folder is selected");
    return this.#view;
  }

  /** The open folder, for a command that changes it. */
  get writableView(): View {
    if (this.view.readOnly) throw no("the folder is open for reading only", "READ-ONLY");
    return this.view;
  }

  /** The server's capabilities at this point of the session. */
  get capabilities(): readonly string[] {
    return capabilitiesOf(this.#options, this.isLoggedIn, this.canStartTls);
  }

  /** The most bytes of an appended message. */
  get appendLimit(): number {
    return this.#options.appendLimit ?? Infinity;
  }

  /** Where the same mail can be reached by JMAP. */
  get jmapUrl(): string {
    return this.#options.jmapUrl ?? "https://localhost/.well-known/jmap";
  }

  /** Whether the server has a capability at this point of the session. */
  has(capability: string): boolean {
    return this.capabilities.includes(capability) || this.modes.includes(capability);
  }

  /** Whether the connection is unencrypted and TLS can be started. */
  get canStartTls(): boolean {
    return this.#options.startTls !== undefined && !this.#duplex.secure;
  }

  /** The user has logged in. */
  logIn(account: Account): void {
    this.#account = account;
  }

  /** The user has logged out, but stays connected: everything but TLS is as at the beginning. */
  logOut(): void {
    this.close();
    this.#account = null;
    this.modseqs = new ModseqMode(this);
    this.modes = new Modes(this);
    this.notices.end();
    this.notices = new Notices(this);
    this.language = DEFAULT_LANGUAGE;
    this.comparator = DEFAULT_COMPARATOR;
  }

  /** Opens a folder in place of the current one. */
  select(view: View): void {
    this.close();
    this.#view = view;
    view.onChange = () => this.tellSoon();
    this.modseqs.apply(view);
    this.modes.apply(view);
    if (this.has("SEARCHRES")) view.saved = new Set();
  }

  /** Closes the open folder, and returns whether there was one. */
  close(): boolean {
    const view = this.#view;
    if (view === null) return false;
    view.onChange = null;
    view.folder.close(view);
    this.#view = null;
    return true;
  }

  /** Ends the connection after the answer to this command. */
  endAfterAnswer(): void {
    this.#ending = true;
  }

  /** Starts TLS. */
  readonly startTls: ChangeStreams = async (duplex) => {
    return { duplex: await this.#options.startTls!(duplex), rest: new Uint8Array(0) };
  };

  /** Adds an untagged response. */
  untagged(text: string): void {
    this.#output.line(`* ${text}`);
  }

  /** Sends what has changed, if that may be sent now. */
  tellSoon(): void {
    if (!this.#ending && (this.idling || !this.#busy)) tellUnasked(this);
  }

  #open({ duplex, rest }: OpenedStreams): void {
    const { log } = this.#options;
    const logger = (side: "client" | "server") => (bytes: Uint8Array) => {
      log?.(side, decodeLoosely(bytes, 0, bytes.length));
    };
    this.#duplex = duplex;
    this.#input = new Input(duplex.readable, logger("client"), rest);
    this.#output = new Output(duplex.writable, {
      sent: logger("server"),
      cutAfter: (length) => this.#faults.cutAfter(this, length),
      cut: () => void this.hangUp(),
    });
  }

  async #greet(): Promise<void> {
    const { greeting = "OK" } = this.#options;
    if (greeting === "BYE") throw new Goodbye("not today");
    if (greeting === "PREAUTH") {
      const [first] = this.accounts.values();
      if (first === undefined) throw new Goodbye("PREAUTH takes the first user, and there is none");
      this.#account = first;
    }
    const capabilities = this.capabilities.join(" ");
    await this.#output.line(`* ${greeting} [CAPABILITY ${capabilities}] MemoryServer`).flush();
  }

  async #answerNext(): Promise<void> {
    this.tag = "*";
    let command: ServerCommand | null = null;
    let result: string;
    this.#faultsMet = false;
    try {
      const received = await receiveCommand(this, async (head) => {
        this.tag = new Arguments(head).tag();
        const found = findCommand(this, head);
        await this.#meetFaults(found.command.name);
        checkEarly(this, found);
      });
      if (received === null) {
        this.#ending = true;
        return;
      }
      this.#busy = true;
      this.tag = new Arguments(received).tag();
      const found = findCommand(this, received);
      command = found.command;
      await this.#meetFaults(command.name);
      const code = await command.run(this, found.args, found.uid);
      result = `OK ${code ? `[${code}] ` : ""}${completed(command.name, this.language)}`;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      result = `${error.status} ${error.code ? `[${error.code}] ` : ""}${error.message}`;
    }
    // An unknown command must not be answered with an EXPUNGE either.
    tellNews(this, command !== null && !command.keepsNumbers, command?.name.startsWith("UID "));
    await this.#output.line(`${this.tag} ${result}`).flush();
    if (this.change !== null) await this.#changeStreams(this.change);
    this.#busy = false;
    // What has changed since the answer was written.
    if (this.isLoggedIn) this.tellSoon();
  }

  /** Lets the faults for this command happen as soon as its name is known. */
  async #meetFaults(name: string): Promise<void> {
    if (this.#faultsMet) return;
    this.#faultsMet = true;
    const { silence, delay, garbage, refusal } = this.#faults.meet(name);
    if (silence) {
      await this.#input.drain();
      throw new HangUp();
    }
    if (delay > 0) await this.#pause(delay);
    if (garbage !== null) this.#output.line(garbage);
    if (refusal !== null) throw refusal;
  }

  /** Waits, or until the client has gone. */
  async #pause(milliseconds: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const over = new Promise<void>((resolve) => timer = setTimeout(resolve, milliseconds));
    await Promise.race([over, this.#input.ended]);
    clearTimeout(timer);
  }

  async #changeStreams(change: ChangeStreams): Promise<void> {
    this.change = null;
    this.#input.release();
    this.#output.release();
    try {
      this.#open(await change(this.#duplex));
    } catch (error) {
      // A client that rejects the certificate is not a bug in this server.
      this.#options.log?.("server", `TLS failed: ${error}`);
      this.#ending = true;
    }
  }
}
