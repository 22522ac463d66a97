import type { Command } from "../../connection/command.ts";
import { folderKey } from "../../connection/selected_folder.ts";
import { ImapError, type ImapErrorDetails, ProtocolError } from "../../model/errors.ts";
import type { TaggedResponse, UntaggedResponse } from "../../model/responses.ts";
import { Cursor } from "../../wire/cursor.ts";
import { readAskedMailbox } from "../../wire/mailbox.ts";
import { wrapped } from "../wrapped.ts";

/**
 * STATUS, MYRIGHTS or GETMETADATA for one of many folders: it takes only responses that name the
 * folder as the server itself did, so that many can be in flight together. `onBad` gets the error
 * if the server does not understand the command.
 */
export function forFolder<Result>(
  command: Command<Result>,
  raw: Uint8Array,
  onBad: (error: ImapError) => void,
): Command<Result> {
  const key = folderKey(raw);
  const narrow = wrapped(command, {
    uncorrelated: "named",
    accept: (response) => named(response, raw) === key && command.accept!(response),
    refused(done: TaggedResponse, message: string, details: ImapErrorDetails): ImapError {
      const error = new ImapError(message, details);
      if (done.status === "BAD") onBad(error);
      return error;
    },
  });
  return narrow;
}

/** The folder that a response names; `null` if it names none. */
function named(response: UntaggedResponse, asked: Uint8Array): string | null {
  if (response.type === "STATUS") return folderKey(response.name);
  const isOwn = response.type === "UNKNOWN" && /^(?:MYRIGHTS|METADATA)$/.test(response.name);
  if (!isOwn) return null;
  try {
    return folderKey(readAskedMailbox(Cursor.over(response.raw).space(), asked));
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}
