import type { Logger } from "../util/log.ts";
import { decodeAscii, decodeLoosely } from "../util/bytes.ts";
import { visible } from "../model/text.ts";
import type { Frame } from "../wire/reader.ts";
import type { Call } from "./call.ts";
import { Secrets, withoutUrlTokens } from "./secrets.ts";

/** How many bytes of a response are logged. */
const LOGGED = 256;

/** Logs what is sent and received, with secrets removed. */
export class TrafficLog {
  /** What must not be shown. */
  readonly secrets: Secrets = new Secrets();
  /** Whether anybody reads the log. */
  readonly isOn: boolean;
  readonly #logger: Logger | null;

  /** Without a logger, nothing is logged. */
  constructor(logger: Logger | null) {
    this.#logger = logger;
    this.isOn = logger !== null;
  }

  /** A command is sent. */
  command(call: Call): void {
    this.#logger?.debug(`> ${call.tag} ${call.shown}`);
  }

  /**
   * A continuation line is sent. The one that ends IDLE is no secret; any other may be a password.
   */
  continuation(call: Call, line: Uint8Array): void {
    this.#logger?.debug(`> ${call.isEndless ? decodeAscii(line) : "**REDACTED**"}`);
  }

  /** A response has come. */
  response({ bytes, start, end, detached }: Frame): void {
    // Cut only after redaction: half a secret would not be recognized.
    const readTo = Math.min(end, start + LOGGED + this.secrets.longest);
    const text = this.secrets.blot(decodeLoosely(bytes, start, readTo)).slice(0, LOGGED);
    const more = end > start + LOGGED || detached.length > 0 ? "..." : "";
    this.#logger?.debug(`< ${visible(withoutUrlTokens(text))}${more}`);
  }
}
