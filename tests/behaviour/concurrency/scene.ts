import type { ImapClient } from "@imapclient/imapclient";
import type { Mailbox, Op, Program } from "./program.ts";

/** A server with the mail of one program, and the tested client. */
export interface Scene {
  readonly client: ImapClient;
  /** The name of a program's folder on this server. */
  nameOf(folder: string): string;
  /** Does what the other session does. */
  meddle(op: Op): Promise<void>;
  /** The content of the folders now. */
  left(): Promise<Mailbox>;
  /** Waits this many turns. */
  pause(turns: number): Promise<void>;
  close(): Promise<void>;
}

/** Where programs run. `said`, if given, is called with everything that is sent. */
export type Stage = (program: Program, said?: (line: string) => void) => Promise<Scene>;

/** The text of a message with this mark. */
export function textOf(mark: string): string {
  return `Subject: ${mark}\r\n\r\nx\r\n`;
}

/** Lets this many promise reactions run. */
export async function microtasks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await null;
}

/** Flags without those that depend on the session, sorted. */
export function ownFlags(flags: readonly string[]): readonly string[] {
  return flags.filter((flag) => flag !== "\\Recent").sort();
}
