import type { ImapError, ImapErrorDetails } from "../model/errors.ts";
import type {
  ContinuationRequest,
  FetchResponse,
  TaggedResponse,
  UntaggedResponse,
} from "../model/responses.ts";
import type { Session } from "./session.ts";
import type { NumberSet } from "../model/number_set.ts";
import type { LiteralSink } from "../model/values.ts";
import type { CommandWriter } from "../wire/writer.ts";

/**
 * Which other commands may be in flight together with a command (RFC 9051 section 5.5):
 *
 * - `"alone"`: none. The command changes the session, or what it does is not known.
 * - `"uids"`: other commands that name no sequence numbers.
 * - `"numbers"`: the command names sequence numbers, which another command could change. Only
 * FETCH,
 *   STORE and SEARCH by sequence number may run beside it.
 */
export type Pipelining = "alone" | "uids" | "numbers";

/**
 * One command: what it sends, how its answer is read, and what its result is. It does no I/O and is
 * used once.
 *
 * ```ts
 * import { type Command, ImapClient, type TaggedResponse } from "@imapclient/imapclient";
 *
 * const check: Command<string> = {
 *   name: "CHECK",
 *   state: "selected",
 *   result: (done: TaggedResponse) => done.text,
 * };
 * async function runIt(client: ImapClient) {
 *   console.log(await client.run(check));
 * }
 * ```
 */
export interface Command<Result> {
  /** The command's name as it is sent, such as `UID FETCH`. */
  readonly name: string;
  /**
   * The capability that the server must offer; if several are named, any one of them is enough.
   * Otherwise {@linkcode CapabilityError} is thrown, and nothing is sent.
   */
  readonly needs?: string | readonly string[];
  /**
   * What the session needs before the command can be sent: a login, or a selected folder. Otherwise
   * {@linkcode IllegalStateError} is thrown, and nothing is sent.
   */
  readonly state?: "authenticated" | "selected";
  /**
   * Whether it changes messages of the selected folder. If that folder is read-only,
   * {@linkcode ReadOnlyError} is thrown, and nothing is sent.
   */
  readonly modifies?: boolean;
  /** Which other commands may be in flight together with it. Default: `"alone"`. */
  readonly pipelining?: Pipelining;
  /** Whether later commands may be sent without waiting for its answer. */
  readonly independent?: boolean;
  /**
   * Whether its responses don't tell which command they answer, as those of SEARCH. Two such
   * commands of the same name are never in flight together. `"named"`: the command takes only
   * responses that name its folder, so that several may be in flight together, but none beside one
   * that takes any.
   */
  readonly uncorrelated?: boolean | "named";
  /** The ids of the messages that it is about, if its responses are about no others. */
  readonly messages?: NumberSet;
  /**
   * Which commands it never runs beside, whatever its `pipelining` says: commands about the
   * `"same"` messages, or `"any"` except those about other messages. A server may report the result
   * of two changes only once, and then one of them seems to have changed nothing.
   */
  readonly exclusive?: "same" | "any";
  /**
   * Seconds that the server may be silent before the command is answered; 0 is no limit. Default:
   * the connection's timeout.
   */
  readonly patience?: number;
  /** Writes the arguments, each after a space. */
  write?(out: CommandWriter): void;
  /** Looks at an untagged response. `true` claims it: no other command and no listener gets it. */
  accept?(response: UntaggedResponse): boolean;
  /**
   * Whether it already has everything it asked for about the message of a FETCH response. If so,
   * the response is offered to other commands first: one of them may have asked for the same
   * message.
   */
  knows?(response: FetchResponse): boolean;
  /**
   * Offers a long literal as a stream. `head` is the FETCH response up to the literal, `item` the
   * name of the item whose value the literal is. `null`: the literal is held in memory.
   */
  literal?(head: FetchResponse, item: string): LiteralSink | null;
  /** Returns the line to send, without its line end, when the server asks for more (`+`). */
  respond?(request: ContinuationRequest): Uint8Array | Promise<Uint8Array>;
  /**
   * What neither a log nor an error may show, should the server repeat it. Called when the command
   * is sent, and again after each {@linkcode Command.respond}.
   */
  secrets?(): readonly string[];
  /**
   * Another command waits for the connection. A command that lasts until it is ended, as IDLE does,
   * has {@linkcode Command.respond} give the line that ends it.
   */
  interrupt?(): void;
  /**
   * What its answer (OK, NO or BAD) does to the session. Called before {@linkcode Command.result},
   * and even if the caller has aborted the call.
   *
   * @internal
   */
  effect?(session: Session, done: TaggedResponse): void;
  /**
   * The result so far; `null` if there is none. Called if the command fails, for the error's
   * {@linkcode ImapError.partial}.
   */
  partial?(): unknown;
  /** The result of the call, after OK. May throw. */
  result(done: TaggedResponse): Result;
  /** The error to throw after NO or BAD. Default: an {@linkcode ImapError}. */
  refused?(done: TaggedResponse, message: string, details: ImapErrorDetails): ImapError;
}
