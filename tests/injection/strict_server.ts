// A server that reads commands by the letter of RFC 9051 section 9, by code of its own.
import { assert } from "@std/assert";
import { ImapClient } from "@imapclient/imapclient";
import type { ConnectOptions } from "../../src/connect.ts";
import { memoryPair } from "../../transports/memory.ts";

/** One word, text or parenthesis of a command. */
export interface Token {
  readonly kind: "bare" | "quoted" | "literal" | "(" | ")";
  /** Its bytes, a character each. */
  readonly value: string;
}

/** One command, as the server understood it. */
export interface Heard {
  readonly tokens: readonly Token[];
  /** Something is not as the grammar has it, though it can do no harm. */
  readonly odd: boolean;
}

/** How the server is. */
export interface Setting {
  readonly name: string;
  readonly capabilities: string;
  /** Whether UTF8=ACCEPT is switched on. */
  readonly utf8?: boolean;
  readonly folderEncode?: boolean;
}

/** A word, which may have a section, with names in parentheses. */
// deno-lint-ignore no-control-regex
const BARE = /^[^\x00-\x20"(){\x7f-\xff]+(?:\([^()"\r\n]*\)[^\x00-\x20"(){\x7f-\xff]*)?/;

/** Strict ways of reading; what they do not allow is a violation. */
class Lexer {
  readonly tokens: Token[] = [];
  odd = false;
  #needsGap = false;

  readonly utf8: boolean;

  constructor(utf8: boolean) {
    this.utf8 = utf8;
  }

  /** Reads a line without its line end; gives the size of the literal that it announces. */
  line(text: string): { size: number; waits: boolean } | null {
    let at = 0;
    while (at < text.length) {
      const rest = text.slice(at);
      const literal = /^~?\{(\d+)(\+?)\}$/.exec(rest);
      if (literal !== null) return { size: Number(literal[1]), waits: literal[2] === "" };
      at += this.#token(rest);
    }
    return null;
  }

  literal(value: string): void {
    this.#add({ kind: "literal", value });
  }

  #token(rest: string): number {
    if (rest[0] === " ") {
      const isRight = this.#needsGap || this.tokens.at(-1)?.kind === ")";
      if (!isRight || rest.length === 1 || rest[1] === " ") this.odd = true;
      this.#needsGap = false;
      return 1;
    }
    if (rest[0] === "(") return this.#paren("(");
    if (rest[0] === ")") return this.#paren(")");
    if (rest[0] === '"') return this.#quoted(rest);
    const [bare] = BARE.exec(rest) ?? [""];
    if (bare === "") return this.#rest(rest);
    this.#add({ kind: "bare", value: bare });
    return bare.length;
  }

  #paren(kind: "(" | ")"): number {
    this.tokens.push({ kind, value: kind });
    this.#needsGap = false;
    return 1;
  }

  #quoted(rest: string): number {
    const [all] = /^"(?:[^"\\]|\\["\\])*"/.exec(rest) ?? [""];
    if (all === "") return this.#rest(rest);
    // deno-lint-ignore no-control-regex
    const forbidden = this.utf8 ? /[\x00\r\n]/ : /[\x00\r\n\x80-\xff]/;
    assert(!forbidden.test(all), `not for quotes: ${JSON.stringify(all)}`);
    this.#add({ kind: "quoted", value: all.slice(1, -1).replace(/\\(.)/g, "$1") });
    return all.length;
  }

  /** A text that does not end, or a brace by itself: at least it must be plain text. */
  #rest(rest: string): number {
    assert(/^[\x20-\x7e]*$/.test(rest), `not a word: ${JSON.stringify(rest.slice(0, 60))}`);
    this.odd = true;
    this.tokens.push({ kind: "bare", value: rest });
    return rest.length;
  }

  #add(token: Token): void {
    assert(!this.#needsGap, `no space in front of ${JSON.stringify(token.value)}`);
    this.tokens.push(token);
    this.#needsGap = true;
  }
}

/** The server, and the client that is connected to it. */
export class StrictServer {
  /** The commands since the last look at them. */
  heard: Heard[] = [];
  /** What no grammar allows. */
  violation: unknown = null;
  readonly #setting: Setting;
  readonly #input: ReadableStreamDefaultReader<Uint8Array>;
  readonly #output: WritableStreamDefaultWriter<Uint8Array>;
  #held = "";

