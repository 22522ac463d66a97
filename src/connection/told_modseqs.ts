import type { SelectedFolder } from "./selected_folder.ts";

/**
 * Up to which mod-sequence a server has told all changes in the selected folder, so that a client
 * may go on from there (RFC 7162 section 6).
 */
export class ToldModseqs {
  /** The highest MODSEQ that was told since the last command that had no other beside it. */
  #told: bigint | null = null;
  /** The HIGHESTMODSEQ that the server sent since the last command was answered. */
  #code: bigint | null = null;
  /** Whether changes in this selection were told that no caller has heard of. */
  #isLost = false;

  /** Another folder, or none, is selected. */
  restart(): void {
    this.#told = this.#code = null;
    this.#isLost = false;
  }

  /** FETCH responses have told of changes up to this mod-sequence. */
  note(modseq: bigint): void {
    if (this.#told === null || modseq > this.#told) this.#told = modseq;
  }

  /** The server has sent a HIGHESTMODSEQ. */
  noteCode(modseq: bigint): void {
    [this.#code, this.#told] = [modseq, null];
  }

  /**
   * Nobody hears of changes that the server has told, since a call was given up or the response
   * can't be read. From now on the mod-sequence does not advance: whoever goes on from it is told
   * again.
   */
  lose(): void {
    this.#isLost = true;
  }

  /**
   * A command was answered: what was told up to now is complete, unless another command is being
   * answered (`isAlone` is false). A server may tell changes in any order, so nothing is certain
   * earlier. A HIGHESTMODSEQ counts more than what FETCH told: the server sends a lower one where
   * it holds back an expunge.
   */
  settle(folder: SelectedFolder | null, isAlone: boolean): void {
    const [code, told] = [this.#code, this.#told];
    if (code === null && (told === null || !isAlone)) return;
    this.#code = null;
    if (isAlone) this.#told = null;
    if (folder === null || folder.noModseq) return;
    const { highestModseq: before } = folder;
    const isHigher = before === null || (code ?? told)! > before;
    // Without a HIGHESTMODSEQ before it, what FETCH told does not make one.
    const isNew = code !== null || before !== null && isHigher;
    if (isNew && !(isHigher && this.#isLost)) folder.highestModseq = code ?? told;
  }
}
