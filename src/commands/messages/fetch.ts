import type { AskedNews } from "../../connection/asked_news.ts";
import { InvalidArgumentError, ProtocolError } from "../../model/errors.ts";
import { sizeOf } from "../../connection/kept_responses.ts";
import { isBinaryItem } from "./binary_items.ts";
import { adoptAnswers, askedKey } from "./fetch_answers.ts";
import { addAliases, type Alias, aliasesOf, fetchKey, normaliseItems } from "./requested_items.ts";
import { itemNeeds } from "./item_needs.ts";
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

/** What to fetch, and of which messages. */
export interface FetchRequest {
  /** The messages. */
  readonly ids: NumberSet;
  /** The items in upper case, with macros expanded. */
  readonly items: readonly string[];
  /** The keys of the answers. */
  readonly keys: readonly string[];
  /** The caller's spellings, if they are not the keys. */
  readonly aliases: readonly Alias[];
  /** The modifiers after the items, such as `CHANGEDSINCE 123`. */
  readonly modifiers: readonly string[];
  /** Whether ids are UIDs. */
  readonly uid: boolean;
  /** Whether there are items of BINARY (RFC 3516), which not every server can answer. */
  readonly isBinary: boolean;
  /** What the server may tell unasked. */
  readonly news?: AskedNews;
  /** The capabilities of its items, all of which are needed; of several in a list, any one. */
  readonly needs: readonly (string | readonly string[])[];
}

/** Makes a request. Throws {@linkcode InvalidArgumentError}. */
export function fetchRequest(
  ids: NumberSet,
  items: string | Iterable<string | Uint8Array>,
  modifiers: Text | Iterable<Text> | undefined,
  uid: boolean,
  news?: AskedNews,
): FetchRequest {
  const { sent, keys, aliases, isBinary, needs } = itemsOf(toTexts(items), uid);
  const normalised = normaliseModifiers(modifiers);
  return { ids, items: sent, keys, aliases, modifiers: normalised, uid, isBinary, needs, news };
}

/** The items to send, and the keys of the answers. */
interface Items extends Pick<FetchRequest, "keys" | "aliases" | "isBinary" | "needs"> {
  readonly sent: readonly string[];
}

/** Recent lists of items, since programs ask for the same ones again and again. */
const known = new Memo<Items>();

