import { concat, decodeAscii, encodeUtf8, hasNul } from "../util/bytes.ts";

/** Responses are sent once this many bytes have gathered, or at the end of the command. */
const BATCH = 64 * 1024;

/** The bytes of a binary string, one for each character. */
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
 * A binary string as a `string` of the grammar: quoted if possible, else as a literal. The text may
 * hold any bytes; they are passed through.
 */
export function string(text: string): string {
  // deno-lint-ignore no-control-regex
  if (/[\x00\r\n\x80-\xff]/.test(text)) return `{${text.length}}\r\n${text}`;
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** The same as {@linkcode string}, but without quotes if none are needed. */
export function astring(text: string): string {
  return /^(?!nil$)[!#$&'+-[\]^-z|}~]+$/i.test(text) ? text : string(text);
}

/** The same as {@linkcode string}, with `NIL` for `null`. */
export function nstring(text: string | null): string {
  return text === null ? "NIL" : string(text);
}

/** Sees the bytes that an `Output` is about to send, and may cut the connection. */
export interface Outlet {
  /** Called with the bytes that are sent. */
  sent(bytes: Uint8Array): void;
  /**
   * How many of the next `length` bytes to send before cutting the connection; `null` to send all.
   */
  cutAfter(length: number): number | null;
  /** Cuts the connection. */
  cut(): void;
}

/** An outlet that lets everything through. */
export const OPEN_OUTLET: Outlet = { sent(): void {}, cutAfter: () => null, cut(): void {} };

/** Gathers the responses of a command. Its strings are binary, one character for each byte. */
export class Output {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #outlet: Outlet;
  #text = "";
  #pieces: Uint8Array[] = [];
  #length = 0;
  #broken = false;

  /** `outlet` sees what is sent. */
  constructor(writable: WritableStream<Uint8Array>, outlet: Outlet) {
    this.#writer = writable.getWriter();
    this.#outlet = outlet;
  }

  /** Adds text without a line end. */
  text(text: string): this {
    this.#text += text;
    return this;
  }

  /** Adds a line, with its line end. */
  line(text: string): this {
    return this.text(`${text}\r\n`);
  }

  /** Adds a literal; a `literal8` if it holds a NUL (RFC 3516 section 4.3). */
  literal(bytes: Uint8Array): this {
    this.text(`${hasNul(bytes) ? "~" : ""}{${bytes.length}}\r\n`);
    this.#endText();
    this.#pieces.push(bytes);
    this.#length += bytes.length;
    return this;
  }

  /** Whether enough has gathered to be sent. */
  get full(): boolean {
    return this.#length + this.#text.length > BATCH;
  }

  /** Whether the client is gone, so that nothing more reaches it. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Sends what has gathered, and waits for a slow client. */
  async flush(): Promise<void> {
    this.#endText();
    if (this.#length === 0) return;
    const bytes = concat(this.#pieces);
    this.#pieces = [];
    this.#length = 0;
    if (this.#broken) return;
    const cut = this.#outlet.cutAfter(bytes.length);
    if (cut === null) return await this.#send(bytes);
    // Set first, since others may try to send while the last bytes are on their way.
    this.#broken = true;
    if (cut > 0) await this.#send(bytes.subarray(0, cut));
    this.#outlet.cut();
  }

  /** Sends what has gathered. Nothing is sent afterwards. */
  async flushLast(): Promise<void> {
    const sending = this.flush();
    this.#broken = true;
    await sending;
  }

  /** Ends the stream after what was sent. */
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

  /** Releases the stream. */
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
