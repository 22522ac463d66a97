import type { Command } from "../../connection/command.ts";
import type { FolderName } from "../../model/folder_name.ts";
import type { UntaggedResponse } from "../../model/responses.ts";
import { decodeAscii } from "../../util/bytes.ts";
import { decodeFolderName } from "../../mime/utf7.ts";
import type { Text } from "../../model/text.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { OwnResponses } from "../own_responses.ts";

/** One folder of a list. */
export interface FolderListing {
  /** Its attributes, such as `\HasChildren`, `\Noselect` or `\Sent`. */
  readonly flags: readonly string[];
  /** The delimiter between the levels of its name; `null` if names have no levels. */
  readonly delimiter: string | null;
  /** Its name; the server's bytes if `folderEncode` is off. */
  readonly name: FolderName;
}

/** The commands that list folders: all, the subscribed ones, and all with Gmail's attributes. */
export type ListName = "LIST" | "LSUB" | "XLIST";

/** What to list. */
export interface ListRequest {
  /** The folder above those to list; `""` for all. */
  readonly directory: Text;
  /** The pattern of names, with `*` and `%`. */
  readonly pattern: Text;
  /** What else to return for each (RFC 5258 section 3), such as `SPECIAL-USE`. */
  readonly returns?: readonly string[];
}

/**
 * LIST (RFC 9051 section 6.3.9), LSUB (RFC 3501 section 6.3.9) or XLIST (Gmail's, older than RFC
 * 6154): the folders below a directory whose names match a pattern.
 */
export function list(
  name: ListName,
  { directory, pattern, returns = [] }: ListRequest,
  decode: (name: Uint8Array) => FolderName = decodeFolderName,
): Command<readonly FolderListing[]> {
  const folders: FolderListing[] = [];
  const own = new OwnResponses();
  return {
    name,
    needs: name === "XLIST" ? name : undefined,
    state: "authenticated",
    pipelining: "uids",
    uncorrelated: true,
    write(out: CommandWriter): void {
      out.sp().mailbox(directory).sp().listMailbox(pattern);
      if (returns.length > 0) out.sp().atom("RETURN").sp().list(returns, (it) => out.atom(it));
    },
    accept(response: UntaggedResponse): boolean {
      if (response.type === name) {
        const { flags, delimiter, name } = response;
        folders.push({ flags, delimiter, name: decode(name) });
        return true;
      }
      // Some servers send the name alone, which names no folder and is no mistake.
      return isBlank(response, name) || own.read(response, name);
    },
    partial: () => folders.length > 0 ? folders : null,
    result: () => own.checked(folders),
  };
}

/** Whether a response is nothing but its name. */
function isBlank(response: UntaggedResponse, name: string): boolean {
  return response.type === "UNKNOWN" && response.name === name &&
    decodeAscii(response.raw).trim() === "";
}
