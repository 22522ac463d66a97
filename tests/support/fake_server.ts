// A server that a test controls step by step, over a linked pair of streams in memory.
import process from "node:process";
import { it } from "node:test";
import { assertEquals } from "@std/assert";
import { ImapClient } from "../../src/client/imap_client.ts";
import type { ConnectOptions } from "../../src/client/connect.ts";
import type { Logger } from "../../src/util/log.ts";
import type { Duplex, TlsOptions, Transport } from "../../src/model/transport.ts";
import { concat } from "../../src/util/bytes.ts";
import { memoryPair } from "../../transports/memory/mod.ts";
import { within } from "./patience.ts";

/** What takes longer than this counts as hanging. */
const LIMIT_MS = 20_000;

/** Rejects if a promise takes too long. */
export async function bounded<T>(
  promise: Promise<T>,
  what: string,
  ms: number = LIMIT_MS,
): Promise<T> {
  return await within(ms, promise, `${what}: nothing`);
}

/** A test that fails if it hangs or leaves a rejection unhandled. */
export function test(name: string, body: () => Promise<void>): void {
  it(name, async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    try {
      await bounded(body(), name);
      await turns();
    } finally {
      process.off("unhandledRejection", note);
    }
    assertEquals(unhandled, []);
  });
}

/** Lets everything in progress in memory settle. */
export async function turns(count = 10): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setTimeout(resolve, 0));
}

/** The result or the error of a promise. Call it early, so that a rejection is never unhandled. */
export function outcome<T>(promise: Promise<T>): Promise<T | Error> {
  return promise.catch((error: Error) => error);
}

/** Whether a promise is still pending after everything in progress has settled. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const settled = promise.then(() => false, () => false);
  return await Promise.race([settled, turns().then(() => true)]);
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function textOf(bytes: Uint8Array | null): string {
  return new TextDecoder("latin1").decode(bytes ?? new Uint8Array(0));
}

/** The server's side of one connection. */
export class FakeServer {
  readonly #input: ReadableStreamDefaultReader<Uint8Array>;
  readonly #output: WritableStreamDefaultWriter<Uint8Array>;
  readonly #duplex: Duplex;
  readonly #reset: (error: Error) => void;
  #held: Uint8Array = new Uint8Array(0);
  #reading: Promise<Uint8Array | null> | null = null;

  constructor(duplex: Duplex, reset: (error: Error) => void = () => {}) {
    this.#duplex = duplex;
    this.#reset = reset;
    this.#input = duplex.readable.getReader();
    this.#output = duplex.writable.getWriter();
    this.#output.closed.catch(() => {});
  }

