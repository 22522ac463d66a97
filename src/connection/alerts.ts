import { visible } from "../model/text.ts";
import type { ServerResponse } from "../model/responses.ts";
import type { Logger } from "../util/log.ts";
import type { Secrets } from "./secrets.ts";

/** What the server wants its user to read (ALERT, RFC 9051 section 7.1). */
export interface Alert {
  /** The text, up to 1,000 characters. Control characters are shown as `\x1b`. */
  readonly text: string;
  /**
   * Whether it came over TLS, or from a process. If not, anybody on the way may have written it:
   * show it as a text of unknown origin, if at all.
   */
  readonly secure: boolean;
}

/** Called with an alert. */
export type AlertListener = (alert: Alert) => void;

/** How many characters of an alert are told. */
const LONGEST = 1000;
/** How many alerts wait for the first listener. */
const MAX_KEPT = 16;

/** The alerts of a connection, in whichever response they come. */
export class Alerts {
  readonly #isSecure: () => boolean;
  readonly #logger: Logger | null;
  readonly #listeners = new Set<AlertListener>();
  #kept: Alert[] = [];

  /** What a listener throws goes to the logger. */
  constructor(isSecure: () => boolean, logger: Logger | null) {
    this.#isSecure = isSecure;
    this.#logger = logger;
  }

  /** Looks at a response, in which a challenge may repeat secrets. */
  hear(response: ServerResponse, secrets: Secrets): void {
    if (!("code" in response) || response.code?.name !== "ALERT") return;
    const text = visible(secrets.blot(response.text).slice(0, LONGEST)).trim();
    if (text === "") return;
    const alert = { text, secure: this.#isSecure() };
    if (this.#listeners.size > 0) this.#tell(alert);
    else if (this.#kept.length < MAX_KEPT) this.#kept.push(alert);
  }

  /**
   * Adds a listener, which gets at once what came while there was none; returns a function that
   * removes it.
   */
  listen(listener: AlertListener): () => void {
    const added: AlertListener = (alert) => listener(alert);
    this.#listeners.add(added);
    const kept = this.#kept;
    this.#kept = [];
    for (const alert of kept) this.#tell(alert);
    return () => void this.#listeners.delete(added);
  }

  /** TLS has started: what was said before it may not be the server's (RFC 9051 section 11.1). */
  forget(): void {
    this.#kept = [];
  }

  #tell(alert: Alert): void {
    for (const listener of this.#listeners) {
      try {
        listener(alert);
      } catch (error) {
        this.#logger?.warn(`a listener for alerts failed: ${error}`);
      }
    }
  }
}
