import { folderKey } from "../../connection/selected_folder.ts";
import type { Selections } from "../../connection/selections.ts";
import type { FolderStates } from "./folder_states.ts";

/** The selected folder as it was when it was last looked at. */
interface Snapshot {
  readonly selection: number;
  readonly key: string;
  exists: number;
  expunges: number;
}

/** Watches the selected folder, of which the server tells by EXISTS, EXPUNGE and FETCH. */
export class SelectedWatch {
  readonly #selections: Selections;
  readonly #states: FolderStates;
  #last: Snapshot | null = null;
  /** Another name, or none, that the folder has got since this selection. */
  #moved: { readonly selection: number; readonly key: string | null } | null = null;
  #left = new Set<string>();

  /** What changes goes to `states`. */
  constructor(selections: Selections, states: FolderStates) {
    this.#selections = selections;
    this.#states = states;
  }

  /** The folders that are not selected any more, of which nothing was told meanwhile. */
  get left(): ReadonlySet<string> {
    return this.#left;
  }

  /** Takes {@linkcode left}. */
  takeLeft(): ReadonlySet<string> {
    const left = this.#left;
    this.#left = new Set();
    return left;
  }

  /** Whether a folder is selected. */
  is(key: string): boolean {
    return this.#last?.key === key;
  }

  /** The folders that are watched have been listed: it may be among them only now. */
  begin(): void {
    this.#last = null;
    this.look();
  }

  /** Folders have other names: the server still tells of the selected one as such. */
  renamed(nameNow: (key: string) => string | null): void {
    this.#left = new Set([...this.#left].map((key) => nameNow(key) ?? key));
    const key = this.#last === null ? null : nameNow(this.#last.key);
    if (key !== null) this.#move(key);
  }

  /** A folder is gone: one that gets its name is another folder, and not the selected one. */
  deleted(key: string): void {
    if (this.#last?.key !== key) return;
    this.#move(null);
    this.#last = null;
  }

  #move(key: string | null): void {
    const { selection } = this.#last!;
    this.#moved = { selection, key };
    if (key !== null) this.#last = { ...this.#last!, key };
  }

  /** Flags have changed in it. */
  flagsChanged(): void {
    this.look();
    const last = this.#last;
    if (last !== null) this.#states.selectedChanged(last.key, 0, 0, last.exists);
  }

  /** Sees what has changed. */
  look(): void {
    const { folder, current } = this.#selections;
    if (this.#last !== null && this.#last.selection !== current) this.#leave(this.#last);
    const moved = this.#moved?.selection === current ? this.#moved : null;
    const key = moved !== null || folder === null ? moved?.key ?? null : folderKey(folder.name);
    if (folder === null || key === null) {
      if (this.#last !== null) this.#leave(this.#last);
      return;
    }
    const { exists, expunges, uidValidity } = folder;
    const last = this.#last;
    if (last === null) {
      this.#last = { selection: current, key, exists, expunges };
      this.#left.delete(key);
      const validity = uidValidity === null ? {} : { UIDVALIDITY: uidValidity };
      this.#states.status(key, { MESSAGES: exists, ...validity });
      return;
    }
    const gone = expunges - last.expunges;
    const arrived = exists - last.exists + gone;
    if (gone <= 0 && arrived === 0) return;
    last.exists = exists;
    last.expunges = expunges;
    this.#states.selectedChanged(key, Math.max(0, arrived), Math.max(0, gone), exists);
  }

  #leave({ key }: Snapshot): void {
    this.#last = null;
    if (this.#states.has(key)) this.#left.add(key);
  }
}
