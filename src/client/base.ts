import type { Command } from "../connection/command.ts";
import type { IdFields } from "../commands/session/id.ts";
import { fullText } from "../model/text.ts";
import type { ConnectOptions, Opened } from "./connect.ts";
import type { Connection, Traffic } from "../connection/connection.ts";
import type { SelectedFolder } from "../connection/selected_folder.ts";
import {
  IllegalStateError,
  ImapAbortError,
  ImapError,
  InvalidArgumentError,
  ReadOnlyError,
} from "../model/errors.ts";
import { type Logger, namedLogger } from "../util/log.ts";
import type { FolderName } from "../model/folder_name.ts";
import { showAs } from "../util/inspect.ts";
import { foundIn } from "../model/found_in.ts";
import { type MessageIds, NumberSet } from "../model/number_set.ts";
import type { StatusResponse, UntaggedResponse } from "../model/responses.ts";
import type { Scope } from "./scope.ts";
import type { SessionState } from "../connection/session.ts";
import type { TlsOptions } from "../model/transport.ts";
import type { Limits } from "../wire/limits.ts";
import { version } from "../util/version.ts";
import { decodeFolderName } from "../mime/utf7.ts";

/** What every call takes. */
export interface CallOptions {
  /** Gives the call up. Its answer, if it was sent already, is read and thrown away. */
  readonly signal?: AbortSignal;
}

/** The message ids of a call. */
export interface ScopedIds {
  /** As many sets as one command each can take. */
  readonly sets: readonly NumberSet[];
  /** What the call depends on. */
  readonly scope: Scope;
}

/** Hears what the server tells of its own accord, such as new messages. */
export type ResponseListener = (response: UntaggedResponse) => void;

/** Who listens to a client's news. */
export class Listeners {
  readonly #listeners = new Set<ResponseListener>();
  readonly #logger: Logger | null;

  /** What a listener throws goes to the logger. */
  constructor(logger: Logger | null) {
    this.#logger = logger;
  }

  /** Adds a listener; gives how to remove it. */
  add(listener: ResponseListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells all of them. */
  tell(response: UntaggedResponse): void {
    for (const listener of this.#listeners) {
      try {
        listener(response);
      } catch (error) {
        this.#logger?.warn(`a listener failed: ${error}`);
      }
    }
  }
}

/** TLS options that are printed, and made JSON, without the private key. */
function shownWithoutKey(tls: TlsOptions): TlsOptions {
  const copy = { ...tls };
  const view = (it: TlsOptions) =>
    it.key === undefined ? { ...it } : { ...it, key: "**REDACTED**" };
  showAs({ prototype: copy }, view);
  Object.defineProperty(copy, "toJSON", { enumerable: false, value: () => view(copy) });
  return copy;
}

/**
 * What all calls of a client build on: the connection, its attributes, and `run`. See
 * `ImapClient`.
 */
export class ClientBase {
  /** The base of every error: {@linkcode ImapError}. */
  static readonly Error: typeof ImapError = ImapError;
  /** What leaves the connection unusable: {@linkcode ImapAbortError}. */
  static readonly AbortError: typeof ImapAbortError = ImapAbortError;
  /** A folder that can't be changed: {@linkcode ReadOnlyError}. */
  static readonly ReadOnlyError: typeof ReadOnlyError = ReadOnlyError;

  /** Whether message ids, given and returned, are UIDs. May be changed between calls. */
  useUid: boolean;
  /**
   * Whether folder names are text: encoded and decoded by the library. `false`: names are
   * returned as the bytes that came, and sent as they are. May be changed between calls.
   */
  folderEncode = true;
  /**
   * Whether dates print in local time, as every `Date` does. `false`: they print in the zone that
   * they came with. It is the same moment either way, and `offsetMinutes` tells that zone. May be
   * changed between calls.
   */
  normaliseTimes = true;

  /** The host connected to; `null` for a command or a transport of one's own without one. */
  readonly host: string | null;
  /** The TCP port; `null` where there is none. */
  readonly port: number | null;
  /** The command that was run for the connection; `null` where there is none. */
  readonly stream: string | readonly string[] | null;

  /** @internal */
  protected readonly connection: Connection;
  /** @internal */
  protected readonly greeting: StatusResponse;
  /** @internal */
  protected readonly limits: Limits;
  /** @internal */
  protected readonly logger: Logger | null;
  /**
   * What to say behind a login.
   *
   * @internal
   */
  protected readonly introduction: IdFields | false;
  readonly #listeners: Listeners;
  readonly #tls: TlsOptions;

  /** @internal */
  protected constructor(options: ConnectOptions, opened: Opened, listeners: Listeners) {
    this.connection = opened.connection;
    this.greeting = opened.greeting;
    this.limits = opened.limits;
    this.logger = namedLogger(options.logger, "imapclient");
    this.#listeners = listeners;
    this.host = options.host ?? null;
    this.port = opened.port;
    this.#tls = shownWithoutKey(options.tls ?? {});
    this.stream = options.stream ?? null;
    this.useUid = options.useUid ?? true;
    this.introduction = options.id ?? { name: "imapclient", version };
  }

