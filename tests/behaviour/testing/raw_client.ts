import { memoryPair } from "../../../transports/memory/mod.ts";
import {
  type MemoryAccount,
  MemoryServer,
  type MemoryServerOptions,
} from "../../../src/testing/mod.ts";
import type { Duplex } from "../../../src/model/transport.ts";

/** Speaks the raw protocol. Texts are binary strings, one character for each byte. */
export class RawClient {
  /** Settles when the server has finished with this connection. */
  readonly served: Promise<void>;
  readonly #duplex: Duplex;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #received = "";
  #tags = 0;

  constructor(duplex: Duplex, served: Promise<void>) {
    this.#duplex = duplex;
    this.#writer = duplex.writable.getWriter();
    this.#reader = duplex.readable.getReader();
    this.served = served;
  }

  async send(text: string): Promise<void> {
    await this.#writer.write(Uint8Array.from(text, (char) => char.charCodeAt(0)));
  }

  /** Reads up to a match and the end of its line. Throws if the stream ends before. */
  async until(expression: RegExp): Promise<string> {
    for (;;) {
      const match = expression.exec(this.#received);
      const end = match ? this.#received.indexOf("\n", match.index + match[0].length - 1) + 1 : 0;
      if (end > 0) {
        const text = this.#received.slice(0, end);
        this.#received = this.#received.slice(end);
        return text;
      }
      const { value, done } = await this.#reader.read();
      if (done) throw new Error(`the server hung up after ${JSON.stringify(this.#received)}`);
      for (const byte of value) this.#received += String.fromCharCode(byte);
    }
  }

  /** Sends a command with its own tag, and returns everything that the server answers. */
  async command(text: string): Promise<string> {
    const tag = `t${++this.#tags}`;
    await this.send(`${tag} ${text}\r\n`);
    const answer = await this.until(new RegExp(`^${tag} `, "m"));
    return answer.replace(new RegExp(`^${tag} `, "m"), "T ");
  }

  /** Reads everything that still arrives, up to the end. */
  async rest(): Promise<string> {
    for (;;) {
      const { value, done } = await this.#reader.read();
      if (done) return this.#received;
      for (const byte of value) this.#received += String.fromCharCode(byte);
    }
  }

  /** Releases the streams, as STARTTLS needs. */
  release(): void {
    this.#writer.releaseLock();
    this.#reader.releaseLock();
  }

  async close(): Promise<void> {
    await this.#duplex.close();
    await this.served;
  }
}

/** A connection to a server; its greeting has not been read yet. */
export function connect(server: MemoryServer): RawClient {
  const [client, end] = memoryPair();
  return new RawClient(client, server.serve(end));
}

/** A server with a user `ann`, and sessions with it. */
export class Scene {
  readonly server: MemoryServer;
  readonly ann: MemoryAccount;

  constructor(options: MemoryServerOptions = {}) {
    this.server = new MemoryServer(options);
    this.ann = this.server.addUser("ann", "secret");
  }

  /** A logged-in session. */
  async login(user = "ann"): Promise<RawClient> {
    const client = connect(this.server);
    await client.until(/^\* OK /);
    await client.command(`LOGIN ${user} secret`);
    return client;
  }

  /** A session with a folder selected. */
  async select(folder = "INBOX"): Promise<RawClient> {
    const client = await this.login();
    await client.command(`SELECT ${folder}`);
    return client;
  }

  /** Adds short messages with these subjects to INBOX. */
  fill(...subjects: string[]): void {
    for (const subject of subjects) {
      this.ann.append("INBOX", `Subject: ${subject}\n\nText of ${subject}\n`);
    }
  }
}
