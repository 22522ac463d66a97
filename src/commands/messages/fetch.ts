import { InvalidArgumentError, ProtocolError } from "../../model/errors.ts";
import { sizeOf } from "../../connection/kept_responses.ts";
import { adoptAnswers, askedKey } from "./fetch_answers.ts";
import { addAliases, type Alias, aliasesOf, fetchKey, normaliseItems } from "./fetch_items.ts";
import { fetchProblems, noteProblems } from "../../model/problems.ts";
import type { FetchedBase } from "./fetch_types.ts";
import { Memo } from "../../util/memo.ts";
import type { NumberSet } from "../../model/number_set.ts";
import type { BadItem, FetchResponse, UntaggedResponse } from "../../model/responses.ts";
import { decodeLoosely } from "../../util/bytes.ts";
import type { UidCommand } from "../../connection/call_index.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { type Text, toTexts, upperAscii } from "../../model/text.ts";
import { UnnamedRows } from "./unnamed_rows.ts";

/** What is to be fetched, of which messages. */
export interface FetchRequest {
  /** The messages. */
  readonly ids: NumberSet;
  /** The items in upper case, macros written out. */
  readonly items: readonly string[];
  /** The keys under which the answers are found. */
  readonly keys: readonly string[];
  /** The spellings that the caller asked with, where they are not the keys. */
  readonly aliases: readonly Alias[];
  /** What follows the items, such as `CHANGEDSINCE 123`. */
  readonly modifiers: readonly string[];
  /** Whether ids are UIDs. */
  readonly uid: boolean;
}

/** Puts a request together. Throws {@linkcode InvalidArgumentError}. */
export function fetchRequest(
  ids: NumberSet,
  items: string | Iterable<string | Uint8Array>,
  modifiers: Text | Iterable<Text> | undefined,
  uid: boolean,
): FetchRequest {
  const { sent, keys, aliases } = itemsOf(toTexts(items), uid);
  return { ids, items: sent, keys, aliases, modifiers: normaliseModifiers(modifiers), uid };
}

/** What is sent for a list of items, and the keys of the answers. */
interface Items extends Pick<FetchRequest, "keys" | "aliases"> {
  readonly sent: readonly string[];
}

/** The same is asked for again and again. */
const known = new Memo<Items>();

function itemsOf(texts: readonly string[], uid: boolean): Items {
  // No item has a line end in it: with their number, the text is that of just these.
  const text = `${uid} ${texts.length} ${texts.join("\n")}`;
  const recalled = known.get(text);
  if (recalled !== undefined) return recalled;
  const all = normaliseItems(texts);
  // The UID comes by itself where UIDs are the ids.
  const sent = uid && all.length > 1 ? all.filter((item) => item !== "UID") : all;
  const keys = sent.filter((item) => item !== "UID" && item !== "SEQ").map(fetchKey);
  const found = { sent, keys, aliases: aliasesOf(texts, keys) };
  known.set(text, found);
  return found;
}

const NO_MODIFIERS: readonly string[] = [];

function normaliseModifiers(modifiers: Text | Iterable<Text> | undefined): readonly string[] {
  if (modifiers === undefined) return NO_MODIFIERS;
  return toTexts(modifiers).map((modifier) => {
    const text = upperAscii(modifier);
    if (!/^[A-Z0-9.\-/:*,]+(?: [A-Z0-9.\-/:*,]+)*$/.test(text)) {
      throw new InvalidArgumentError(`can't be sent as a modifier: ${JSON.stringify(text)}`);
    }
    return text;
  });
}

/** Writes the arguments of FETCH (RFC 9051 section 6.4.5, RFC 4466 section 2.1). */
export function writeFetch(out: CommandWriter, request: FetchRequest): void {
  out.sp().numberSet(request.ids).sp().list(request.items, (item) => out.fetchItem(item));
  if (request.modifiers.length > 0) {
    out.sp().list(request.modifiers, (modifier) => out.raw(modifier));
  }
}

/** Whether a FETCH response is for this request: servers send some of their own accord. */
export function isWanted({ ids, uid: isUid }: FetchRequest, response: FetchResponse): boolean {
  const id = isUid ? response.uid : response.number;
  return id !== null && ids.has(id);
}

