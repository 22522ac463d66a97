import { create } from "../../commands/folders/folder.ts";
import { status } from "../../commands/folders/status.ts";
import { checkUse } from "../../commands/messages/flags.ts";
import { wrapped } from "../../commands/wrapped.ts";
import { missingCapability } from "../../connection/session.ts";
import { ImapAbortError, ImapError } from "../../model/errors.ts";
import type { TaggedResponse } from "../../model/responses.ts";
import { fullText, type Text, toTexts } from "../../model/text.ts";
import { type CallOptions, run, runWhole, type Scope } from "../scope.ts";

/** How a folder is created. */
export interface CreateFolderOptions extends CallOptions {
  /** What it is for, such as `ARCHIVE` (RFC 6154); a list of several if the server takes that. */
  readonly specialUse?: Text | Iterable<Text>;
  /** Returns the folder's id too (RFC 8474). Default `false`. */
  readonly mailboxId?: boolean;
}

/** A folder that was created. */
export interface CreatedFolder {
  /** The server's text. */
  readonly text: string;
  /** The folder's id, which it keeps when it is renamed; `null` if the server did not tell it. */
  readonly mailboxId: string | null;
}

/** The result of `createFolder`: the server's text, or that and the folder's id. */
export type Created<Options extends CreateFolderOptions> = Options extends
  { readonly mailboxId: true } ? CreatedFolder : string;

/** CREATE: the server's text or, if it is asked for, the folder's id too. */
export async function createFolder<Options extends CreateFolderOptions>(
  scope: Scope,
  folder: Text,
  { specialUse = [], mailboxId }: Options,
): Promise<Created<Options>> {
  const uses = toTexts(specialUse);
  uses.forEach(checkUse);
  const command = create(folder, uses);
  if (!mailboxId) return await run(scope, command) as Created<Options>;
  if (!scope.client.connection.session.has("OBJECTID")) throw missingCapability("OBJECTID");
  const created = await runWhole(scope, async (scope) => {
    const done = await run(scope, wrapped(command, { result: (done: TaggedResponse) => done }));
    return { text: fullText(done), mailboxId: done.code?.mailboxId ?? await idOf(scope, folder) };
  });
  return created as CreatedFolder as Created<Options>;
}

/** The id of a folder whose creation did not tell it, as it should (RFC 8474 section 4.1). */
async function idOf(scope: Scope, folder: Text): Promise<string | null> {
  try {
    return (await run(scope, status<"MAILBOXID">(folder, "MAILBOXID"))).MAILBOXID;
  } catch (error) {
    // The folder exists now: a failure of the whole call would say otherwise.
    if (error instanceof ImapError && !(error instanceof ImapAbortError)) return null;
    throw error;
  }
}
