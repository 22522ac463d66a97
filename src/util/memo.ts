const MAX_TEXTS = 500;
const LONGEST = 200;

/**
 * Remembers a value for each text, for when the same text comes again. When it is full, it is
 * emptied, so that its memory is bounded.
 */
export class Memo<Value> {
  readonly #known = new Map<string, Value>();

  /** The value for this text. */
  get(text: string): Value | undefined {
    return this.#known.get(text);
  }

  /** Remembers a value, which must not change. */
  set(text: string, value: Value): void {
    if (text.length > LONGEST) return;
    if (this.#known.size >= MAX_TEXTS) this.#known.clear();
    this.#known.set(text, value);
  }
}
