import type { Command } from "../../connection/command.ts";
import {
  dropUnasked,
  type FetchRequest,
  isNewsOf,
  isUpdate,
  isWanted,
  mergeMessage,
  messageOf,
  noteMissing,
  takeAnswers,
  writeFetch,
} from "../../commands/messages/fetch.ts";
import { UnnamedRows } from "../../commands/messages/unnamed_rows.ts";
import type { Connection } from "../../connection/connection.ts";
import type { CallRequest } from "../../connection/call.ts";
import { ImapError, ProtocolError } from "../../model/errors.ts";
import { type LiteralStream, LiteralStreams } from "./literal_stream.ts";
import { askedKey } from "../../commands/messages/fetch_answers.ts";
import { noteProblems } from "../../model/problems.ts";
import type { FetchedBase } from "../../commands/messages/fetch_types.ts";
import type { FetchResponse, UntaggedResponse } from "../../model/responses.ts";
import type { LiteralSink } from "../../model/values.ts";
import { isSection } from "../../wire/fetch_items.ts";
import { PartialMessages } from "./partial_messages.ts";

/** Reading pauses when this many messages, or bytes of them, wait to be taken. */
const MESSAGES_WAITING = 256;
const BYTES_WAITING = 1024 * 1024;
/** The most that may wait while another command needs an answer that comes later. */
const BYTES_HELD = 64 * 1024 * 1024;

const NOWHERE: LiteralSink = { write(): void {}, end(): void {} };

/** A message on its way to the caller. */
interface Row {
  readonly message: FetchedBase;
  readonly bytes: number;
  readonly streams: ReadonlyMap<string, LiteralStream>;
}

/**
 * A FETCH whose messages are handed out one by one as they arrive. While nobody takes them, reading
 * pauses and the server waits, unless another command needs its answer. If the caller leaves early,
 * the rest is read and dropped.
 */
export class FetchEach {
  readonly #connection: Connection;
  readonly #request: FetchRequest;
  readonly #check: () => void;
  readonly #sections: readonly string[];
  readonly #unnamed: UnnamedRows;
  /** Whether a message was handed out. */
  #came = false;
  #rows: Row[] = [];
  #bytes = 0;
  /** Messages that the server has described in part; the rest may still come. */
  readonly #partial: PartialMessages;
  /** The message of which a literal is being streamed. */
  #open: Row | null = null;
  #holding = false;
  #over = false;
  #left = false;
  #error: { readonly reason: unknown } | null = null;
  #wake: (() => void) | null = null;

  /** With `stream`, sections are streams. `check` throws if the FETCH can't be sent. */
  constructor(
    connection: Connection,
    request: FetchRequest,
    stream: boolean,
    check: () => void = () => {},
  ) {
    this.#connection = connection;
    this.#request = request;
    this.#check = check;
    this.#partial = new PartialMessages(request.news);
    this.#unnamed = new UnnamedRows(request.keys);
    this.#sections = stream ? request.keys.filter(isSection) : [];
  }

