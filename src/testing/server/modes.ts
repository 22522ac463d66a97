import { isImplied } from "../../connection/implied.ts";
import { encodeUtf7 } from "../../mime/utf7.ts";
import type { View } from "../folder.ts";
import { binaryOf, string } from "../output.ts";
import { Refusal } from "../refusal.ts";
import type { Session } from "./server_session.ts";

/** The commands that name messages by their sequence numbers. */
const BY_NUMBER = ["FETCH", "STORE", "SEARCH", "COPY", "MOVE", "SORT", "THREAD"];

/** What a session's client has switched on, apart from mod-sequences. */
export class Modes {
  /** Whether there are no sequence numbers (UIDONLY, RFC 9586). */
  uidOnly = false;
  readonly #session: Session;
  #rev2 = false;
  #utf8 = false;

  /** The modes of a session that begins. */
  constructor(session: Session) {
    this.#session = session;
  }

  /**
   * Whether the session speaks IMAP4rev2 (RFC 9051): a server without IMAP4rev1 speaks nothing
   * else.
   */
  get rev2(): boolean {
    if (this.#rev2) return true;
    const { capabilities } = this.#session;
    return capabilities.includes("IMAP4rev2") && !capabilities.includes("IMAP4rev1");
  }

  /** Whether folder names and strings are UTF-8 (RFC 9755). */
  get utf8(): boolean {
    return this.#utf8 || this.rev2;
  }

  /** Whether IMAP4rev2, if it is spoken, includes a capability. */
  includes(capability: string): boolean {
    return this.rev2 && isImplied(capability, this.#session.capabilities, true);
  }

  /** ENABLE of one name, in upper case. */
  enable(name: string): void {
    if (name === "UIDONLY") this.uidOnly = true;
    if (name === "IMAP4REV2") this.#rev2 = true;
    if (name === "UTF8=ACCEPT") this.#utf8 = true;
  }

  /** A folder is opened. */
  apply(view: View): void {
    view.uidOnly = this.uidOnly;
    view.utf8 = this.utf8;
    view.hasRecent = !this.rev2;
    if (!view.hasRecent) view.recent.clear();
  }

  /** Refuses a command that names messages by their sequence numbers, where there are none. */
  check(name: string): void {
    if (this.uidOnly && BY_NUMBER.includes(name)) throw uidRequired();
  }

  /** A folder's name as the client reads it. */
  shown(name: string): string {
    if (!this.utf8) return string(encodeUtf7(name));
    // deno-lint-ignore no-control-regex
    if (/[\x00\r\n]/.test(name)) return string(binaryOf(name));
    return `"${binaryOf(name).replace(/["\\]/g, "\\$&")}"`;
  }
}

/** The refusal of a command with sequence numbers, after ENABLE UIDONLY. */
export function uidRequired(): Refusal {
  return new Refusal("BAD", "there are no sequence numbers any more", "UIDREQUIRED");
}
