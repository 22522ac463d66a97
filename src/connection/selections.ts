import { IllegalStateError } from "../model/errors.ts";
import type { FoundIn } from "../model/found_in.ts";
import { countDistinct } from "../model/id_ranges.ts";
import type { ResponseCode, TaggedResponse, UntaggedResponse } from "../model/responses.ts";
import type { CallRequest } from "./call.ts";
import { folderKey, type SelectedFolder, shownFolder } from "./selected_folder.ts";

/** A change of the folder that was queued and has no answer yet. */
interface Pending {
  readonly number: number;
  /** How many had been answered when it was queued, as far as callers could know. */
  readonly answered: number;
}

/** The number of no selection: the call was made while two tasks were selecting folders. */
const AMBIGUOUS = -1;

/** The caller of `selectFolder` goes on so many reactions after its answer. */
const REACTIONS = 2;

const CHANGES = /^(?:SELECT|EXAMINE|CLOSE|UNSELECT|LOGOUT|UNAUTHENTICATE)$/i;
const SELECTS = /^(?:SELECT|EXAMINE)$/i;
/** What names messages by their sequence numbers, where nothing else is said. */
const BY_NUMBER = /^(?:COPY|FETCH|MOVE|REPLACE|STORE)$/i;

/** Whether a command changes which folder is selected. */
export function changesFolder({ name }: { readonly name: string }): boolean {
  return CHANGES.test(name);
}

/**
 * Which folder is selected, and for which one a call was made. Each SELECT, EXAMINE, CLOSE and
 * whatever else changes the folder gets the next number when it is queued, since that is its place
 * in the order. A call carries the number of the last one queued before it, and is sent while that
 * selection is in force, or not at all.
 */
export class Selections {
  /** The selected folder, if any. */
  folder: SelectedFolder | null = null;
  /** What the server has said so far of the folder that it is selecting. */
  #incoming: SelectedFolder | null = null;
  /** Why no folder is selected, and what to do. */
  #reason = "call selectFolder";
  #given = 0;
  #answered = 0;
  /** How many of those answers have reached their callers. */
  #heard = 0;
  #current = 0;
  #pending: readonly Pending[] = [];

  /** The selection that a call made now is for. */
  get latest(): number {
    const last = this.#pending.at(-1);
    if (last === undefined) return this.#current;
    // A caller that waited for the one answered since means that one; a caller that queued the last
    // one may mean that. Tasks that take turns never get here.
    return last.answered === this.#answered ? last.number : AMBIGUOUS;
  }

  /** The selection that is in force. */
  get current(): number {
    return this.#current;
  }

  /** The folder of a selection, where that is in force. */
  folderOf(selection: number): SelectedFolder | null {
    return selection === this.#current ? this.folder : null;
  }

  /** A change of the folder is queued: gives its number. */
  queue(): number {
    const number = ++this.#given;
    this.#pending = [...this.#pending, { number, answered: this.#heard }];
    return number;
  }

  /** It was given up before it was sent, and so never happened. */
  drop(number: number): void {
    this.#pending = this.#pending.filter((pending) => pending.number !== number);
  }

  /** It is sent: what the server says from now on is of the new folder. */
  begin(name: string): void {
    if (SELECTS.test(name)) this.#incoming = newFolder(name);
  }

  /** It was answered. Of one that the caller gave up meanwhile, nobody knows what came of it. */
  settle(number: number, name: string, done: TaggedResponse, givenUp: boolean): void {
    this.drop(number);
    // Nobody waits for one that was given up.
    if (!givenUp) {
      this.#answered++;
      void this.#letHear();
    }
    this.#current = number;
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

  /** A SELECT that is queued before the caller of the one answered goes on is somebody else's. */
  async #letHear(): Promise<void> {
    for (let reaction = 0; reaction < REACTIONS; reaction++) await null;
    this.#heard++;
  }

