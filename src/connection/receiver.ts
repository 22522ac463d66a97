import { ProtocolError } from "../model/errors.ts";
import type { ServerResponse } from "../model/responses.ts";
import type { LiteralSink } from "../model/values.ts";
import { decodeAscii, NINE } from "../util/bytes.ts";
import { Cursor } from "../wire/cursor.ts";
import type { Decoding } from "../wire/decoding.ts";
import { readFetchHead } from "../wire/fetch_head.ts";
import type { Limits } from "../wire/limits.ts";
import { beginsNothing } from "../wire/line.ts";
import { piecesOf } from "../wire/pieces.ts";
import { type Frame, type FrameHandler, Reader } from "../wire/reader.ts";
import { readResponse } from "../wire/response.ts";
import type { CallQueue } from "./call_queue.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { ResponseRouter } from "./response_router.ts";
import type { TrafficLog } from "./traffic_log.ts";

/** How many bytes are read before other tasks may have their turn. */
export const SLICE: number = 64 * 1024;
/** How many lines a server's text may run over. */
const STRAY_LINES = 16;
/** How many literals of one response may be streamed; later ones are held in memory. */
const STREAMED_LITERALS = 100;
const NO_PIECES: readonly Frame[] = [];

/** Makes responses of the bytes that come, and hands each to its call or to the router. */
export class Receiver implements FrameHandler {
  /** Finds where responses end. */
  readonly reader: Reader;
  readonly #calls: CallQueue;
  readonly #router: ResponseRouter;
  readonly #life: Lifecycle;
  readonly #log: TrafficLog;
  readonly #limits: Limits;
  readonly #decoding: Decoding | undefined;
  readonly #cursor: Cursor;
  /** How many of the next lines may belong to the text of the last response. */
  #strayLines = 0;
  #pieces: Iterable<Frame> = NO_PIECES;

  /** `limits` say what is taken from the server, `decoding` how text is decoded. */
  constructor(
    calls: CallQueue,
    router: ResponseRouter,
    life: Lifecycle,
    log: TrafficLog,
    limits: Limits,
    decoding: Decoding | undefined,
  ) {
    this.#calls = calls;
    this.#router = router;
    this.#life = life;
    this.#log = log;
    this.#limits = limits;
    this.#decoding = decoding;
    this.#cursor = new Cursor(limits, decoding);
    this.reader = new Reader(this, limits, SLICE);
  }

  /** The reader has found a response. */
  frame(frame: Frame): void {
    if (this.#log.isOn) this.#log.response(frame);
    // Nearly every response begins with a number, and none of those is read in pieces.
    const { bytes, start } = frame;
    if (bytes[start + 2] <= NINE || !this.#readInPieces(frame)) this.dispatch(frame);
  }

  /** Has a very long response read in pieces, once the reader has paused. */
  #readInPieces(frame: Frame): boolean {
    const pieces = piecesOf(frame, this.#limits.items);
    if (pieces === null) return false;
    this.#pieces = pieces;
    this.reader.pause();
    return true;
  }

  /** The pieces of the response at which the reader has paused, to be dispatched one by one. */
  takePieces(): Iterable<Frame> {
    const pieces = this.#pieces;
    this.#pieces = NO_PIECES;
    return pieces;
  }

  /** Reads a response and hands it on. */
  dispatch(frame: Frame): void {
    const response = readResponse(frame, this.#limits, this.#cursor);
    if (response === null) this.#takeStrayLine(frame);
    // Nearly every response is a FETCH. It has no text, and so nothing to redact.
    else if (response.kind === "untagged" && response.type === "FETCH") {
      this.#strayLines = 0;
      if (!this.#calls.offer(response)) this.#router.takeUnclaimed(response);
    } else this.#route(response);
  }

  #route(response: ServerResponse): void {
    const mayGoOn = hasText(response) && this.#life.phase !== "greeting";
    this.#strayLines = mayGoOn ? STRAY_LINES : 0;
    const modseq = this.#cursor.takeHighestModseq();
    if (modseq !== null) this.#router.noteModseq(modseq);
    this.#router.route(this.#log.secrets.blotResponse(response));
    // The bytes after the OK to STARTTLS are not to be read as responses.
    if (this.#life.phase === "changing streams") this.reader.stop();
  }

  /**
   * Takes a line that is no response. Dovecot quotes folder names in its texts, line ends included,
   * so the lines after a status response may be the rest of its text. Elsewhere such a line is an
   * error, unless it is empty or begins with a byte that no response begins with: Xeams sends such
   * lines, and so do servers that add a line end of their own to a literal. Those are dropped.
   */
  #takeStrayLine({ bytes, start, end }: Frame): void {
    if (start === end || beginsNothing(bytes[start])) return this.#calls.count();
    if (--this.#strayLines >= 0) return;
    const line = this.#log.secrets.blot(decodeAscii(bytes, start, end)).slice(0, 60);
    throw new ProtocolError(`not an IMAP response: ${JSON.stringify(line)}`);
  }

  /** The reader has come to a long literal: offers it to the calls as a stream. */
  literal(head: Frame, size: number): LiteralSink | null {
    if (size === 0 || !this.#calls.takesLiterals) return null;
    // The response so far is read again for each literal.
    if (head.detached.length >= STREAMED_LITERALS) return null;
    const fetchHead = readFetchHead(head, this.#limits, this.#decoding);
    return fetchHead && this.#calls.offerLiteral(fetchHead.response, fetchHead.item);
  }

  /** Forgets what the responses of one chunk had in common. */
  endChunk(): void {
    this.#cursor.forget();
  }

  /** The connection broke: takes in the last line, even though it has no line end. */
  takeUnfinished(): void {
    const frame = this.reader.takeUnfinished();
    const response = frame === null ? null : readResponse(frame, this.#limits, this.#cursor);
    if (response === null || !("code" in response)) return;
    this.#router.routeUnfinished(this.#log.secrets.blotResponse(response, true));
  }
}

/** Whether a response ends with text for humans. */
function hasText(response: ServerResponse): boolean {
  return response.kind === "tagged" || (response.kind === "untagged" && "text" in response);
}
