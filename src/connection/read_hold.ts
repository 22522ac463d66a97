/** Lets reading pass, or has it wait while somebody holds it up. */
export class ReadHold {
  #holds = 0;
  #wake: (() => void) | null = null;

  /** Whether somebody holds it. */
  get held(): boolean {
    return this.#holds > 0;
  }

  /** Has reading wait from now on. */
  hold(): void {
    this.#holds++;
  }

  /** Takes back one `hold`. */
  release(): void {
    this.#holds--;
    this.wake();
  }

  /** Has whoever waits look again whether that is still needed. */
  wake(): void {
    this.#wake?.();
    this.#wake = null;
  }

  /** Waits till something has changed. */
  async wait(): Promise<void> {
    await new Promise<void>((resolve) => this.#wake = resolve);
  }
}
