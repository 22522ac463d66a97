/** What can stand in a {@linkcode Fifo}, in one at a time. */
export interface FifoItem {
  /** Whether it stands in none. */
  isOut: boolean;
}

/**
 * Items in the order in which they came. Taking one out of the middle costs no more than the first:
 * it is marked, and the marked ones go once they are most.
 */
export class Fifo<Item extends FifoItem> {
  #items: Item[] = [];
  #head = 0;
  #size = 0;

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** The first that came. */
  get first(): Item | undefined {
    return this.#items[this.#head];
  }

  /** The last that came. */
  get last(): Item | undefined {
    return this.#items.at(-1);
  }

  /** Puts an item at the end. */
  add(item: Item): void {
    item.isOut = false;
    this.#items.push(item);
    this.#size++;
  }

  /** Takes an item out, which must be in it. */
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

  /** The first item for which a test holds. */
  find(test: (item: Item) => boolean): Item | undefined {
    const items = this.#items;
    for (let i = this.#head; i < items.length; i++) {
      if (!items[i].isOut && test(items[i])) return items[i];
    }
    return undefined;
  }

  /** The items, the first one first. */
  *[Symbol.iterator](): Generator<Item> {
    const items = this.#items;
    for (let i = this.#head; i < items.length; i++) if (!items[i].isOut) yield items[i];
  }
}
