import { wrapped } from "../../commands/wrapped.ts";
import type { Command } from "../../connection/command.ts";
import { missingCapability, type Session } from "../../connection/session.ts";
import { CapabilityError } from "../../model/errors.ts";
import type { CommandWriter } from "../../wire/writer.ts";

/**
 * A command that compares mod-sequences. It is refused, and nothing is sent, if the server has no
 * CONDSTORE, or keeps no mod-sequences for the selected folder (NOMODSEQ, RFC 7162 section
 * 3.1.2.2).
 */
export function withModseqs<Inner extends Command<unknown>>(
  session: Session,
  command: Inner,
): Omit<Inner, "write"> & { write(out: CommandWriter): void } {
  return wrapped(command, {
    write(out: CommandWriter): void {
      checkModseqs(session, command.name);
      command.write?.(out);
    },
  });
}

/** Throws {@linkcode CapabilityError} if there are no mod-sequences to compare. */
export function checkModseqs(session: Session, name: string): void {
  if (!session.has("CONDSTORE")) throw missingCapability("CONDSTORE");
  if (!session.folder?.noModseq) return;
  throw new CapabilityError(
    `${name} was not sent: the server keeps no mod-sequences for this folder (NOMODSEQ)`,
  );
}
