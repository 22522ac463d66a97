import { ConnectionClosedError, ProtocolError } from "../model/errors.ts";
import type {
  ContinuationRequest,
  ProgressNotice,
  ResponseCode,
  ServerResponse,
  StatusResponse,
  TaggedResponse,
  UntaggedResponse,
} from "../model/responses.ts";
import { visible } from "../model/text.ts";
import type { Alerts } from "./alerts.ts";
import type { Call } from "./call.ts";
import type { CallQueue } from "./call_queue.ts";
import { byeError } from "./connection_errors.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Secrets } from "./secrets.ts";
import type { Sender } from "./sender.ts";
import type { Session } from "./session.ts";
import { isAlert, isRefusal, wordsOf } from "./words.ts";

/** Decides what each response does: to its call, to the session and to the connection. */
export class ResponseRouter {
  /** The text of the server's BYE; `null` until it comes. */
  farewell: string | null = null;
  #tellGreeting!: (greeting: StatusResponse) => void;
  /** The server's greeting. */
  readonly greeting: Promise<StatusResponse> = new Promise((tell) => this.#tellGreeting = tell);
  readonly #session: Session;
  readonly #calls: CallQueue;
  readonly #sender: Sender;
  readonly #life: Lifecycle;
  readonly #secrets: Secrets;
  readonly #alerts: Alerts;
  readonly #onResponse: (response: UntaggedResponse) => void;

  /** `onResponse` gets what no command claims. */
  constructor(
    session: Session,
    calls: CallQueue,
    sender: Sender,
    life: Lifecycle,
    secrets: Secrets,
    alerts: Alerts,
    onResponse: (response: UntaggedResponse) => void,
  ) {
    this.#session = session;
    this.#calls = calls;
    this.#sender = sender;
    this.#life = life;
    this.#secrets = secrets;
    this.#alerts = alerts;
    this.#onResponse = onResponse;
  }

  /** Takes in a response. */
  route(response: ServerResponse): void {
    this.#alerts.hear(response, this.#secrets);
    if (response.kind === "tagged") return this.#complete(response);
    if (this.#life.phase === "greeting") return this.#greet(response);
    if (response.kind === "continuation") return this.#sender.answer(response);
    this.#noteWords(response);
    if (response.type === "NO") this.#noteLimit(response.code);
    if (response.type === "OK" && response.code?.name === "INPROGRESS") {
      return this.#tellProgress(response, response.code.progress);
    }
    this.#takeUntagged(response);
  }

  /** Takes in the last response, whose line end is missing: only a refusal counts. */
  routeUnfinished(response: ServerResponse): void {
    if (response.kind === "continuation") return;
    if (response.kind === "tagged") {
      if (response.status !== "OK") this.#complete(response);
      return;
    }
    const isRefused = isRefusal(response);
    if (this.#life.phase !== "greeting") {
      this.#noteWords(response);
      if (isRefused) this.#takeUntagged(response);
      // Its text may be incomplete.
      if (response.type === "BYE") this.farewell = null;
    } else if (isRefused) this.#greet(response);
  }

  /** Takes in the highest MODSEQ of the FETCH responses that came. */
  noteModseq(modseq: bigint): void {
    this.#session.selections.modseqs.note(modseq);
  }

  /** Takes in a FETCH that no call claims. */
  takeUnclaimed(response: UntaggedResponse): void {
    if (this.#life.phase === "greeting") return this.#greet(response);
    this.#onResponse(response);
  }

  // The greeting

  #greet(response: UntaggedResponse | ContinuationRequest): void {
    if (response.kind === "continuation") {
      throw new ProtocolError(`not an IMAP greeting: +${visible(response.text)}`);
    }
    if (isRefusal(response)) throw byeError("the server refused", response);
    if (response.type !== "OK" && response.type !== "PREAUTH") {
      throw new ProtocolError(`not an IMAP greeting: ${visible(response.type)}`);
    }
    this.#session.observe(response);
    this.#session.greeting = response.text;
    this.#session.authenticated = response.type === "PREAUTH";
    this.#life.open();
    this.#tellGreeting(response);
    this.#sender.sendNow();
  }

  // Untagged responses

  #takeUntagged(response: UntaggedResponse): void {
    if (response.type === "BYE") return this.#takeLeave(response);
    this.#session.observe(response);
    // Courier greets with an alert and sends PREAUTH after it. Once commands are sent, PREAUTH may
    // be an attacker's, who wants to prevent TLS or a login.
    if (response.type === "PREAUTH" && this.#isFresh) this.#session.authenticated = true;
    if (!this.#calls.offer(response)) this.#onResponse(response);
  }

  /** Whether nothing has been sent yet, except to ask for the capabilities. */
  get #isFresh(): boolean {
    const { made, oldest } = this.#calls;
    return made === 0 || (made === 1 && oldest?.command.name === "CAPABILITY");
  }

  #takeLeave(bye: StatusResponse): void {
    this.farewell = bye.text;
    this.#life.end(byeError("the server closed the connection", bye));
    if (!this.#calls.offer(bye)) this.#onResponse(bye);
    const { tag = "", code, text } = bye;
    const isExpected = this.#calls.find(tag)?.command.name === "LOGOUT";
    if (isExpected) this.#complete({ kind: "tagged", tag, status: "OK", code, text });
  }

  /** Remembers what the server says about itself, for the errors that may follow. */
  #noteWords(response: UntaggedResponse): void {
    if (!isRefusal(response) && !isAlert(response)) return;
    if (response.text === "" && response.code === null) return;
    const words = wordsOf(response);
    this.#life.lastWords = words;
    if (isRefusal(response)) this.#calls.oldest?.heardRefusal(words, response.type);
  }

  /** The tagged OK may carry another code, and an untagged NO the limit (RFC 9738 section 3.1). */
  #noteLimit(code: ResponseCode | null): void {
    const { oldest } = this.#calls;
    if (code?.name === "MESSAGELIMIT" && oldest !== undefined) oldest.limit = code;
  }

