import type { ResponseCode, ServerResponse } from "../model/responses.ts";
import { encodeUtf8 } from "../util/bytes.ts";
import { encodeBase64 } from "../wire/base64.ts";

const BLOT = "**REDACTED**";
/** Shorter secrets are not looked for: they could be part of anything. */
const SHORTEST = 4;
/** Nor are these, which could be any word of the server. */
const ANY_WORD = /^[a-z]{1,5}$/i;
/** Shorter words of a secret are not looked for by themselves. */
const SHORTEST_WORD = 6;
/** Longer texts are not put into a pattern: engines refuse patterns that are too large. */
const LONGEST_IN_PATTERN = 200;
/** How many forms of the secrets of earlier logins are remembered. */
const MAX_EARLIER_FORMS = 200;

/** Arguments of codes with which servers count: such digits are no password. */
const NUMBERS = /^[\d:,* ]*$/;

/**
 * Remembers what was sent to log in. If the server repeats it, in whatever form, neither a log nor
 * an error shows it.
 */
export class Secrets {
  readonly #forms = new Set<string>();
  #patterns: readonly (string | RegExp)[] | null = null;
  #longest = 0;
  #isLoginOver = false;
  /** The last text that held no secret: servers often repeat a text. */
  #clean: string | null = null;

  /** The length of the longest form. */
  get longest(): number {
    return this.#longest;
  }

  /** A login is over. What it sent is remembered at least until the next one begins. */
  endLogin(): void {
    this.#isLoginOver = true;
  }

  /** Remembers a secret. Nothing is forgotten while the login lasts. */
  add(secret: string): void {
    if (this.#isLoginOver) this.#forgetEarlier();
    if (secret.length < SHORTEST || this.#forms.has(secret)) return;
    // Its words too: the characters between them can be written in many ways.
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

  /** A text with the secrets removed. */
  blot(text: string): string {
    // Most texts hold no secret, and then no pattern is needed.
    if (text === this.#clean) return text;
    if (!this.#isIn(text)) return this.#clean = text;
    this.#patterns ??= patternsOf(this.#forms);
    return this.#patterns.reduce<string>((rest, it) => rest.replaceAll(it, BLOT), text);
  }

  #isIn(text: string): boolean {
    for (const form of this.#forms) if (text.includes(form)) return true;
    return false;
  }

  /** The same for a text that was cut short, perhaps in the middle of a secret. */
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
   * A response with the secrets removed from its text and, if it is a refusal, from its code.
   * `isCut` says that the end of the text is missing.
   */
  blotResponse(response: ServerResponse, isCut = false): ServerResponse {
    if (this.#forms.size === 0 || !("code" in response)) return response;
    // A challenge goes to its mechanism unchanged.
    if (response.kind === "continuation") return response;
    const text = isCut ? this.#blotCut(response.text) : this.blot(response.text);
    const status = response.kind === "tagged" ? response.status : response.type;
    // The program uses the code of a success: a flag may have the same name as a password.
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

/** The token of a URL (RFC 4467 section 7), with which anybody can read what the URL names. */
const URL_TOKEN = /(:INTERNAL:)[\da-f]+/gi;

/** A text without the tokens of URLs. */
export function withoutUrlTokens(text: string): string {
  return text.replace(URL_TOKEN, `$1${BLOT}`);
}

/** Patterns for the texts, the longest first: else a shorter one would leave the rest of it. */
function patternsOf(texts: Iterable<string>): (string | RegExp)[] {
  const longestFirst = [...texts].sort((one, other) => other.length - one.length);
  const long = longestFirst.filter(({ length }) => length > LONGEST_IN_PATTERN);
  const escaped = longestFirst.slice(long.length)
    .map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
  return escaped.length === 0 ? long : [...long, new RegExp(escaped.join("|"), "g")];
}

/**
 * The part of a text's base64 that does not depend on its surroundings, `shift` bytes into a group.
 */
function base64Within(text: string, shift: number): string {
  const bytes = encodeUtf8(text);
  const padded = new Uint8Array(shift + bytes.length);
  padded.set(bytes, shift);
  const whole = Math.floor(padded.length / 3) * 4;
  return encodeBase64(padded).slice(shift === 0 ? 0 : shift + 1, whole);
}
