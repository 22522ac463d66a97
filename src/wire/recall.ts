const MOST = 500;
const LONGEST = 200;

/**
 * What recurs in responses - addresses, lists of flags, parameters - by the text that it was read
 * from: it is read once, and takes memory once. Begins anew when it is full, so that memory is
 * bounded, whatever comes.
 */
export class Recall<Value> {
  readonly #known = new Map<string, Value>();

  /** What was read from this text. */
  get(text: string): Value | undefined {
    return this.#known.get(text);
  }

  /** Remembers a value, which nobody must change. */
  set(text: string, value: Value): void {
    if (text === "" || text.length > LONGEST) return;
    if (this.#known.size >= MOST) this.#known.clear();
    this.#known.set(text, value);
  }
}