/** The message that a response describes, its sequence number first. */
export function messageOf(
  response: FetchResponse,
  withUid: boolean,
  { aliases }: FetchRequest,
): FetchedBase {
  const message = response.items as unknown as FetchedBase;
  if (aliases.length > 0) addAliases(message, aliases);
  if (withUid && response.uid !== null) Object.assign(message, { UID: response.uid });
  if (response.bad !== null) noteProblems(message, response.bad);
  return message;
}

/** Adds what a further response says of a message; what could not be read may be readable now. */
export function mergeMessage(known: FetchedBase, more: FetchedBase): FetchedBase {
  Object.assign(known, more);
  const news = fetchProblems(more);
  if (news.length > 0) noteProblems(known, news);
  return known;
}

/** Takes what a message lacks from answers under another spelling. */
export function takeAnswers(message: FetchedBase, { items, aliases }: FetchRequest): void {
  adoptAnswers(message, items);
  addAliases(message, aliases);
}

/** What was not asked for is kept up to this many bytes, and so many items of a message. */
const LARGEST_UNASKED = 4096;
const MAX_UNASKED = 32;

/** Drops what nobody asked for and would fill the memory, as bodies do that a server makes up. */
export function dropUnasked(message: FetchedBase, { keys, items }: FetchRequest): void {
  const values = message as unknown as Record<string, unknown>;
  let unasked = 0;
  for (const name in values) {
    if (name !== "SEQ" && name !== "UID" && !keys.includes(name)) {
      const isMuch = ++unasked > MAX_UNASKED || sizeOf(values[name]) > LARGEST_UNASKED;
      if (isMuch && !isAnswer(name, values, items)) delete values[name];
    }
  }
}

/** Whether an item that a message lacks may be meant, under another spelling. */
function isAnswer(
  name: string,
  values: Readonly<Record<string, unknown>>,
  items: readonly string[],
): boolean {
  const key = askedKey(name, items);
  return key !== null && !(key in values);
}

/** Whether a message has what was asked for in that order, and nothing else, as most have. */
function isAsAsked(message: FetchedBase, keys: readonly string[]): boolean {
  let next = 0;
  for (const name in message) {
    if (name === keys[next]) next++;
    else if (name !== "SEQ" && name !== "UID") return false;
  }
  return next === keys.length;
}

function hasAll(message: FetchedBase, keys: readonly string[]): boolean {
  for (let i = 0; i < keys.length; i++) if (!(keys[i] in message)) return false;
  return true;
}

/** Notes what the server did not send, so that nobody takes it for empty. */
export function noteMissing(message: FetchedBase, id: number, keys: readonly string[]): void {
  let missing: BadItem[] | null = null;
  for (const name of keys) {
    if (!(name in message)) (missing ??= []).push(missingItem(message, id, name));
  }
  if (missing !== null) noteProblems(message, missing);
}

/** An item that is not there: it was not sent, or went down with one that has no end. */
function missingItem(message: FetchedBase, id: number, name: string): BadItem {
  const beginning = ` ${/^[^[ ]*[[ ]/.exec(`${name} `)![0]}`;
  const around = fetchProblems(message).find(({ raw }) => {
    return decodeLoosely(raw, 0, raw.length).toUpperCase().includes(beginning);
  });
  if (around === undefined) {
    const error = new ProtocolError(`the server sent no ${name} for message ${id}`);
    return { name, raw: new Uint8Array(0), error };
  }
  const what = `can't read ${name} of message ${id}: nobody can tell where ${around.name} ends`;
  return { name, raw: around.raw, error: new ProtocolError(what) };
}

/** FETCH or UID FETCH (RFC 9051 section 6.4.5): the messages by their ids. */
export function fetch(
  request: FetchRequest,
  needs?: string,
): UidCommand<Map<number, FetchedBase>> {
  return new Fetch(request, needs);
}

