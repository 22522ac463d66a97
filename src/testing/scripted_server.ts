import type { Duplex, Transport } from "../model/transport.ts";
import { concat, decodeLoosely, encodeUtf8 } from "../util/bytes.ts";
import { difference, linesOf } from "./difference.ts";
import { announcedLiteral, Input } from "./input.ts";
import { linkedTransport } from "./linked.ts";
import { binaryOf, OPEN_OUTLET, Output } from "./output.ts";

/** Options for a {@linkcode ScriptedServer}. */
export interface ScriptedServerOptions {
  /** The capabilities that it announces. Default: only `IMAP4rev1`. */
  readonly capabilities?: readonly string[];
  /** `PREAUTH`: the client is logged in from the start. Default: `OK`. */
  readonly greeting?: "OK" | "PREAUTH";
}

/** A command that the script expects, and the answer to it. */
interface Exchange {
  readonly command: string;
  readonly responses: readonly string[];
  readonly result: string;
}

/**
 * A server that follows a script, for tests of code that uses a client and for checking the exact
 * bytes on the wire. It expects commands in a fixed order and answers with what the test says; it
 * holds no mail. The script is over at the first command that is not the expected one: this command
 * and all later ones are refused with BAD, and {@linkcode ScriptedServer.finish} says what was
 * expected. LOGOUT is always answered.
 *
 * ```ts
 * import { ImapClient } from "@imapclient/imapclient";
 * import { literal, ScriptedServer } from "@imapclient/imapclient/testing";
 *
 * async function tryIt() {
 *   const server = new ScriptedServer({ greeting: "PREAUTH" });
 *   server.expect('SELECT "INBOX"', ["* 3 EXISTS"], "OK [READ-WRITE] selected");
 *   server.expect("UID SEARCH UNSEEN", ["* SEARCH 2"]);
 *   server.expect("UID FETCH 2 (BODY.PEEK[])", [
 *     `* 2 FETCH (UID 2 BODY[] ${literal("Subject: Hello\r\n\r\nHow are you?\r\n")})`,
 *   ]);
 *   const client = await ImapClient.connect({ transport: server.transport });
 *   await client.selectFolder("INBOX");
 *   const ids = await client.search("UNSEEN");
 *   await client.fetch(ids, ["BODY.PEEK[]"]);
 *   await client.logout();
 *   server.finish();
 * }
 * ```
 */
export class ScriptedServer {
  /** Connects to the server without a network: `ImapClient.connect({ transport })`. */
  readonly transport: Transport = linkedTransport((duplex) => void this.serve(duplex));
  /**
   * What clients sent: one entry for each command, without its tag, with literals where they were
   * announced. Lines that belong to no command, such as `DONE`, are included.
   */
  readonly sent: string[] = [];
  readonly #greeting: string;
  #script: Exchange[] = [];
  #position = 0;
  #mistake: { readonly expected: string | null; readonly got: string } | null = null;

  /** A server with an empty script. */
  constructor(
    { greeting = "OK", capabilities = ["IMAP4rev1"] }: ScriptedServerOptions = {},
  ) {
    this.#greeting = `* ${greeting} [CAPABILITY ${capabilities.join(" ")}] ScriptedServer`;
  }

  /**
   * Adds a command to the script, without its tag, and the answer to it: the untagged responses and
   * the tagged one, without its tag. After a response that begins with `+`, the server waits for
   * one line from the client before it sends the next such response or the tagged one. For literals
   * in the command see {@linkcode literal}; the server asks for them with `+` where necessary.
   */
  expect(command: string, responses: readonly string[] = [], result = "OK done"): this {
    this.#script.push({ command, responses, result });
    return this;
  }