  /**
   * Tells a call how far the server is with it (RFC 9585 section 3.1). A notice without a tag is
   * for the only command in flight, and for none if there are several.
   */
  #tellProgress(response: StatusResponse, notice: ProgressNotice | undefined): void {
    this.#calls.count();
    this.#onResponse(response);
    if (notice === undefined) return;
    const { oldest } = this.#calls;
    const only = oldest !== undefined && this.#calls.isNewest(oldest) ? oldest : undefined;
    const call = notice.tag === null ? only : this.#calls.find(notice.tag);
    call?.tellProgress({ done: notice.done, total: notice.total });
  }

  // Tagged responses

  #complete(done: TaggedResponse): void {
    const call = this.#calls.find(done.tag);
    if (call === undefined) return this.#checkUnknownTag(done.tag);
    const isUnsent = this.#sender.isAsking && this.#calls.isNewest(call);
    if (isUnsent && done.status === "OK") {
      throw new ProtocolError(`the server answered ${call.command.name} before all of it was sent`);
    }
    this.#calls.end(call);
    const givenUp = call.isSettled;
    const { selections } = this.#session;
    if (this.#calls.hasLostChanges) this.#noteLostChanges();
    if (call.selects !== null) {
      selections.settle(call.selects, call.command.name, done, givenUp);
    }
    this.#session.observeCode(done.code);
    selections.modseqs.settle(selections.folder, this.#calls.oldest === undefined);
    if (isUnsent) this.#sender.goOn(false);
    call.complete(done, this.#session);
    if (call.command.secrets !== undefined) this.#secrets.endLogin();
    const { changesStreams } = call.request;
    if (changesStreams !== undefined && done.status === "OK" && changesStreams()) {
      this.#changeStreams(call, givenUp);
    }
    this.#life.deadline.watch();
    this.#sender.sendNow();
  }

  #noteLostChanges(): void {
    this.#calls.hasLostChanges = false;
    this.#session.selections.modseqs.lose();
  }

  #checkUnknownTag(tag: string): void {
    if (this.#sender.wasTakenForCommand(tag)) return;
    const shown = visible(this.#secrets.blot(tag).slice(0, 60));
    throw new ProtocolError(`the server answered a command that was not sent: ${shown}`);
  }

  #changeStreams({ command }: Call, givenUp: boolean): void {
    // Nobody is left who would bring the new streams.
    if (givenUp) throw new ConnectionClosedError(`${command.name} was given up half-way`);
    this.#life.changeStreams();
  }
}
