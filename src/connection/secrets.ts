import type { ResponseCode, ServerResponse } from "../model/responses.ts";
import { encodeUtf8 } from "../util/bytes.ts";
import { encodeBase64 } from "../wire/base64.ts";

const BLOT = "**REDACTED**";
/** What is shorter could be any word of the server's, and so could a few letters. */
const SHORTEST = 4;
const ANY_WORD = /^[a-z]{1,5}$/i;
/** A word that is shorter may stand in anything. */
const SHORTEST_WORD = 6;
/** Engines refuse patterns that are too large: what is longer is looked for by itself. */
const LONGEST_IN_PATTERN = 200;
/** So many forms of secrets are remembered of the logins before the last. */
const MAX_EARLIER_FORMS = 200;

/** Codes that say what servers count: digits in them are no password's. */
const NUMBERS = /^[\d:,* ]*$/;

/**
 * What was sent to log in: should the server repeat it, in whatever form, neither a log nor an error
 * shows it.
 */
export class Secrets {
  readonly #forms = new Set<string>();
  #patterns: readonly (string | RegExp)[] | null = null;
  #longest = 0;
  #isLoginOver = false;
  /** The last text without any of them: servers say the same again and again. */
  #clean: string | null = null;

  /** The length of the longest form. */
  get longest(): number {
    return this.#longest;
  }

  /** A login is over, one way or another. What it sent is remembered until the next one begins. */
  endLogin(): void {
    this.#isLoginOver = true;
  }

  /** Remembers a secret. Nothing of a login is forgotten while it lasts, however long it is. */
  add(secret: string): void {
    if (this.#isLoginOver) this.#forgetEarlier();
    if (secret.length < SHORTEST || this.#forms.has(secret)) return;
    // Its words too: what stands between them has many ways to be written.
    const words = secret.split(/[^A-Za-z0-9+/=]+/).filter(({ length }) => length >= SHORTEST_WORD);
    for (const text of new Set([secret, secret.replace(/["\\]/g, "\\$&"), ...words])) {
      this.#addForm(text);
      for (let shift = 0; shift < 3; shift++) this.#addForm(base64Within(text, shift));
    }
  }

  #addForm(form: string): void {
    if (form.length < SHORTEST || ANY_WORD.test(form)) return;
    this.#forms.add(form);
    this.#clean = null;
    this.#longest = Math.max(this.#longest, form.length);
    this.#patterns = null;
  }

  #forgetEarlier(): void {
    this.#isLoginOver = false;
    for (const form of this.#forms) {
      if (this.#forms.size <= MAX_EARLIER_FORMS) break;
      this.#forms.delete(form);
    }
    this.#patterns = null;
  }

  /** A text without them. */
  blot(text: string): string {
    // Most often there is none, and no pattern is needed.
    if (text === this.#clean) return text;
    if (!this.#isIn(text)) return this.#clean = text;
    this.#patterns ??= patternsOf(this.#forms);
    return this.#patterns.reduce<string>((rest, it) => rest.replaceAll(it, BLOT), text);
  }

  #isIn(text: string): boolean {
    for (const form of this.#forms) if (text.includes(form)) return true;
    return false;
  }

  /** A text that was cut short, perhaps in the middle of one of them. */
  #blotCut(text: string): string {
    let from = text.length;
    for (const form of this.#forms) {
      const longest = Math.min(form.length - 1, text.length);
      for (let length = longest; length >= SHORTEST && length > text.length - from; length--) {
        if (text.endsWith(form.slice(0, length))) from = text.length - length;
      }
    }
    return from === text.length ? this.blot(text) : this.blot(text.slice(0, from)) + BLOT;
  }

  /**
   * A response as a result or an error may show it: its text is without them, a refusal's code too.
   * `isCut` says that the text lacks its end.
   */
  blotResponse(response: ServerResponse, isCut = false): ServerResponse {
    if (this.#forms.size === 0 || !("code" in response)) return response;
    // A challenge is for its mechanism: as it came.
    if (response.kind === "continuation") return response;
    const text = isCut ? this.#blotCut(response.text) : this.blot(response.text);
    const status = response.kind === "tagged" ? response.status : response.type;
    // The code of a success is for the program: a flag may well be called as a password is.
    const isSuccess = status === "OK" || status === "PREAUTH";
    const code = isSuccess ? response.code : this.#blotCode(response.code);
    return text === response.text && code === response.code
      ? response
      : { ...response, text, code };
  }

  #blotCode(code: ResponseCode | null): ResponseCode | null {
    if (code === null || NUMBERS.test(code.argument)) return code;
    return { ...code, argument: this.blot(code.argument) };
  }
}

/** They match the texts, the longest of them first: what is left of one would be a part of it. */
function patternsOf(texts: Iterable<string>): (string | RegExp)[] {
  const longestFirst = [...texts].sort((one, other) => other.length - one.length);
  const long = longestFirst.filter(({ length }) => length > LONGEST_IN_PATTERN);
  const escaped = longestFirst.slice(long.length)
    .map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
  return escaped.length === 0 ? long : [...long, new RegExp(escaped.join("|"), "g")];
}

/** What of a text in base64 is the same whatever stands around it, `shift` bytes into a group. */
function base64Within(text: string, shift: number): string {
  const bytes = encodeUtf8(text);
  const padded = new Uint8Array(shift + bytes.length);
  padded.set(bytes, shift);
  const whole = Math.floor(padded.length / 3) * 4;
  return encodeBase64(padded).slice(shift === 0 ? 0 : shift + 1, whole);
}
