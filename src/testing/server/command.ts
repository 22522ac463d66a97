import type { Arguments } from "../arguments.ts";
import type { Session } from "./server_session.ts";

/** A command of the server. */
export interface ServerCommand {
  /** Its name in upper case. */
  readonly name: string;
  /** When it is allowed; a command for the state before a login is not allowed after it. */
  readonly state: "any" | "not authenticated" | "authenticated" | "selected";
  /** The capability that it belongs to; without that, the command is unknown. */
  readonly capability?: string;
  /** The capability that its UID form needs; if there is none, there is no such form. */
  readonly uid?: string;
  /**
   * No EXPUNGE may be sent while it runs, since it uses sequence numbers (RFC 9051 section 7.5.1).
   */
  readonly keepsNumbers?: boolean;
  /** Refuses a command that can't succeed before its literal is sent. */
  early?(session: Session, args: Arguments, uid: boolean): void;
  /**
   * Reads the arguments, carries out the command, and returns the response code of the OK, if any.
   * Throws a `Refusal` if it fails.
   */
  run(session: Session, args: Arguments, uid: boolean): string | void | Promise<string | void>;
}
