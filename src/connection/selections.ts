import { IllegalStateError } from "../model/errors.ts";
import type { FoundIn } from "../model/found_in.ts";
import { countDistinct } from "../model/id_ranges.ts";
import type { NumberSet } from "../model/number_set.ts";
import type {
  ResponseCode,
  TaggedResponse,
  UnknownResponse,
  UntaggedResponse,
} from "../model/responses.ts";
import type { CallRequest } from "./call.ts";
import type { Command } from "./command.ts";
import { ToldModseqs } from "./told_modseqs.ts";
import { folderKey, type SelectedFolder, shownFolder } from "./selected_folder.ts";

/**
 * Which selection a call is for: its number, or `"ambiguous"` if the call was made while two tasks
 * were selecting folders.
 */
export type SelectionId = number | "ambiguous";

/** What a search has saved for later calls. */
export interface SavedResult {
  /** The messages that it found. */
  readonly ids: NumberSet;
  /** Where it found them. */
  readonly place: FoundIn;
  /** Whether the server has saved them too, as `$` (RFC 5182). */
  readonly isOnServer: boolean;
  /** Who holds the folder that was searched, if it was searched by its holder. */
  readonly holder: object | undefined;
}

/** A change of the folder that is queued and has no answer yet. */
interface Pending {
  readonly number: number;
  /** How many changes callers knew to be answered when this one was queued. */
  readonly answered: number;
}

/** The caller of `selectFolder` goes on this many promise reactions after the answer. */
const REACTIONS = 2;

const CHANGES = /^(?:SELECT|EXAMINE|CLOSE|UNSELECT|LOGOUT|UNAUTHENTICATE)$/i;
const SELECTS = /^(?:SELECT|EXAMINE)$/i;
/** The commands that name messages by their sequence numbers, unless the call says otherwise. */
const BY_NUMBER = /^(?:COPY|FETCH|MOVE|REPLACE|STORE)$/i;

/** Whether a command changes which folder is selected. */
export function changesFolder({ name }: { readonly name: string }): boolean {
  return CHANGES.test(name);
}

/**
 * Which folder is selected, and for which one a call was made. Each SELECT, EXAMINE, CLOSE and
 * whatever else changes the folder gets the next number when it is queued, since that is its place
 * in the order. A call carries the number of the last one queued before it, and is sent only while
 * that selection is in force.
 */
export class Selections {
  /** The selected folder, if any. */
  folder: SelectedFolder | null = null;
  /**
   * How many changes of the folder wait until nobody holds one. They have no place in the order
   * yet: a call that is made meanwhile may be meant for their folder, or for the one that is
   * selected.
   */
  waiting = 0;
  /** What the last saving search in this selection found; `null` if nothing is known of it. */
  saved: SavedResult | null = null;
  /** How many saving searches are under way. */
  saving = 0;
  /** Stands for the present login; the next one on this connection is another user's. */
  login: object = {};
  readonly #endedLogins = new WeakSet<object>();
  /** What the server has said so far about the folder that it is selecting. */
  #incoming: SelectedFolder | null = null;
  /** Up to which mod-sequence all changes in the selected folder have been told. */
  readonly modseqs: ToldModseqs = new ToldModseqs();
  /** Why no folder is selected, and what to do. */
  #reason = "call selectFolder";
  #given = 0;
  #answered = 0;
  /** How many of the answers have reached their callers. */
  #heard = 0;
  #current = 0;
  /** The last selection that was made for holders: only their calls may act in it. */
  #held: number | null = null;
  #pending: readonly Pending[] = [];

  /** The selection that a call made now is for. */
  get latest(): SelectionId {
    if (this.waiting > 0) return "ambiguous";
    const last = this.#pending.at(-1);
    if (last === undefined) return this.#current;
    // Since the last change was queued, another one was answered. A caller that waited for that one
    // means it; a caller that queued the last one may mean that. If tasks take turns, this never
    // happens.
    return last.answered === this.#answered ? last.number : "ambiguous";
  }

  /** The selection that is in force. */
  get current(): number {
    return this.#current;
  }

  /** The selected folder, unless it was selected for those who hold it. */
  get unheldFolder(): SelectedFolder | null {
    return this.#current === this.#held ? null : this.folder;
  }

  /** The folder of a selection, if that is in force. */
  folderOf(selection: SelectionId): SelectedFolder | null {
    return selection === this.#current ? this.folder : null;
  }

  /** The selection in force was made for those who hold its folder. */
  hold(): void {
    this.#held = this.#current;
  }