function itemsOf(texts: readonly string[], uid: boolean): Items {
  // No valid item contains a line end, so with their number this text is unique to the list.
  const text = `${uid} ${texts.length} ${texts.join("\n")}`;
  const recalled = known.get(text);
  if (recalled !== undefined) return recalled;
  const all = normaliseItems(texts);
  // UID FETCH returns the UID anyway.
  const sent = uid && all.length > 1 ? all.filter((item) => item !== "UID") : all;
  const keys = sent.filter((item) => item !== "UID" && item !== "SEQ").map(fetchKey);
  const isBinary = sent.some(isBinaryItem);
  const found = { sent, keys, aliases: aliasesOf(texts, keys), isBinary, needs: itemNeeds(sent) };
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

/** Whether a FETCH response is about a message of this request; servers send others as updates. */
export function isWanted({ ids, uid: isUid }: FetchRequest, response: FetchResponse): boolean {
  const id = isUid ? response.uid : response.number;
  return id !== null && ids.has(id);
}

/** The message that a response describes, with its sequence number first. */
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

/** Adds a further response about a message; it may have items again that could not be read. */
export function mergeMessage(known: FetchedBase, more: FetchedBase): FetchedBase {
  Object.assign(known, more);
  const news = fetchProblems(more);
  if (news.length > 0) noteProblems(known, news);
  return known;
}

/** Fills in missing items from answers under another spelling. */
export function takeAnswers(message: FetchedBase, { items, aliases }: FetchRequest): void {
  adoptAnswers(message, items);
  addAliases(message, aliases);
}

/** Items that nobody asked for are kept up to this size, and up to this number per message. */
const LARGEST_UNASKED = 4096;
const MAX_UNASKED = 32;

/** Drops items that nobody asked for, if they are so large or so many that they fill the memory. */
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

/** Whether this may be a missing item under another spelling. */
function isAnswer(
  name: string,
  values: Readonly<Record<string, unknown>>,
  items: readonly string[],
): boolean {
  const key = askedKey(name, items);
  return key !== null && !(key in values);
}

/** Whether a message has just the items that were asked for, in their order, as is usual. */
function isAsAsked(message: FetchedBase, keys: readonly string[]): boolean {
  let next = 0;
  for (const name in message) {
    if (name === keys[next]) next++;
    else if (name !== "SEQ" && name !== "UID") return false;
  }
  return next === keys.length;
}

/**
 * Whether this is no answer but the news that flags have changed. Others want to hear it, who may
 * have asked for it, or keep in step by what the server tells (RFC 7162 section 6).
 */
export function isUpdate({ items, bad }: FetchResponse, { keys }: FetchRequest): boolean {
  if (keys.includes("FLAGS") || !("FLAGS" in items) || bad !== null) return false;
  return Object.keys(items).every((name) => UPDATED.test(name) && !keys.includes(name));
}

/** Whether a message has only what NOTIFY asked for of new messages. */
export function isNewsOf(message: FetchedBase, news: AskedNews | undefined): boolean {
  if (news === undefined || news.items.length === 0) return false;
  return Object.keys(message).every((name) => UPDATED.test(name) || news.items.includes(name));
}

const UPDATED = /^(?:SEQ|UID|FLAGS|MODSEQ)$/;

function hasAll(message: FetchedBase, keys: readonly string[]): boolean {
  for (let i = 0; i < keys.length; i++) if (!(keys[i] in message)) return false;
  return true;
}

/** Notes the items that the server did not send, so that reading them throws. */
export function noteMissing(message: FetchedBase, id: number, keys: readonly string[]): void {
  let missing: BadItem[] | null = null;
  for (const name of keys) {
    if (!(name in message)) (missing ??= []).push(missingItem(message, id, name));
  }
  if (missing !== null) noteProblems(message, missing);
}

/** The problem of a missing item: it was not sent, or an item before it has no end. */
function missingItem(message: FetchedBase, id: number, name: string): BadItem {
  const beginning = ` ${/^[^[ ]*[[ ]/.exec(`${name} `)![0]}`;
  const around = fetchProblems(message).find(({ raw }) => {
    return decodeLoosely(raw, 0, raw.length).toUpperCase().includes(beginning);
  });
  if (around === undefined) {
    const error = new ProtocolError(`the server sent no ${name} for message ${id}`);
    return { name, raw: new Uint8Array(0), error };
  }
  const what = `can't read ${name} of message ${id}: the end of ${around.name} can't be found`;
  return { name, raw: around.raw, error: new ProtocolError(what) };
}

/** FETCH or UID FETCH (RFC 9051 section 6.4.5): messages by their ids. */
export function fetch(
  request: FetchRequest,
  needs?: string,
): UidCommand<Map<number, FetchedBase>> {
  return new Fetch(request, needs);
}

/** A class rather than an object of closures, since there may be a thousand at once. */
class Fetch implements UidCommand<Map<number, FetchedBase>> {
  readonly name: string;
  readonly needs: string | undefined;
  readonly state = "selected";
  readonly pipelining: "uids" | "numbers";
  readonly messages: NumberSet;
  readonly uids: NumberSet | undefined;
  readonly #request: FetchRequest;
  readonly #messages = new Map<number, FetchedBase>();
  /** The ids of messages with incomplete answers. */
  #lacking: Set<number> | null = null;
  #bySequence: SequenceIndex | null = null;
  #unnamed: UnnamedRows | null = null;
  /** What may be news of new messages that were not asked for (NOTIFY, RFC 5465 section 5.2). */
  #aside: Map<number, FetchedBase> | null = null;
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
      // An expunge changes all sequence numbers after its own.
      const isGone = response.type === "VANISHED" && !response.earlier;
      if (isGone || response.type === "EXPUNGE") this.#expunged = true;
      return false;
    }
    const id = this.#idOf(response);
    if (id === null) return this.#leave(response);
    let message = messageOf(response, !this.#request.uid, this.#request);
    let isOurs = true;
    if (!isAsAsked(message, this.#request.keys)) {
      // The others get the message as it came.
      isOurs = !isUpdate(response, this.#request);
      if (!isOurs) message = { ...message };
      else if (!this.#messages.has(id)) {
        const whole = this.#wholeOf(id, message);
        if (whole === null) return false;
        message = whole;
      }
      dropUnasked(message, this.#request);
      if (!hasAll(message, this.#request.keys)) (this.#lacking ??= new Set()).add(id);
    }
    const known = this.#messages.get(id);
    if (known === undefined) {
      this.#messages.set(id, message);
      this.#bySequence?.add(id, message.SEQ);
    } else dropUnasked(mergeMessage(known, message), this.#request);
    return isOurs;
  }

  knows(response: FetchResponse): boolean {
    if (this.#messages.size === 0) return false;
    const id = this.#idOf(response);
    const known = id === null ? undefined : this.#messages.get(id);
    return known !== undefined && hasAll(known, this.#request.keys);
  }

  /** A message with all that came of it; `null` if it is as yet no more than news of a new one. */
  #wholeOf(id: number, message: FetchedBase): FetchedBase | null {
    const { news, keys } = this.#request;
    const known = this.#aside?.get(id);
    if (known === undefined && !isNewsOf(message, news)) return message;
    const whole = known === undefined ? { ...message } : mergeMessage(known, message);
    if (hasAll(whole, keys) || !isNewsOf(message, news)) {
      this.#aside?.delete(id);
      return whole;
    }
    dropUnasked(whole, this.#request);
    (this.#aside ??= new Map()).set(id, whole);
    return null;
  }

  #idOf(response: FetchResponse): number | null {
    const { uid, number } = response;
    if (isWanted(this.#request, response)) return this.#request.uid ? uid : number;
    if (!this.#request.uid || uid !== null || this.#expunged) return null;
    // This may be an update of a known message, without its UID.
    this.#bySequence ??= new SequenceIndex(this.#messages);
    return this.#bySequence.idOf(number);
  }

  /** Leaves a response to others, since it is about another or an unknown message. */
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

  /** Adds a message; with UIDONLY it has no number. */
  add(id: number, sequenceNumber: number | undefined): void {
    if (sequenceNumber !== undefined) this.#ids.set(sequenceNumber, id);
  }
}
