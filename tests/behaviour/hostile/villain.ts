import { setTimeout as sleep } from "node:timers/promises";
import type { Duplex } from "../../../src/model/transport.ts";

/** Thrown in a villain's script when the client has closed the connection. */
export class Gone extends Error {
  override readonly name: string = "Gone";
}

/** The bytes of a text, one for each character, so that a script can contain any byte. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

export function textOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** The server's end of one connection, controlled by an attacker. */
export class Villain {
  /** The commands that the client sent, without their tags. */
  readonly heard: string[] = [];
  readonly #duplex: Duplex;
  readonly #input: ReadableStreamDefaultReader<Uint8Array>;
  readonly #output: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reset: () => void;
  #held = "";
  #left = Infinity;
  #afterwards: () => Promise<void> = () => Promise.resolve();

  /** `reset` breaks the connection, for streams that can't do it themselves. */
  constructor(duplex: Duplex, reset: () => void = () => void duplex.close()) {
    this.#duplex = duplex;
    this.#reset = reset;
    this.#input = duplex.readable.getReader();
    this.#output = duplex.writable.getWriter();
    this.#output.closed.catch(() => {});
  }

  /** Runs a script; then listens and is silent until the client closes the connection. */
  async play(script: (villain: Villain) => Promise<void>): Promise<void> {
    try {
      await script(this);
      await this.silence();
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
    } finally {
      await this.#duplex.close();
    }
  }

  /** Sends lines in one chunk. */
  async say(...lines: readonly string[]): Promise<void> {
    await this.send(lines.map((line) => `${line}\r\n`).join(""));
  }

  /** Sends exactly these bytes. */
  async send(what: string | Uint8Array): Promise<void> {
    const bytes = typeof what === "string" ? bytesOf(what) : what;
    const isLast = bytes.length >= this.#left;
    try {
      await this.#output.write(isLast ? bytes.subarray(0, this.#left) : bytes);
    } catch {
      throw new Gone();
    }
    this.#left -= bytes.length;
    if (isLast) await this.#afterwards();
  }

  /** Once this many bytes are sent, stops sending and calls `afterwards`. */
  cutAfter(bytes: number, afterwards: () => Promise<void>): void {
    this.#left = bytes;
    this.#afterwards = afterwards;
  }

  /** Sends one byte after the other, this many milliseconds apart. */
  async drip(text: string, milliseconds: number): Promise<void> {
    for (const char of text) {
      await this.send(char);
      await sleep(milliseconds);
    }
  }

  /** Reads the client's next line. */
  async line(): Promise<string> {
    let end = this.#held.indexOf("\r\n");
    while (end < 0) {
      await this.#more();
      end = this.#held.indexOf("\r\n");
    }
    const line = this.#held.slice(0, end);
    this.#held = this.#held.slice(end + 2);
    return line;
  }

  /** Reads the client's next bytes. */
  async bytes(count: number): Promise<string> {
    while (this.#held.length < count) await this.#more();
    const bytes = this.#held.slice(0, count);
    this.#held = this.#held.slice(count);
    return bytes;
  }

  async #more(): Promise<void> {
    this.#held += textOf(await this.#read());
  }

  async #read(): Promise<Uint8Array> {
    const { value, done } = await this.#input.read().catch(() => ({
      value: undefined,
      done: true,
    }));
    if (done || value === undefined) throw new Gone();
    return value;
  }

  /** Reads the next command, and returns its tag. */
  async command(): Promise<string> {
    const line = await this.line();
    const space = line.indexOf(" ");
    this.heard.push(line.slice(space + 1));
    return line.slice(0, space);
  }

  /** Answers the next command with these lines and OK. */
  async answer(...lines: readonly string[]): Promise<void> {
    const tag = await this.command();
    await this.say(...lines, `${tag} OK done`);
  }

  /** Logs the client in, and lets it select a folder of 1,000 messages. */
  async select(capabilities = "IMAP4rev1"): Promise<void> {
    await this.say(`* PREAUTH [CAPABILITY ${capabilities}] hello`);
    await this.answer("* 1000 EXISTS", "* FLAGS (\\Seen)");
  }

  /** Listens and is silent until the client closes the connection. */
  async silence(): Promise<never> {
    for (;;) await this.#read();
  }

  /** Closes the connection in the regular way. */
  async hangUp(): Promise<never> {
    await this.#duplex.close();
    throw new Gone();
  }

  /** Resets the connection. */
  reset(): never {
    this.#reset();
    throw new Gone();
  }
}