/** A class, since there may be a thousand at once. */
class Fetch implements UidCommand<Map<number, FetchedBase>> {
  readonly name: string;
  readonly needs: string | undefined;
  readonly state = "selected";
  readonly pipelining: "uids" | "numbers";
  readonly messages: NumberSet;
  readonly uids: NumberSet | undefined;
  readonly #request: FetchRequest;
  readonly #messages = new Map<number, FetchedBase>();
  /** Messages with answers that lacked something. */
  #lacking: Set<number> | null = null;
  #bySequence: SequenceIndex | null = null;
  #unnamed: UnnamedRows | null = null;
  #expunged = false;

  constructor(request: FetchRequest, needs: string | undefined) {
    this.needs = needs;
    this.name = request.uid ? "UID FETCH" : "FETCH";
    this.pipelining = request.uid ? "uids" : "numbers";
    this.messages = request.ids;
    this.uids = request.uid ? request.ids : undefined;
    this.#request = request;
  }

  write(out: CommandWriter): void {
    writeFetch(out, this.#request);
  }

  accept(response: UntaggedResponse): boolean {
    if (response.type !== "FETCH") {
      // An expunge changes all sequence numbers behind its own.
      const isGone = response.type === "VANISHED" && !response.earlier;
      if (isGone || response.type === "EXPUNGE") this.#expunged = true;
      return false;
    }
    const id = this.#idOf(response);
    if (id === null) return this.#leave(response);
    const message = messageOf(response, !this.#request.uid, this.#request);
    if (!isAsAsked(message, this.#request.keys)) {
      dropUnasked(message, this.#request);
      if (!hasAll(message, this.#request.keys)) (this.#lacking ??= new Set()).add(id);
    }
    const known = this.#messages.get(id);
    if (known === undefined) {
      this.#messages.set(id, message);
      this.#bySequence?.add(id, message.SEQ);
    } else dropUnasked(mergeMessage(known, message), this.#request);
    return true;
  }

  knows(response: FetchResponse): boolean {
    if (this.#messages.size === 0) return false;
    const id = this.#idOf(response);
    const known = id === null ? undefined : this.#messages.get(id);
    return known !== undefined && hasAll(known, this.#request.keys);
  }

  #idOf(response: FetchResponse): number | null {
    const { uid, number } = response;
    if (isWanted(this.#request, response)) return this.#request.uid ? uid : number;
    if (!this.#request.uid || uid !== null || this.#expunged) return null;
    // News that come without a UID.
    this.#bySequence ??= new SequenceIndex(this.#messages);
    return this.#bySequence.idOf(number);
  }

  /** A row of another message, or of nobody knows which. */
  #leave(response: FetchResponse): false {
    const { uid, keys } = this.#request;
    if (uid) (this.#unnamed ??= new UnnamedRows(keys)).note(response);
    return false;
  }

  passedOver(): void {
    (this.#unnamed ??= new UnnamedRows(this.#request.keys)).noteNamed();
  }

  partial(): Map<number, FetchedBase> | null {
    return this.#messages.size > 0 ? this.#found() : null;
  }

  result(): Map<number, FetchedBase> {
    if (this.#unnamed !== null) this.#checkUnnamed(this.#unnamed);
    return this.#found();
  }

  #checkUnnamed(unnamed: UnnamedRows): void {
    for (const { SEQ } of this.#messages.values()) unnamed.forget(SEQ);
    const error = unnamed.error(this.name, this.#messages.size > 0, this.partial());
    if (error !== null) throw error;
  }

  #found(): Map<number, FetchedBase> {
    for (const id of this.#lacking ?? []) {
      const message = this.#messages.get(id)!;
      takeAnswers(message, this.#request);
      noteMissing(message, id, this.#request.keys);
    }
    return this.#messages;
  }
}

/** Finds a message of a UID FETCH by its sequence number. */
class SequenceIndex {
  readonly #ids = new Map<number, number>();

  constructor(messages: ReadonlyMap<number, FetchedBase>) {
    for (const [id, { SEQ }] of messages) this.add(id, SEQ);
  }

  idOf(sequenceNumber: number): number | null {
    return this.#ids.get(sequenceNumber) ?? null;
  }

  /** There is one message more. */
  add(id: number, sequenceNumber: number): void {
    this.#ids.set(sequenceNumber, id);
  }
}
