import type { ImapClient } from "../client/imap_client.ts";
import * as library from "../../mod.ts";
import type { StatusResponse, UntaggedResponse } from "../model/responses.ts";
import { untilAborted } from "../util/until_aborted.ts";
import { evaluate, type Scope } from "./evaluate.ts";
import { interruptible } from "./interruptible.ts";

/** Ctrl-C was typed. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  constructor() {
    super("interrupted");
  }
}

/** How long the goodbye may take, in seconds. */
const FAREWELL = 5;

/** A client, and everything that is typed to use it. */
export class Session {
  /** What can be named: the client as `c`, all that the library exports, and what was declared. */
  readonly scope: Scope = Object.assign(Object.create(null), library);
  /** The client of the moment. */
  client!: ImapClient;
  readonly #connect: () => Promise<ImapClient>;
  readonly #notice: (text: string) => void;
  #running: AbortController | null = null;
  #leaving = false;

  /** `notice` is told what the server wants the user to know. */
  constructor(connect: () => Promise<ImapClient>, notice: (text: string) => void = () => {}) {
    this.#connect = connect;
    this.#notice = notice;
    this.scope.reconnect = () => this.open();
  }

  /** Connects, anew where that was done before. */
  async open(): Promise<void> {
    const before: ImapClient | undefined = this.client;
    const client = await this.#connect();
    before?.shutdown();
    this.client = client;
    client.listen((response) => this.#hear(response));
    this.scope.c = interruptible(client, () => this.#running?.signal);
  }

  /** Whether something runs. */
  get busy(): boolean {
    return this.#running !== null;
  }

  /** Runs what was typed. Its value is `_` from then on, its failure `_error`. */
  async run(code: string): Promise<unknown> {
    const controller = new AbortController();
    this.#running = controller;
    const running = evaluate(code, this.scope);
    // Where it is interrupted nobody waits for its end.
    running.catch(() => {});
    try {
      const value = await untilAborted(controller.signal, running);
      if (value !== undefined) this.scope._ = value;
      return value;
    } catch (error) {
      this.scope._error = error;
      throw error;
    } finally {
      this.#running = null;
    }
  }

  /** Gives up what runs, and every call to the server that it waits for. */
  interrupt(): void {
    this.#running?.abort(new Interrupted());
  }

  /** Logs out, as far as that is still possible, and closes the connection. */
  async close(): Promise<void> {
    const { client } = this;
    this.#leaving = true;
    if (!client.closed) {
      await client.logout({ signal: AbortSignal.timeout(FAREWELL * 1000) }).catch(() => {});
    }
    client.shutdown();
  }

  /** An alert must be shown (RFC 9051 section 7.1), and so should be why the server hangs up. */
  #hear(response: UntaggedResponse): void {
    if (this.#leaving || !("text" in response)) return;
    const { type, code, text } = response as StatusResponse;
    if (code?.name === "ALERT") this.#notice(`the server says: ${text}`);
    else if (type === "BYE") this.#notice(`the server ends the connection: ${text}`);
  }
}