  /**
   * Throws if a command came that was not the expected one, or if one has not come. The error shows
   * both.
   *
   * ```text
   * Error: command 2 is not the one expected:
   *   expected  UID SEARCH UNSEEN
   *   got       UID SEARCH SEEN
   * ```
   */
  finish(): void {
    if (this.#mistake !== null) throw new Error(this.#complaint(this.#mistake));
    const missing = this.#script.slice(this.#position);
    if (missing.length === 0) return;
    const rows = missing.map(({ command }) =>
      `\n  expected  ${linesOf(command).join("\n            ")}`
    );
    throw new Error(`commands that were expected have not come:${rows.join("")}`);
  }

  /** Serves one client until it closes the connection or logs out. */
  async serve(duplex: Duplex): Promise<void> {
    const input = new Input(duplex.readable, () => {});
    const output = new Output(duplex.writable, OPEN_OUTLET);
    await output.line(this.#greeting).flush();
    let over = false;
    while (!over && !output.broken) {
      const received = await this.#receive(input, output);
      if (received === null) break;
      over = await this.#answer(received, input, output);
    }
    await output.end();
    await duplex.close();
  }

  /** The next command with its literals; `null` at the end. */
  async #receive(input: Input, output: Output): Promise<string | null> {
    const pieces: Uint8Array[] = [];
    for (;;) {
      const line = await input.line();
      if (line === null) return null;
      pieces.push(line);
      const literal = announcedLiteral(line);
      if (literal === null) return textOf(concat(pieces)).replace(/\r?\n$/, "");
      if (literal.synchronising) await output.line("+ go ahead").flush();
      const bytes = await input.bytes(literal.size);
      if (bytes === null) return null;
      pieces.push(bytes);
    }
  }

  /** Answers a command; `true` if nothing more follows. */
  async #answer(received: string, input: Input, output: Output): Promise<boolean> {
    const space = received.indexOf(" ");
    const [tag, command] = [received.slice(0, space), received.slice(space + 1)];
    this.sent.push(command);
    const next = this.#script.at(this.#position) ?? null;
    if (this.#mistake === null && next?.command === command) {
      this.#position++;
      await this.#play(next.responses, input, output);
      await output.line(`${tag} ${binaryOf(next.result)}`).flush();
      return isLogout(command);
    }
    if (isLogout(command)) {
      await output.line("* BYE bye").line(`${tag} OK done`).flush();
      return true;
    }
    this.#mistake ??= { expected: next?.command ?? null, got: command };
    await output.line(`${tag} BAD ${oneLine(this.#mistake)}`).flush();
    return false;
  }

  #complaint({ expected, got }: { expected: string | null; got: string }): string {
    const number = this.#position + 1;
    if (expected === null) {
      const end = this.#position === 0 ? "no command" : `no more than ${this.#position}`;
      return `command ${number} is one too many:\n  expected  ${end}\n  got       ${
        linesOf(got).join("\n            ")
      }`;
    }
    return `command ${number} is not the one expected:\n${difference(expected, got)}`;
  }

  async #play(responses: readonly string[], input: Input, output: Output): Promise<void> {
    let asked = false;
    for (const response of [...responses, null]) {
      if (asked && (response === null || response.startsWith("+"))) {
        const line = await output.flush().then(() => input.line());
        if (line !== null) this.sent.push(textOf(line).trimEnd());
        asked = false;
      }
      asked ||= response?.startsWith("+") ?? false;
      if (response !== null) output.line(binaryOf(response));
    }
    await output.flush();
  }
}

function textOf(bytes: Uint8Array): string {
  return decodeLoosely(bytes, 0, bytes.length);
}

function isLogout(command: string): boolean {
  return /^LOGOUT$/i.test(command);
}

/** The mistake as response text: one line of ASCII. */
function oneLine({ expected, got }: { expected: string | null; got: string }): string {
  const text = `expected ${expected ?? "no more commands"}, but got ${got}`;
  return text.replace(/\r\n/g, "\\r\\n").replace(/[^ -~]/g, "?");
}

/**
 * A text as a literal, with its length in bytes, for both sides of a script: a client sends it this
 * way if it must wait for permission (to a server with `LITERAL+` it sends `{12+}`), and a server
 * may use it in its responses.
 *
 * ```ts
 * import { literal } from "@imapclient/imapclient/testing";
 *
 * console.log(literal("Grüße")); // "{7}\r\nGrüße"
 * ```
 */
export function literal(text: string): string {
  return `{${encodeUtf8(text).length}}\r\n${text}`;
}
