import { concat, decodeAscii, encodeUtf8 } from "../util/bytes.ts";

/** Responses are sent when so much has gathered, or at the end of the command. */
const BATCH = 64 * 1024;

/** The bytes of a binary string: one for each character. */
export function fromBinary(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Text in UTF-8 as a binary string. */
export function binaryOf(text: string): string {
  return decodeAscii(encodeUtf8(text));
}

/**
 * A binary string as `string` of the grammar: quoted where it may be, else as a literal. Text of
 * messages may hold anything; it is passed through byte for byte.
 */
export function string(text: string): string {
  // deno-lint-ignore no-control-regex
  if (/[\x00\r\n\x80-\xff]/.test(text)) return `{${text.length}}\r\n${text}`;
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** As {@linkcode string}, but without quotes where it needs none. */
export function astring(text: string): string {
  return /^(?!nil$)[!#$&'+-[\]^-z|}~]+$/i.test(text) ? text : string(text);
}

/** As {@linkcode string}, with `NIL` for `null`. */
export function nstring(text: string | null): string {
  return text === null ? "NIL" : string(text);
}

/** What an `Output` tells and asks of the bytes that it is to send. */
export interface Outlet {
  /** These go out. */
  sent(bytes: Uint8Array): void;
  /** Behind how many of so many bytes the connection is to be cut; `null`: it is not. */
  cutAfter(length: number): number | null;
  /** Cuts it. */
  cut(): void;
}

/** An outlet that lets everything through. */
export const OPEN_OUTLET: Outlet = { sent(): void {}, cutAfter: () => null, cut(): void {} };

/** Gathers the responses of a command; strings are binary, a byte for each character. */
export class Output {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #outlet: Outlet;
  #text = "";
  #pieces: Uint8Array[] = [];
  #length = 0;
  #broken = false;

  /** `outlet` decides about what goes out. */
  constructor(writable: WritableStream<Uint8Array>, outlet: Outlet) {
    this.#writer = writable.getWriter();
    this.#outlet = outlet;
  }

  /** Adds text as it is. */
  text(text: string): this {
    this.#text += text;
    return this;
  }

  /** Adds a line, with its line end. */
  line(text: string): this {
    return this.text(`${text}\r\n`);
  }

  /** Adds a literal. */
  literal(bytes: Uint8Array): this {
    this.text(`{${bytes.length}}\r\n`);
    this.#endText();
    this.#pieces.push(bytes);
    this.#length += bytes.length;
    return this;
  }

  /** Whether so much has gathered that it should be sent. */
  get full(): boolean {
    return this.#length + this.#text.length > BATCH;
  }

  /** Whether the client is gone; nothing more gets through to it. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Sends what has gathered; a client that reads slowly is waited for. */
  async flush(): Promise<void> {
    this.#endText();
    if (this.#length === 0) return;
    const bytes = concat(this.#pieces);
    this.#pieces = [];
    this.#length = 0;
    if (this.#broken) return;
    const cut = this.#outlet.cutAfter(bytes.length);
    if (cut === null) return await this.#send(bytes);
    // Others may want to send while the last of it is on its way.
    this.#broken = true;
    if (cut > 0) await this.#send(bytes.subarray(0, cut));
    this.#outlet.cut();
  }

  /** Sends what has gathered; nothing that comes later gets through. */
  async flushLast(): Promise<void> {
    const sending = this.flush();
    this.#broken = true;
    await sending;
  }

  /** Ends the stream behind what was sent. */
  async end(): Promise<void> {
    await this.#unlessBroken(this.#writer.close());
  }

  async #send(bytes: Uint8Array): Promise<void> {
    this.#outlet.sent(bytes);
    await this.#unlessBroken(this.#writer.write(bytes));
  }

  async #unlessBroken(sending: Promise<void>): Promise<void> {
    try {
      await sending;
    } catch {
      this.#broken = true;
    }
  }

  /** Lets go of the stream. */
  release(): void {
    this.#writer.releaseLock();
  }

  #endText(): void {
    if (this.#text === "") return;
    this.#pieces.push(fromBinary(this.#text));
    this.#length += this.#text.length;
    this.#text = "";
  }
}
