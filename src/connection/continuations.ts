import { InvalidArgumentError, ProtocolError } from "../model/errors.ts";
import type { ContinuationRequest } from "../model/responses.ts";
import { concat, CR, decodeAscii, LF, SP } from "../util/bytes.ts";
import type { Call } from "./call.ts";
import type { CallQueue } from "./call_queue.ts";
import type { Deadline } from "./deadline.ts";
import type { TrafficLog } from "./traffic_log.ts";

/** How many answers to `+` may be in preparation; more than one only while the end is not known. */
const MAX_ANSWERING = 10;
const NUL = 0;
const CRLF = Uint8Array.of(CR, LF);
/** Cancels an AUTHENTICATE or another exchange that can't go on (RFC 9051 section 6.2.2). */
const CANCEL = Uint8Array.of(42);

/** Answers the server's requests for more (`+`) in an exchange, as AUTHENTICATE and IDLE are. */
export class Continuations {
  readonly #calls: CallQueue;
  readonly #deadline: Deadline;
  readonly #log: TrafficLog;
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  #lastLine: Uint8Array | null = null;

  /** `write` sends bytes to the server. */
  constructor(
    calls: CallQueue,
    deadline: Deadline,
    log: TrafficLog,
    write: (bytes: Uint8Array) => Promise<void>,
  ) {
    this.#calls = calls;
    this.#deadline = deadline;
    this.#log = log;
    this.#write = write;
  }

  /** Answers a request. Throws {@linkcode ProtocolError} if the server asks without end. */
  answer(request: ContinuationRequest): void {
    const call = this.#calls.responder();
    // Exchange is known to ask for more when nothing is owed.
    if (call === undefined) return;
    // Some servers ask again in the middle of an IDLE: one DONE is all they get.
    if (call.isEndless && call.answering > 0) return;
    if (call.cancelled || call.answering >= MAX_ANSWERING) {
      throw new ProtocolError(`the server asked for more in ${call.command.name} again and again`);
    }
    void this.#respond(call, request);
  }

  /**
   * Whether a tag is the first word of the last line that was sent: the server had ended the
   * exchange before the line came and took it for a command. That happens where DONE crosses the
   * end of an IDLE (`DONE BAD Unknown command`).
   */
  wasTakenForCommand(tag: string): boolean {
    if (this.#lastLine === null || firstWord(this.#lastLine) !== tag) return false;
    this.#lastLine = null;
    return true;
  }

  async #respond(call: Call, request: ContinuationRequest): Promise<void> {
    call.answering++;
    try {
      await this.#sendLine(call, request);
    } finally {
      call.answering--;
    }
  }

  async #sendLine(call: Call, request: ContinuationRequest): Promise<void> {
    const answer = await lineOf(call, request);
    if (call.done) return;
    for (const secret of call.secrets()) this.#log.secrets.add(secret);
    const cancels = answer === null || (call.isSettled && !call.isEndless);
    call.cancelled = cancels;
    const line = cancels ? CANCEL : answer;
    this.#log.continuation(call, line);
    this.#lastLine = line;
    // From now on the server may owe an answer that it did not owe before (to DONE), and it may not
    // even take the line: the time runs before the write, and from the start again after it.
    this.#deadline.touch();
    this.#deadline.watch();
    await this.#write(concat([line, CRLF]));
    this.#deadline.watch();
  }
}

/**
 * The line that a call's command answers with; `null` if there is none, since the call was given
 * up or its command failed.
 */
async function lineOf(call: Call, request: ContinuationRequest): Promise<Uint8Array | null> {
  if (call.isSettled && !call.isEndless) return null;
  const { name } = call.command;
  try {
    const answer = call.command.respond!(request);
    if (call.isEndless) return checkLine(name, await answer);
    const givenUp = call.settled.then(() => null, () => null);
    const line = await Promise.race([answer, givenUp]);
    return line === null && call.isSettled ? null : checkLine(name, line);
  } catch (error) {
    call.reject(error);
    return null;
  }
}

function firstWord(line: Uint8Array): string {
  const end = line.indexOf(SP);
  return decodeAscii(line, 0, end < 0 ? line.length : end);
}

function checkLine(name: string, line: unknown): Uint8Array {
  if (!(line instanceof Uint8Array)) {
    throw new InvalidArgumentError(`what ${name} responds must be bytes, not ${typeof line}`);
  }
  if (line.some((byte) => byte === NUL || byte === CR || byte === LF)) {
    throw new InvalidArgumentError(`what ${name} responds must be one line, without NUL`);
  }
  return line;
}
