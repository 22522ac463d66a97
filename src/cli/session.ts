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

/** How long the logout may take, in seconds. */
const FAREWELL = 5;

/** A client, and the code that is typed to use it. */
export class Session {
  /** The names in scope: the client as `c`, all exports of the library, and what was declared. */
  readonly scope: Scope = Object.assign(Object.create(null), library);
  /** The present client. */
  client!: ImapClient;
  readonly #connect: () => Promise<ImapClient>;
  readonly #notice: (text: string) => void;
  #running: AbortController | null = null;
  #leaving = false;

  /** `notice` gets what the server wants the user to know. */
  constructor(connect: () => Promise<ImapClient>, notice: (text: string) => void = () => {}) {
    this.#connect = connect;
    this.#notice = notice;
    this.scope.reconnect = () => this.open();
  }

  /** Connects, or connects again. */
  async open(): Promise<void> {
    const before: ImapClient | undefined = this.client;
    const client = await this.#connect();
    before?.shutdown();
    this.client = client;
    client.listen((response) => this.#hear(response));
    this.scope.c = interruptible(client, () => this.#running?.signal);
  }

  /** Whether code is running. */
  get busy(): boolean {
    return this.#running !== null;
  }

  /** Runs typed code. Its value becomes `_`, its failure `_error`. */
  async run(code: string): Promise<unknown> {
    const controller = new AbortController();
    this.#running = controller;
    const running = evaluate(code, this.scope);
    // If it is interrupted, nothing waits for its end.
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

  /** Aborts the code that is running, and every call to the server that it waits for. */
  interrupt(): void {
    this.#running?.abort(new Interrupted());
  }

  /** Logs out, if that is still possible, and closes the connection. */
  async close(): Promise<void> {
    const { client } = this;
    this.#leaving = true;
    if (!client.closed) {
      await client.logout({ signal: AbortSignal.timeout(FAREWELL * 1000) }).catch(() => {});
    }
    client.shutdown();
  }

  /** Shows alerts, as RFC 9051 section 7.1 demands, and why the server hangs up. */
  #hear(response: UntaggedResponse): void {
    if (this.#leaving || !("text" in response)) return;
    const { type, code, text } = response as StatusResponse;
    if (code?.name === "ALERT") this.#notice(`the server says: ${text}`);
    else if (type === "BYE") this.#notice(`the server ends the connection: ${text}`);
  }
}