  /** The login has ended: its calls, and the ids that it found, are refused from now on. */
  endLogin(): void {
    this.#endedLogins.add(this.login);
    this.login = {};
  }

  /** Throws if a command that needs a login was called under another one. */
  checkLogin({ name, state }: Pick<Command<unknown>, "name" | "state">, login: object): void {
    if (login === this.login || state === undefined) return;
    throw new IllegalStateError(`${name} was not sent: the login that it was made under has ended`);
  }

  /** A change of the folder is queued: returns its number. */
  queue(): number {
    const number = ++this.#given;
    this.#pending = [...this.#pending, { number, answered: this.#heard }];
    return number;
  }

  /** A change was given up before it was sent, so it never happened. */
  drop(number: number): void {
    this.#pending = this.#pending.filter((pending) => pending.number !== number);
  }

  /** A change is sent: what the server says from now on is about the new folder. */
  begin(name: string): void {
    if (SELECTS.test(name)) this.#incoming = newFolder(name);
  }

  /**
   * A change was answered. If its caller has given it up, nobody knows which folder is selected.
   */
  settle(number: number, name: string, done: TaggedResponse, givenUp: boolean): void {
    this.drop(number);
    // Nobody waits for a call that was given up.
    if (!givenUp) {
      this.#answered++;
      void this.#letHear();
    }
    this.#current = number;
    this.saved = null;
    this.modseqs.restart();
    const incoming = this.#incoming;
    this.#incoming = null;
    if (givenUp) {
      this.#leave(`the ${name} before it was given up half-way: call selectFolder again`);
    } else if (done.status === "OK") {
      this.folder = incoming === null ? null : { ...incoming, expunges: 0 };
      this.#reason = "call selectFolder";
    } else if (incoming !== null) {
      this.#leave(`the ${name} before it failed: call selectFolder again`);
    }
  }