  /** Sends the FETCH and hands out its messages. */
  async *run(scope: CallRequest): AsyncGenerator<FetchedBase> {
    const { signal } = scope;
    this.#connection.run(this.#command(), scope).then(
      () => this.#end(null),
      (reason: unknown) => {
        this.#end({ reason });
        if (signal?.aborted) this.#leave();
      },
    );
    try {
      for (;;) {
        const row = signal?.aborted ? undefined : this.#rows.shift();
        if (row !== undefined) {
          this.#take(row.bytes);
          yield row.message;
          letGo(row);
        } else if (this.#error !== null) throw this.#error.reason;
        // Everything may be here by now: a caller that gave up must not take a part for the whole.
        else if (signal?.aborted) throw signal.reason;
        else if (this.#over) return;
        else await new Promise<void>((resolve) => this.#wake = resolve);
      }
    } finally {
      this.#leave();
    }
  }

  #command(): Command<void> {
    const { uid, ids } = this.#request;
    return {
      name: uid ? "UID FETCH" : "FETCH",
      state: "selected",
      pipelining: uid ? "uids" : "numbers",
      messages: ids,
      exclusive: "same",
      write: (out) => {
        this.#check();
        writeFetch(out, this.#request);
      },
      accept: (response) => this.#accept(response),
      literal: this.#sections.length > 0 ? (head, item) => this.#literal(head, item) : undefined,
      result: () => {
        // A response with flags alone is an update, not an answer to a request for more.
        this.#finishPartial();
        const error = this.#left ? null : this.#unnamed.error("UID FETCH", this.#came);
        if (error !== null) throw error;
      },
    };
  }

  #accept(response: UntaggedResponse): boolean {
    if (response.type !== "FETCH") return false;
    const open = this.#open;
    if (open !== null && isOf(open.message, response)) {
      this.#open = null;
      this.#complete(open, response);
      return true;
    }
    if (!isWanted(this.#request, response)) {
      if (this.#request.uid) this.#unnamed.note(response);
      return false;
    }
    if (this.#left) {
      this.#drop(response.items);
      return true;
    }
    const id = this.#request.uid ? response.uid! : response.number;
    const partial = this.#partial.take(id);
    // Before the message has come whole, it may as well be news of a new one.
    const isOurs = !isUpdate(response, this.#request) &&
      (!isNewsOf(response.items as unknown as FetchedBase, this.#request.news) ||
        this.#request.keys.every((key) => key in response.items));
    const told = messageOf(response, true, this.#request);
    // The others get the message as it came.
    const more = isOurs ? told : { ...told };
    const message = partial === undefined ? more : mergeMessage(partial, more);
    const isWhole = this.#isWhole(message);
    if (isWhole || !this.#partial.isNews(message)) this.#finishPartial();
    if (isWhole) this.#push(message);
    else {
      this.#partial.keep(id, message);
      // A single response may be as large as the limits allow; further ones add to it.
      if (partial !== undefined || this.#partial.isNews(message)) this.#checkHeld();
    }
    return isOurs;
  }

  /** Whether everything that was asked for is there, under any name that the server may use. */
  #isWhole(message: FetchedBase): boolean {
    const { keys } = this.#request;
    if (keys.every((key) => key in message)) return true;
    takeAnswers(message, this.#request);
    return keys.every((key) => key in message);
  }

  /** The message being described will not be completed. */
  #finishPartial(): void {
    const partial = this.#partial.takeCurrent();
    if (partial === null) return;
    noteMissing(partial.message, partial.id, this.#request.keys);
    this.#push(partial.message);
  }

  #push(message: FetchedBase): void {
    dropUnasked(message, this.#request);
    const values = message as unknown as Record<string, unknown>;
    let bytes = 0;
    for (const name in values) {
      const value = values[name];
      if (value instanceof Uint8Array) bytes += value.length;
    }
    const streams = this.#makeStreams(message);
    for (const [name, stream] of streams) fill(stream, values, name);
    expose(message, streams);
    this.#queue({ message, bytes, streams });
  }

  #queue(row: Row): void {
    this.#came = true;
    this.#rows.push(row);
    this.#bytes += row.bytes;
    // A single message may be as large as the limits allow.
    if (this.#rows.length > 1 && this.#checkHeld()) return;
    this.#hold(this.#rows.length >= MESSAGES_WAITING || this.#bytes >= BYTES_WAITING);
    this.#wakeUp();
  }

  /** Ends the FETCH if too much is held; tells whether it did. */
  #checkHeld(): boolean {
    if (this.#bytes + this.#partial.bytes <= BYTES_HELD) return false;
    const reason = new ImapError(
      "too much of fetchEach waits unread in front of another command's answer",
    );
    this.#end({ reason });
    this.#leave();
    return true;
  }

  #take(bytes: number): void {
    this.#bytes -= bytes;
    this.#hold(this.#rows.length >= MESSAGES_WAITING / 2 || this.#bytes >= BYTES_WAITING / 2);
  }

  /** Once everything is here, waiting messages no longer block other commands. */
  #hold(wanted: boolean): void {
    const full = wanted && !this.#over;
    if (full === this.#holding) return;
    this.#holding = full;
    if (full) this.#connection.hold();
    else this.#connection.release();
  }

  /** A long literal begins: the message is handed out now, and its literals as they come. */
  #literal(head: FetchResponse, item: string): LiteralSink | null {
    const anonymous = this.#request.uid && head.uid === null; // its UID comes after the literal
    if (!anonymous && !isWanted(this.#request, head)) return null;
    if (this.#left) return NOWHERE;
    const key = this.#sections.includes(item) ? item : askedKey(item, this.#request.items);
    if (key === null) return null;
    if (this.#open === null || !isOf(this.#open.message, head)) {
      if (anonymous) return null;
      this.#finishPartial();
      const message = messageOf(head, true, this.#request);
      const streams = this.#makeStreams(message);
      const values = message as unknown as Record<string, unknown>;
      for (const [name, stream] of streams) if (name in values) fill(stream, values, name);
      expose(message, streams);
      this.#open = { message, bytes: 0, streams };
      this.#queue(this.#open);
    }
    // A caller that reads the sections in turn waits for the end of the ones before this one.
    for (const stream of this.#open.streams.values()) stream.close();
    return this.#open.streams.get(key) ?? null;
  }

  /** An open message is complete: adds the items that came after its first stream. */
  #complete(row: Row, response: FetchResponse): void {
    const more = messageOf(response, true, this.#request);
    if (!this.#sections.every((name) => name in more)) takeAnswers(more, this.#request);
    const values = more as unknown as Record<string, unknown>;
    const id = response.uid ?? response.number;
    for (const [name, stream] of row.streams) {
      const bad = response.bad?.find((item) => item.name === name);
      if (bad !== undefined) {
        noteProblems(row.message, [bad]);
        stream.fail(bad.error);
      } else if (!(name in values)) {
        stream.fail(new ProtocolError(`the server sent no ${name} for message ${id}`));
      } else if (values[name] !== stream) fill(stream, values, name);
      delete values[name];
    }
    mergeMessage(row.message, more);
    noteMissing(row.message, id, this.#request.keys);
    // Only now: when a stream ends, its reader finds the other items in place.
    for (const stream of row.streams.values()) stream.close();
  }

  #makeStreams(message: FetchedBase): ReadonlyMap<string, LiteralStream> {
    const streams = new Map<string, LiteralStream>();
    const all = new LiteralStreams((full) => {
      if (full) this.#connection.hold();
      else this.#connection.release();
    });
    for (const name of this.#sections) {
      // A section that can't be read throws when it is read, like any other item.
      const bad = Object.getOwnPropertyDescriptor(message, name)?.get !== undefined;
      if (!bad) streams.set(name, all.add());
    }
    return streams;
  }

  #end(error: { readonly reason: unknown } | null): void {
    this.#over = true;
    this.#error ??= error;
    this.#hold(false);
    if (error !== null) {
      for (const row of [...this.#rows, this.#open]) failStreams(row, error.reason);
      this.#open = null;
    }
    this.#wakeUp();
  }

  #leave(): void {
    this.#left = true;
    for (const row of [...this.#rows, this.#open]) if (row !== null) letGo(row);
    for (const { message } of this.#rows) this.#drop(message);
    this.#rows = [];
    this.#bytes = 0;
    this.#partial.clear();
    this.#hold(false);
  }

  /** The caller does not hear of a message, nor of the change that it may tell of. */
  #drop(message: object): void {
    if ("MODSEQ" in message) this.#connection.session.selections.modseqs.lose();
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = null;
  }
}

/** Whether a response is about this message. With UIDONLY, only the UID tells. */
function isOf({ SEQ, UID }: FetchedBase, { number, uid }: FetchResponse): boolean {
  return number === 0 ? UID === uid : SEQ === number;
}

/** Puts a section that is held in memory into its stream; `NIL` is an empty one. */
function fill(stream: LiteralStream, values: Record<string, unknown>, name: string): void {
  const value = values[name];
  if (value instanceof Uint8Array && value.length > 0) stream.write(value);
  stream.end();
  stream.close();
}

function expose(message: FetchedBase, streams: ReadonlyMap<string, LiteralStream>): void {
  for (const [name, stream] of streams) Object.assign(message, { [name]: stream.readable });
}

/** The caller goes on to the next message: drops the streams that nobody reads. */
function letGo(row: Row): void {
  for (const stream of row.streams.values()) if (!stream.isInUse) stream.discard();
}

function failStreams(row: Row | null, reason: unknown): void {
  for (const stream of row?.streams.values() ?? []) stream.fail(reason);
}
