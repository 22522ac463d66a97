/** An item that can be in one {@linkcode Fifo} at a time. */
export interface FifoItem {
  /** Whether it is in none. */
  isOut: boolean;
}

/**
 * A queue of items. Removing one from the middle costs no more than removing the first: it is only
 * marked, and the marked items are dropped once they are the majority.
 */
export class Fifo<Item extends FifoItem> {
  #items: Item[] = [];
  #head = 0;
  #size = 0;

  /** How many items there are. */
  get size(): number {
    return this.#size;
  }

  /** The oldest item. */
  get first(): Item | undefined {
    return this.#items[this.#head];
  }

  /** The newest item. */
  get last(): Item | undefined {
    return this.#items.at(-1);
  }

  /** Adds an item at the end. */
  add(item: Item): void {
    item.isOut = false;
    this.#items.push(item);
    this.#size++;
  }

  /** Removes an item, which must be in this queue. */
  remove(item: Item): void {
    item.isOut = true;
    if (--this.#size === 0) {
      this.#items = [];
      this.#head = 0;
      return;
    }
    while (this.#items[this.#head].isOut) this.#head++;
    while (this.#items[this.#items.length - 1].isOut) this.#items.pop();
    if (this.#items.length > 2 * this.#size + 32) {
      this.#items = [...this];
      this.#head = 0;
    }
  }

  /** Finds the first item that passes a test. */
  find(test: (item: Item) => boolean): Item | undefined {
    const items = this.#items;
    for (let i = this.#head; i < items.length; i++) {
      if (!items[i].isOut && test(items[i])) return items[i];
    }
    return undefined;
  }

  /** The items, the oldest first. */
  *[Symbol.iterator](): Generator<Item> {
    const items = this.#items;
    for (let i = this.#head; i < items.length; i++) if (!items[i].isOut) yield items[i];
  }
}
