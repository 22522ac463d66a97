const MAX_TEXTS = 500;
const LONGEST = 200;

/**
 * What was made of a text, for when the same text comes again. Begins anew when it is full, so that
 * memory is bounded, whatever comes.
 */
export class Memo<Value> {
  readonly #known = new Map<string, Value>();

  /** What was made of this text. */
  get(text: string): Value | undefined {
    return this.#known.get(text);
  }

  /** Remembers a value, which nobody must change. */
  set(text: string, value: Value): void {
    if (text.length > LONGEST) return;
    if (this.#known.size >= MAX_TEXTS) this.#known.clear();
    this.#known.set(text, value);
  }
}