  #next(): Promise<Uint8Array | null> {
    this.#reading ??= this.#input.read().then(({ value, done }) => done ? null : value);
    return this.#reading;
  }

  async #read(): Promise<Uint8Array | null> {
    const chunk = await bounded(this.#next(), "the client's next bytes");
    this.#reading = null;
    return chunk;
  }

  /** Reads what the client wrote with one write. */
  async chunk(): Promise<string> {
    return textOf(await this.rawChunk());
  }

  /** The same, as it is: text has other characters for some bytes. */
  async rawChunk(): Promise<Uint8Array> {
    assertEquals(textOf(this.#held), "");
    const chunk = await this.#read();
    if (chunk === null) throw new Error("the client hung up");
    return chunk;
  }

  /** Reads this many bytes. */
  async bytes(count: number): Promise<string> {
    while (this.#held.length < count) await this.#more();
    return this.#take(count);
  }

  /** Reads a line, without its line end. */
  async line(): Promise<string> {
    let searched = 0;
    for (;;) {
      const end = this.#held.indexOf(10, searched);
      if (end > 0 && this.#held[end - 1] === 13) return this.#take(end + 1).slice(0, -2);
      searched = end < 0 ? this.#held.length : end + 1;
      if (end < 0) await this.#more();
    }
  }

  async #more(): Promise<void> {
    const chunk = await this.#read();
    if (chunk === null) throw new Error("the client hung up");
    this.#held = concat([this.#held, chunk]);
  }

  #take(count: number): string {
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    return textOf(taken);
  }

  /** Reads a command, which must be `text`, and returns its tag. */
  async expect(text: string): Promise<string> {
    const line = await this.line();
    const space = line.indexOf(" ");
    assertEquals(line.slice(space + 1), text);
    return line.slice(0, space);
  }

  /** Reads a command and answers it with these lines and OK. */
  async answer(text: string, ...lines: readonly (string | Uint8Array)[]): Promise<void> {
    const tag = await this.expect(text);
    await this.send(...lines, `${tag} OK done`);
  }

  /** Reads a command and answers it with these lines, in which `$` is its tag, and OK. */
  async answerTagged(text: string, ...lines: readonly string[]): Promise<void> {
    const tag = await this.expect(text);
    await this.send(...lines.map((line) => line.replaceAll("$", tag)), `${tag} OK done`);
  }

  /** Sends lines, or bytes as they are, in one chunk. */
  async send(...what: readonly (string | Uint8Array)[]): Promise<void> {
    const parts = what.map((it) => typeof it === "string" ? bytesOf(`${it}\r\n`) : it);
    // Whether the client hangs up instead is for the test to check.
    await bounded(this.#output.write(concat(parts)).catch(() => {}), "the client to read");
  }

  /** Whether the client sends nothing for now. */
  async isSilent(): Promise<boolean> {
    return this.#held.length === 0 && await isPending(this.#next());
  }

  /** Ends the server's side; the client can still send. */
  async end(): Promise<void> {
    await this.#output.close();
  }

  /** Breaks the connection, as a reset does. */
  break(message = "reset by peer"): void {
    this.#reset(new Error(message));
    void this.#duplex.close();
  }

  /** Closes both sides. */
  close(): void {
    void this.#duplex.close();
  }

  /** Everything that the client sends until it closes or breaks the connection. */
  async rest(): Promise<string> {
    let text = textOf(this.#held);
    try {
      for (let chunk = await this.#read(); chunk !== null; chunk = await this.#read()) {
        text += textOf(chunk);
      }
    } catch {
      // The connection broke.
    }
    return text;
  }

  /** Waits for the client to close the connection. */
  async isOver(): Promise<boolean> {
    try {
      while (await this.#read() !== null);
      return true;
    } catch {
      return true; // the connection broke
    }
  }
}

/** A TLS handshake on a fake connection. */
export interface Handshake {
  /** The options that the client asked for; `null` before that. */
  options: TlsOptions | null;
  /** The result of the handshake; may be replaced. */
  result: () => Promise<Duplex>;
  /** The server's side of the encrypted connection. */
  readonly server: FakeServer;
}

/** A fake server and the transport that reaches it. */
export interface FakeNetwork {
  readonly transport: Transport;
  readonly server: FakeServer;
  readonly handshake: Handshake;
}

/** A server and the transport to it, encrypted unless `plain`. */
export function fakeNetwork({ plain = false }: { plain?: boolean } = {}): FakeNetwork {
  const [client, server] = memoryPair();
  const [clientTls, serverTls] = memoryPair();
  const { readable, fail } = breakable(client.readable);
  const handshake: Handshake = {
    options: null,
    result: () => Promise.resolve(clientTls),
    server: new FakeServer(serverTls),
  };
  const duplex: Duplex = {
    readable,
    writable: client.writable,
    secure: !plain,
    close: () => client.close(),
    startTls(options) {
      assertEquals([readable.locked, client.writable.locked], [false, false]);
      handshake.options = options;
      return handshake.result();
    },
  };
  return {
    transport: () => Promise.resolve(duplex),
    server: new FakeServer(server, fail),
    handshake,
  };
}

/** A stream that can be made to fail. */
function breakable(source: ReadableStream<Uint8Array>) {
  const reader = source.getReader();
  let controller: ReadableStreamDefaultController<Uint8Array>;
  const readable = new ReadableStream<Uint8Array>({
    start: (it) => {
      controller = it;
    },
    async pull(it) {
      const { value, done } = await reader.read();
      if (done) it.close();
      else it.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
  return { readable, fail: (error: Error) => controller.error(error) };
}

export const GREETING = "* OK [CAPABILITY IMAP4rev1] ready";

/** A client that has received the greeting, and its server. */
export async function connectFake(
  options: ConnectOptions = {},
  greeting: string = GREETING,
): Promise<{ client: ImapClient; server: FakeServer }> {
  const { transport, server } = fakeNetwork();
  const connecting = ImapClient.connect({ transport, ...options });
  await server.send(greeting);
  return { client: await connecting, server };
}

/** The greeting of a server that offers STARTTLS and accepts no password before it. */
export const STARTTLS_GREETING: string = "* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready";

/** Connects in plain text to a server that offers STARTTLS. */
export async function connectPlain(
  greeting: string = STARTTLS_GREETING,
  options: ConnectOptions = {},
): Promise<FakeNetwork & { readonly client: ImapClient }> {
  const network = fakeNetwork({ plain: true });
  const { transport, server } = network;
  const connecting = ImapClient.connect({ transport, host: "imap.test", ssl: false, ...options });
  await server.send(greeting);
  return { client: await connecting, ...network };
}

/** A logged-in client with no folder selected, and its server. */
export async function loggedInFake(
  capabilities = "IMAP4rev1",
  options: ConnectOptions = {},
): Promise<{ client: ImapClient; server: FakeServer }> {
  return await connectFake(options, `* PREAUTH [CAPABILITY ${capabilities}] hello`);
}

/** A logged-in client that has selected a folder of 1,000 messages, and its server. */
export async function selectFake(
  options: ConnectOptions = {},
  capabilities = "IMAP4rev1",
): Promise<{ client: ImapClient; server: FakeServer }> {
  const { client, server } = await loggedInFake(capabilities, options);
  const selecting = client.selectFolder("INBOX");
  await server.answer('SELECT "INBOX"', "* 1000 EXISTS", "* FLAGS (\\Seen)");
  await selecting;
  return { client, server };
}

/** A logger that keeps its messages. */
export class KeptLog implements Logger {
  readonly lines: string[] = [];
  debug(message: string): void {
    this.lines.push(`debug ${message}`);
  }
  info(message: string): void {
    this.lines.push(`info ${message}`);
  }
  warn(message: string): void {
    this.lines.push(`warn ${message}`);
  }
  get text(): string {
    return this.lines.join("\n");
  }
}

/** Sends a literal's bytes in chunks of this size. */
export async function sendCut(server: FakeServer, bytes: Uint8Array, size: number): Promise<void> {
  for (let at = 0; at < bytes.length; at += size) {
    await server.send(bytes.slice(at, at + size));
  }
}