  #leave(reason: string): void {
    this.folder = null;
    this.#reason = reason;
  }

  /** Takes in what the server says of the folder that is selected, or being selected. */
  observe(response: UntaggedResponse): void {
    const folder = this.#incoming ?? this.folder;
    if (folder === null) return;
    if (response.type === "EXISTS") folder.exists = response.number;
    else if (response.type === "EXPUNGE") observeGone(folder, 1);
    // What went earlier was never counted.
    else if (response.type === "VANISHED" && !response.earlier) {
      observeGone(folder, countDistinct(response.uids));
    } else if ("code" in response) this.observeCode(response.code);
  }

  /** Takes in a response code. */
  observeCode(code: ResponseCode | null): void {
    const folder = this.#incoming ?? this.folder;
    if (code === null || folder === null) return;
    if (code.name === "READ-ONLY") folder.readOnly = true;
    else if (code.name === "READ-WRITE") folder.readOnly = folder.isExamined;
    else if (code.name === "UIDVALIDITY") folder.uidValidity = code.number ?? null;
    // What came before was said of the folder that was selected till now.
    else if (code.name === "CLOSED" && this.#incoming !== null) {
      this.#incoming = newFolder(folder.isExamined ? "EXAMINE" : "SELECT");
    }
  }

  /** Throws where a call was made while it could not be told which folder it is for. */
  checkClear(name: string, selection: number): void {
    if (selection !== AMBIGUOUS) return;
    throw new IllegalStateError(
      `${name} was called while two tasks were selecting folders on one client, so it is not ` +
        "known which folder it is for: nothing was sent. Let the tasks take turns, or give each a " +
        "client of its own",
    );
  }

  /** Throws where the selection that a call was made for is not in force. */
  checkCurrent(name: string, selection: number): void {
    if (selection === this.#current) return;
    const what = selection > this.#current
      ? "the SELECT that it was to follow was given up, or could not be sent"
      : this.folder === null
      ? "the folder that it was made for is not selected any more"
      : `${shownFolder(this.folder)} was selected meanwhile`;
    throw new IllegalStateError(`${name} was not sent: ${what}. Select its folder and call again`);
  }

  /** Throws where a call can't act in the selected folder: it is for another one. */
  check(name: string, request: CallRequest): SelectedFolder {
    this.checkCurrent(name, request.selection);
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
    const isOurs = place.session === this;
    const isSameSelection = isOurs && place.selection === this.#current;
    const isSameFolder = place.folder !== "" && place.folder === folderKey(folder.name) &&
      place.uidValidity === folder.uidValidity;
    // Over another connection, only UIDVALIDITY tells that it is the same folder.
    const isKnown = isOurs || place.uidValidity !== null;
    if (!isSameSelection && !(place.uid && isSameFolder && isKnown)) {
      throw new IllegalStateError(
        `${name} was not sent: its message ids were found in another folder, or before UIDs were ` +
          `given anew, and ${shownFolder(folder)} is selected now. Search again`,
      );
    }
    if (!place.uid && place.expunges !== folder.expunges) throw numbersMoved(name);
  }

  /** Where ids are found now. */
  foundIn(uid: boolean): FoundIn | undefined {
    if (this.folder === null) return undefined;
    const { name, uidValidity, expunges } = this.folder;
    const selection = this.#current;
    return { folder: folderKey(name), uidValidity, session: this, selection, expunges, uid };
  }
}

function newFolder(name: string): SelectedFolder {
  const isExamined = /^EXAMINE$/i.test(name);
  const [exists, uidValidity, expunges] = [0, null, 0];
  return { name: "", isExamined, readOnly: isExamined, exists, uidValidity, expunges };
}

/** Messages are gone: those after them have other numbers now. */
function observeGone(folder: SelectedFolder, count: number): void {
  folder.expunges += count;
  folder.exists = Math.max(0, folder.exists - count);
}

function numbersMoved(name: string): IllegalStateError {
  return new IllegalStateError(
    `${name} was not sent: messages were expunged meanwhile, so that sequence numbers stand for ` +
      "others now. Search again, or use UIDs",
  );
}