  /** The TLS options given; not shown where the client is printed, as a private key is in them. */
  get tls(): TlsOptions {
    return this.#tls;
  }

  /** Whether the bytes travel encrypted, by TLS of either kind or within the machine. */
  get ssl(): boolean {
    return this.connection.secure;
  }

  /** The server's greeting. */
  get welcome(): string {
    return fullText(this.greeting);
  }

  /** The session's state (RFC 9051 section 3). */
  get state(): SessionState {
    return this.connection.session.state;
  }

  /** Whether the connection is over; every further call to the server is rejected then. */
  get closed(): boolean {
    return this.connection.failure !== null;
  }

  /**
   * Resolves when the connection ends, whoever ended it, with the reason: the very error that the
   * calls under way are rejected with, or the `cause` of theirs where a part of their result had
   * come. It never rejects.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * function announceEnd(client: ImapClient) {
   *   void client.over.then((reason) => console.log(`disconnected: ${reason.message}`));
   * }
   * ```
   */
  get over(): Promise<ImapError> {
    return this.connection.over;
  }

  /**
   * How much has passed over the connection, in bytes, and how much is known to be under way: asked
   * again and again, it shows how far a long transfer is.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function download(client: ImapClient, id: number) {
   *   const timer = setInterval(() => console.log(client.traffic.toReceive, "bytes left"), 1000);
   *   try {
   *     return await client.fetch(id, ["BODY.PEEK[]"]);
   *   } finally {
   *     clearInterval(timer);
   *   }
   * }
   * ```
   */
  get traffic(): Traffic {
    return this.connection.traffic;
  }

  /**
   * Calls `listener` with everything that the server tells of its own accord: new messages,
   * expunged ones, changed flags, alerts. Returns how to stop it. What a listener throws is logged
   * and goes no further.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * function announce(client: ImapClient) {
   *   return client.listen((response) => {
   *     if (response.type === "EXISTS") console.log(`${response.number} messages now`);
   *   });
   * }
   * ```
   */
  listen(listener: ResponseListener): () => void {
    return this.#listeners.add(listener);
  }

  /**
   * Runs a command of one's own, or of an extension that the client has no method for. Throws
   * {@linkcode ImapError} where the server answers NO or BAD.
   */
  run<Result>(command: Command<Result>, options: CallOptions = {}): Promise<Result> {
    if (typeof command.name === "string") return this.connection.run(command, this.scope(options));
    const what = `a command's name must be text, not ${typeof command.name}`;
    return Promise.reject(new InvalidArgumentError(what));
  }

  /**
   * What the call that is being made depends on.
   *
   * @internal
   */
  protected scope({ signal }: CallOptions = {}): Scope {
    const { selections } = this.connection.session;
    const selection = selections.latest;
    return {
      signal,
      folderEncode: this.folderEncode,
      selection,
      expunges: selections.folderOf(selection)?.expunges ?? 0,
      uid: this.useUid,
      normaliseTimes: this.normaliseTimes,
    };
  }

  /**
   * The ids of a call in as many sets as one command each can take, none where there is nothing to
   * ask for; and the call's scope with what they add to it.
   *
   * @internal
   */
  protected idsOf(messages: MessageIds, scope: Scope): ScopedIds {
    const ids = NumberSet.from(messages);
    const place = foundIn(messages);
    if (place !== undefined && place.uid !== scope.uid) {
      const [were, are] = place.uid ? ["UIDs", "off"] : ["sequence numbers", "on"];
      throw new IllegalStateError(
        `the message ids are ${were}, and useUid is ${are}: search again`,
      );
    }
    // In an empty folder there is no number, and no `*`: servers answer BAD. Numbers that a search
    // found were others' then, and are refused like any that have moved.
    const isEmpty = place === undefined && !scope.uid && this.folderOf(scope)?.exists === 0;
    return {
      sets: ids.isEmpty || isEmpty ? [] : ids.split(this.limits.ids),
      scope: place === undefined && scope.uid
        ? scope
        : { ...scope, foundIn: place, byNumber: !scope.uid && !ids.isEverything },
    };
  }

  /**
   * The folder that a call is for, where it is selected already.
   *
   * @internal
   */
  protected folderOf(scope: Scope): SelectedFolder | null {
    return this.connection.session.selections.folderOf(scope.selection);
  }

  /**
   * How folder names are read in the answer to a call.
   *
   * @internal
   */
  protected nameDecoder({ folderEncode }: Scope): (name: Uint8Array) => FolderName {
    if (!folderEncode) return (name) => name;
    const { utf8, rawNames } = this.connection.session;
    return (name) => utf8 ? decodeFolderName(name, true) : rawNames.read(name);
  }
}