  private constructor(
    setting: Setting,
    { readable, writable }: ReturnType<typeof memoryPair>[0],
  ) {
    this.#setting = setting;
    this.#input = readable.getReader();
    this.#output = writable.getWriter();
    this.#output.closed.catch(() => {});
  }

  /** A client that is greeted, and has a folder selected unless it is to log in. */
  static async open(
    setting: Setting,
    logsIn: boolean,
    options: ConnectOptions = {},
  ): Promise<{ client: ImapClient; server: StrictServer }> {
    const [own, other] = memoryPair();
    const server = new StrictServer(setting, other);
    const greeting = logsIn ? "OK" : "PREAUTH";
    void server.#serve(`* ${greeting} [CAPABILITY ${setting.capabilities}] hello`);
    const transport = () => Promise.resolve(own);
    const client = await ImapClient.connect({ transport, id: false, ...options });
    if (!logsIn) {
      if (setting.utf8) await client.enable("UTF8=ACCEPT");
      client.folderEncode = setting.folderEncode ?? true;
      await client.selectFolder("INBOX");
    }
    server.heard = [];
    return { client, server };
  }

  async #serve(greeting: string): Promise<void> {
    try {
      await this.#say(greeting);
      for (;;) await this.#command();
    } catch (error) {
      if (!(error instanceof Ended)) this.violation = error;
      // Whoever waits for an answer is to know.
      await this.#say("* BYE no more").catch(() => {});
      await this.#output.close().catch(() => {});
    }
  }

  async #command(): Promise<void> {
    const lexer = new Lexer(this.#setting.utf8 ?? false);
    let literal = lexer.line(await this.#line());
    while (literal !== null) {
      const { size, waits } = literal;
      assert(waits || this.#takesUnasked(size), `a literal of ${size} bytes that nobody asked for`);
      if (waits) await this.#say("+ go on");
      lexer.literal(await this.#bytes(size));
      literal = lexer.line(await this.#line());
    }
    const [tag, ...tokens] = lexer.tokens;
    this.heard.push({ tokens, odd: lexer.odd });
    for (const line of answersTo(tokens)) await this.#say(line);
    await this.#say(`${tag.value} OK [CAPABILITY ${this.#setting.capabilities}] done`);
  }

  #takesUnasked(size: number): boolean {
    const { capabilities } = this.#setting;
    return / LITERAL\+/.test(capabilities) || (/ LITERAL-/.test(capabilities) && size <= 4096);
  }

  async #line(): Promise<string> {
    while (!this.#held.includes("\n")) await this.#more();
    const end = this.#held.indexOf("\n");
    const line = this.#held.slice(0, end);
    this.#held = this.#held.slice(end + 1);
    assert(line.endsWith("\r"), `a line with no CR: ${JSON.stringify(line)}`);
    return line.slice(0, -1);
  }

  async #bytes(count: number): Promise<string> {
    while (this.#held.length < count) await this.#more();
    const bytes = this.#held.slice(0, count);
    this.#held = this.#held.slice(count);
    return bytes;
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#input.read();
    if (done) throw new Ended();
    this.#held += binary(value);
  }

  async #say(line: string): Promise<void> {
    await this.#output.write(new TextEncoder().encode(`${line}\r\n`));
  }
}

class Ended extends Error {}

/** What must come in front of the OK. */
function answersTo(tokens: readonly Token[]): string[] {
  const name = tokens[0]?.value.toUpperCase();
  if (name === "ENABLE") return ["* ENABLED UTF8=ACCEPT"];
  if (name === "STATUS") return ['* STATUS "x" (MESSAGES 1)'];
  if (name === "GETQUOTAROOT") return ['* QUOTAROOT "x" ""'];
  if (name === "NAMESPACE") return ["* NAMESPACE NIL NIL NIL"];
  if (name === "LOGOUT") return ["* BYE bye"];
  return [];
}

/** Bytes, a character each. */
export function binary(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** What a text is in UTF-8, a character for each byte. */
export function utf8(text: string): string {
  return binary(new TextEncoder().encode(text));
}
