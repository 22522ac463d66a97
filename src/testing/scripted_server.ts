import type { Duplex } from "../transport.ts";
import { concat, decodeLoosely, encodeUtf8 } from "../wire/bytes.ts";
import { announcedLiteral, Input } from "./input.ts";
import { Output } from "./output.ts";

/** How a {@linkcode ScriptedServer} behaves. */
export interface ScriptedServerOptions {
  /** What it says it can do. Default: `IMAP4rev1` and no more. */
  readonly capabilities?: readonly string[];
  /** `PREAUTH`: the client is logged in from the start. Default `OK`. */
  readonly greeting?: "OK" | "PREAUTH";
}

/** A command that the script foresees, and its answer. */
interface Exchange {
  readonly command: string;
  readonly responses: readonly string[];
  readonly result: string;
}

/**
 * A server that follows a script, for tests of code that uses a client. It expects commands, each
 * in its turn, and answers with what the test says; there is no mail behind it. Another command
 * than the one foreseen is refused with BAD and both of them, and ends the script.
 *
 * ```ts
 * import { ImapClient } from "@imapclient/imapclient";
 * import { memoryTransport } from "@imapclient/imapclient/memory";
 * import { ScriptedServer } from "@imapclient/imapclient/testing";
 *
 * async function tryIt() {
 *   const server = new ScriptedServer({ greeting: "PREAUTH" });
 *   server.expect('SELECT "INBOX"', ["* 3 EXISTS"], "OK [READ-WRITE] selected");
 *   server.expect("UID SEARCH UNSEEN", ["* SEARCH 1 2"]);
 *   const transport = memoryTransport((duplex) => void server.serve(duplex));
 *   const client = await ImapClient.connect({ transport });
 *   await client.selectFolder("INBOX");
 *   console.log(await client.search("UNSEEN")); // [ 1, 2 ]
 *   server.finish();
 * }
 * ```
 */
export class ScriptedServer {
  /**
   * What clients sent, a command each, without its tag; its literals stand where they were
   * announced. Lines that belong to no command, such as `DONE`, are there too.
   */
  readonly sent: string[] = [];
  readonly #greeting: string;
  #script: Exchange[] = [];
  #mistake: string | null = null;

  /** A server with an empty script. */
  constructor(
    { greeting = "OK", capabilities = ["IMAP4rev1"] }: ScriptedServerOptions = {},
  ) {
    this.#greeting = `* ${greeting} [CAPABILITY ${capabilities.join(" ")}] ScriptedServer`;
  }

  /**
   * Foresees a command, given without its tag, and how it is answered: by these untagged responses
   * and the tagged one, whose tag is left out. Behind a response that begins with `+` one line of
   * the client is waited for, before the next such response or before the tagged one.
   */
  expect(command: string, responses: readonly string[] = [], result = "OK done"): this {
    this.#script.push({ command, responses, result });
    return this;
  }

  /** Throws where another command came than was foreseen, or one has not come. */
  finish(): void {
    if (this.#mistake !== null) throw new Error(this.#mistake);
    if (this.#script.length === 0) return;
    const missing = this.#script.map(({ command }) => `\n  ${command}`).join("");
    throw new Error(`these commands were foreseen and did not come:${missing}`);
  }

  /** Speaks with one client until it hangs up, or logs out. */
  async serve(duplex: Duplex): Promise<void> {
    const input = new Input(duplex.readable, () => {});
    const output = new Output(duplex.writable, () => {});
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

  /** Answers a command; `true` where that is the last word. */
  async #answer(received: string, input: Input, output: Output): Promise<boolean> {
    const space = received.indexOf(" ");
    const [tag, command] = [received.slice(0, space), received.slice(space + 1)];
    this.sent.push(command);
    const next = this.#script[0];
    if (next?.command !== command) {
      if (command === "LOGOUT") {
        await output.line("* BYE bye").line(`${tag} OK done`).flush();
        return true;
      }
      this.#mistake ??= `expected ${next?.command ?? "no more commands"}, but got ${command}`;
      const shown = this.#mistake.replace(/\r\n/g, "\\r\\n").replace(/[^ -~]/g, "?");
      await output.line(`${tag} BAD ${shown}`).flush();
      return false;
    }
    this.#script.shift();
    await this.#play(next.responses, input, output);
    await output.line(`${tag} ${binary(next.result)}`).flush();
    return /^LOGOUT$/i.test(command);
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
      if (response !== null) output.line(binary(response));
    }
    await output.flush();
  }
}

function textOf(bytes: Uint8Array): string {
  return decodeLoosely(bytes, 0, bytes.length);
}

/** Text in UTF-8, as the output takes it. */
function binary(text: string): string {
  return Array.from(encodeUtf8(text), (byte) => String.fromCharCode(byte)).join("");
}