  /** Until the caller of the answered change goes on, a change that is queued is another task's. */
  async #letHear(): Promise<void> {
    for (let reaction = 0; reaction < REACTIONS; reaction++) await null;
    this.#heard++;
  }

  #leave(reason: string): void {
    this.folder = null;
    this.#reason = reason;
  }

  /** Takes in what the server says about the folder that is selected or being selected. */
  observe(response: UntaggedResponse): void {
    const folder = this.#incoming ?? this.folder;
    if (folder === null) return;
    if (response.type === "EXISTS") folder.exists = response.number;
    else if (response.type === "EXPUNGE") observeGone(folder, 1);
    // Messages that were gone before were never counted.
    else if (response.type === "VANISHED" && !response.earlier) {
      observeGone(folder, countDistinct(response.uids));
    } else if (response.type === "UNKNOWN") this.#observeUnknown(folder, response);
    else if ("code" in response) this.observeCode(response.code);
  }

  /** Messages are gone or changed, and it can't be read which. */
  #observeUnknown(folder: SelectedFolder, { name }: UnknownResponse): void {
    if (name === "EXPUNGE" || name === "VANISHED") folder.expunges++;
    else if (name !== "FETCH") return;
    this.modseqs.lose();
  }

  /** Takes in a response code. */
  observeCode(code: ResponseCode | null): void {
    const folder = this.#incoming ?? this.folder;
    if (code === null || folder === null) return;
    if (code.name === "READ-ONLY") folder.readOnly = true;
    else if (code.name === "READ-WRITE") folder.readOnly = folder.isExamined;
    else if (code.name === "UIDVALIDITY") {
      folder.uidValidity = code.number ?? null;
      if (this.#incoming === null) this.saved = null;
    } else if (code.name === "HIGHESTMODSEQ") this.#observeModseq(folder, code.modseq ?? null);
    else if (code.name === "NOMODSEQ") [folder.noModseq, folder.highestModseq] = [true, null];
    else if (code.name === "PERMANENTFLAGS") folder.permanentFlags = code.flags ?? null;
    // Everything before CLOSED was about the folder that was selected until now.
    else if (code.name === "CLOSED" && this.#incoming !== null) {
      this.#incoming = newFolder(folder.isExamined ? "EXAMINE" : "SELECT");
    }
  }

  #observeModseq(folder: SelectedFolder, modseq: bigint | null): void {
    if (folder !== this.folder) folder.highestModseq = modseq;
    else if (modseq !== null) this.modseqs.noteCode(modseq);
  }

  /** Throws if the call was made when it could not be told which folder it is for. */
  checkClear(name: string, selection: SelectionId): void {
    if (selection !== "ambiguous") return;
    throw new IllegalStateError(
      `${name} was called while two tasks were selecting folders on one client, so it is not ` +
        "known which folder it is for: nothing was sent. Let the tasks take turns, or give each a " +
        "client of its own",
    );
  }

  /** Throws if the selection that a call was made for is not in force, or is somebody else's. */
  checkCurrent(name: string, { selection, holder }: CallRequest): void {
    if (selection === this.#current) return this.#checkHolder(name, holder);
    const what = selection !== "ambiguous" && selection > this.#current
      ? "the SELECT that it was to follow was given up, or could not be sent"
      : this.folder === null
      ? "the folder that it was made for is not selected any more"
      : `${shownFolder(this.folder)} was selected meanwhile`;
    throw new IllegalStateError(`${name} was not sent: ${what}. Select its folder and call again`);
  }

  #checkHolder(name: string, holder: object | undefined): void {
    if (holder !== undefined || this.folder === null || this.#current !== this.#held) return;
    // It takes nothing from anybody: it is sent when nobody holds the folder any more.
    if (name === "UNSELECT") return;
    const what = `${
      shownFolder(this.folder)
    } was selected by openFolder, withFolder or searchFolders`;
    throw new IllegalStateError(
      `${name} was not sent: ${what}. Call the opened folder's own method, or selectFolder first`,
    );
  }

  /** Returns the selected folder. Throws if the call is for another one, or if none is selected. */
  check(name: string, request: CallRequest): SelectedFolder {
    this.checkCurrent(name, request);
    const { folder } = this;
    if (folder === null) {
      throw new IllegalStateError(`${name} needs a selected folder: ${this.#reason}`);
    }
    const byNumber = request.byNumber ?? BY_NUMBER.test(name);
    if (byNumber && request.expunges !== folder.expunges) throw numbersMoved(name);
    if (request.foundIn !== undefined) this.#checkFoundIn(name, request.foundIn, folder);
    return folder;
  }

  #checkFoundIn(name: string, place: FoundIn, folder: SelectedFolder): void {
    const isOurs = place.session === this.login;
    const isSameSelection = isOurs && place.selection === this.#current &&
      !isReassigned(place.uidValidity, folder.uidValidity);
    const isSameFolder = place.folder !== null && place.folder === folderKey(folder.name) &&
      place.uidValidity === folder.uidValidity;
    // On another connection, only UIDVALIDITY tells that it is the same folder.
    const isKnown = isOurs || place.uidValidity !== null;
    // Two users' folders may have the same name and UIDVALIDITY.
    const isOtherUsers = this.#endedLogins.has(place.session);
    if (isOtherUsers || !isSameSelection && !(place.uid && isSameFolder && isKnown)) {
      throw new IllegalStateError(
        `${name} was not sent: its message ids were found in another folder, or before UIDs were ` +
          `assigned again, and ${shownFolder(folder)} is selected now. Search again`,
      );
    }
    if (!place.uid && place.expunges !== folder.expunges) throw numbersMoved(name);
    if (place.saved !== undefined && place.saved !== this.saved) throw savedChanged(name);
  }

  /** Where ids are found now. */
  foundIn(uid: boolean): FoundIn | undefined {
    if (this.folder === null) return undefined;
    const { name, uidValidity, expunges } = this.folder;
    const selection = this.#current;
    return { folder: folderKey(name), uidValidity, session: this.login, selection, expunges, uid };
  }
}

function newFolder(name: string): SelectedFolder {
  const isExamined = /^EXAMINE$/i.test(name);
  return {
    ...{ name: null, isExamined, readOnly: isExamined, exists: 0, uidValidity: null },
    ...{ expunges: 0, highestModseq: null, noModseq: false, permanentFlags: null },
  };
}

/** Whether UIDs were assigned again, although the folder was selected all the time. */
function isReassigned(before: number | null, now: number | null): boolean {
  return before !== null && now !== null && before !== now;
}

/** Messages are gone, so those after them have other numbers now. */
function observeGone(folder: SelectedFolder, count: number): void {
  folder.expunges += count;
  folder.exists = Math.max(0, folder.exists - count);
}

function savedChanged(name: string): IllegalStateError {
  return new IllegalStateError(
    `${name} was not sent: SAVED stood for the result of a search that is not saved any more. ` +
      "Search again",
  );
}

function numbersMoved(name: string): IllegalStateError {
  return new IllegalStateError(
    `${name} was not sent: messages were expunged meanwhile, so sequence numbers stand for other ` +
      "messages now. Search again, or use UIDs",
  );
}
