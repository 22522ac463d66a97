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
 * What else may be under way while a command runs (RFC 9051 section 5.5):
 *
 * - `"alone"`: nothing. The command changes the session, or nobody knows better.
 * - `"uids"`: others that name no sequence numbers; one that gives its answers no mark of its own
 *   (SEARCH, say) never runs beside another of the same name.
 * - `"numbers"`: it names sequence numbers, which another command could change: only FETCH, STORE
 *   and SEARCH by sequence number may run beside it.
 */
export type Pipelining = "alone" | "uids" | "numbers";

/**
 * One command: what it sends, how its answer is read, and what comes of it. It does no I/O and is
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
   * The capability that the server must offer; of several, any one is enough. Without it,
   * {@linkcode CapabilityError} is thrown and nothing is sent.
   */
  readonly needs?: string | readonly string[];
  /** What must be before it can be sent: a login, or a selected folder. */
  readonly state?: "authenticated" | "selected";
  /** Whether it changes the selected folder, which must then not be read-only. */
  readonly modifies?: boolean;
  /** What else may run meanwhile; `"alone"` where nothing is said. */
  readonly pipelining?: Pipelining;
  /** Whether it has no bearing on what is sent behind it, which need not wait for its answer. */
  readonly independent?: boolean;
  /** Whether its answers carry no mark, so that two of its name can't be told apart. */
  readonly uncorrelated?: boolean;
  /** The messages that it is about, by id, where its answers tell of these alone. */
  readonly messages?: NumberSet;
  /**
   * What it does not run beside, whatever its `pipelining`: commands about the `"same"` messages, or
   * `"any"` but those about other messages. Servers may tell once what came of two changes, so that
   * one of them would seem to have changed nothing.
   */
  readonly exclusive?: "same" | "any";
  /** Seconds that the server may be silent, instead of what the connection allows; 0: for ever. */
  readonly patience?: number;
  /** Writes the arguments, with a space in front of each. */
  write?(out: CommandWriter): void;
  /** Looks at an untagged response; `true`: it is this command's, and nobody else's. */
  accept?(response: UntaggedResponse): boolean;
  /**
   * Whether it has all that it asked for of the message of a FETCH response. Then that is offered to
   * other commands first: one may have asked for the same message.
   */
  knows?(response: FetchResponse): boolean;
  /** Offers a long literal of a FETCH response whose head is given; `null`: hold it in memory. */
  literal?(head: FetchResponse, item: string): LiteralSink | null;
  /** The line to send, without its line end, when the server asks for more (`+`). */
  respond?(request: ContinuationRequest): Uint8Array | Promise<Uint8Array>;
  /**
   * What neither a log nor an error may show, should the server repeat it: asked when the command is
   * sent, and behind each {@linkcode Command.respond}.
   */
  secrets?(): readonly string[];
  /**
   * Another command waits for the connection. One that lasts until somebody ends it, as IDLE does,
   * has {@linkcode Command.respond} give the line that does so.
   */
  interrupt?(): void;
  /**
   * What its answer, be it OK, NO or BAD, does to the session; called before
   * {@linkcode Command.result}, and also where the caller has given the call up.
   *
   * @internal
   */
  effect?(session: Session, done: TaggedResponse): void;
  /**
   * What came of the result so far; `null`: nothing. Asked for where the command fails, for the
   * error's {@linkcode ImapError.partial}.
   */
  partial?(): unknown;
  /** What the call gives, after OK. May throw. */
  result(done: TaggedResponse): Result;
  /** The error to throw after NO or BAD, where it is not simply an {@linkcode ImapError}. */
  refused?(done: TaggedResponse, message: string, details: ImapErrorDetails): ImapError;
}
