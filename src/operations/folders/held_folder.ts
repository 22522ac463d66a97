import { IllegalStateError } from "../../model/errors.ts";
import { type Text, toText } from "../../model/text.ts";
import type { Resynced } from "../../commands/folders/resync.ts";
import type { SelectedFolder } from "../../connection/selected_folder.ts";
import type { Scope } from "../scope.ts";
import type { Selected } from "./folder_turns.ts";

/** A folder that is held until it is released. */
export class HeldFolder {
  /** The name that it was opened by. */
  readonly name: Text;
  /**
   * What the session knows about the folder; it is kept up to date while the folder is selected.
   */
  readonly folder: SelectedFolder;
  /** What has changed in it since the last time; `null` if that was not asked for. */
  readonly changes: Resynced | null;
  readonly #selection: number;
  #giveBack: (() => void) | null;

  /** `giveBack` ends the holder's turn. */
  constructor(
    name: Text,
    { folder, selection }: Selected,
    giveBack: () => void,
    changes: Resynced | null = null,
  ) {
    this.name = name;
    this.folder = folder;
    this.#selection = selection;
    this.#giveBack = giveBack;
    this.changes = changes;
  }

  /** The scope of a call in this folder. Throws once the folder is released. */
  bind(scope: Scope): Scope {
    if (this.#giveBack === null) {
      const name = JSON.stringify(toText(this.name));
      throw new IllegalStateError(`the folder ${name} was closed: open it again`);
    }
    const { expunges } = this.folder;
    const selection = this.#selection;
    return { ...scope, selection, isBound: true, holder: this, expunges };
  }

  /** Ends the turn. A second call does nothing. */
  release(): void {
    this.#giveBack?.();
    this.#giveBack = null;
  }
}
