import type { Arguments } from "../arguments.ts";
import type { Session } from "./server_session.ts";

/** A command as the server knows it. */
export interface ServerCommand {
  /** Its name in upper case. */
  readonly name: string;
  /** When it may be given; a command for a state before a login may not be given after it. */
  readonly state: "any" | "not authenticated" | "authenticated" | "selected";
  /** The capability without which it is unknown. */
  readonly capability?: string;
  /** The capability that its UID form needs; without one, there is no such form. */
  readonly uid?: string;
  /** No EXPUNGE may be told with it, as it uses sequence numbers (RFC 9051 section 7.5.1). */
  readonly keepsNumbers?: boolean;
  /** Refuses, before its literal is sent, what can't be done anyway. */
  early?(session: Session, args: Arguments): void;
  /**
   * Reads the arguments, does what is asked, and gives the response code of the OK, if any.
   * Failures are thrown as `Refusal`s.
   */
  run(session: Session, args: Arguments, uid: boolean): string | void | Promise<string | void>;
}
