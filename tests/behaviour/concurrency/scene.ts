import type { ImapClient } from "@imapclient/imapclient";
import type { Mailbox, Op, Program } from "./program.ts";

/** A server with the mail of one program, and the client that is tested. */
export interface Scene {
  readonly client: ImapClient;
  /** What a folder of the program is called here. */
  nameOf(folder: string): string;
  /** Does what another session does. */
  meddle(op: Op): Promise<void>;
  /** What the folders hold now. */
  left(): Promise<Mailbox>;
  /** Waits so many turns. */
  pause(turns: number): Promise<void>;
  close(): Promise<void>;
}

/** Where programs run. With `said`, gets all that goes over the wire. */
export type Stage = (program: Program, said?: (line: string) => void) => Promise<Scene>;

/** The text of a message with this mark. */
export function textOf(mark: string): string {
  return `Subject: ${mark}\r\n\r\nx\r\n`;
}

/** Lets so many reactions of promises run. */
export async function microtasks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await null;
}

/** Flags without those that say nothing of the message itself, in an order. */
export function ownFlags(flags: readonly string[]): readonly string[] {
  return flags.filter((flag) => flag !== "\\Recent").sort();
}
