import type { Command } from "../command.ts";
import type { ProtocolError } from "../errors.ts";
import type { UntaggedResponse } from "../model/responses.ts";
import type { FolderName } from "../model/folder_name.ts";
import { decodeFolderName } from "../wire/utf7.ts";
import type { CommandWriter, Text } from "../wire/writer.ts";

/** One folder of a listing. */
export interface FolderListing {
  /** Its attributes, such as `\HasChildren`, `\Noselect` or `\Sent`. */
  readonly flags: readonly string[];
  /** What stands between the levels of its name; `null` where names have no levels. */
  readonly delimiter: string | null;
  /** Its name; bytes as they came where `folderEncode` is off. */
  readonly name: FolderName;
}

/** LIST (RFC 9051 section 6.3.9): the folders below `directory` whose names match `pattern`. */
export function list(
  directory: Text,
  pattern: Text,
  decode: (name: Uint8Array) => FolderName = decodeFolderName,
): Command<readonly FolderListing[]> {
  const folders: FolderListing[] = [];
  let malformed: ProtocolError | null = null;
  return {
    name: "LIST",
    state: "authenticated",
    pipelining: "uids",
    unmarked: true,
    write(out: CommandWriter): void {
      out.sp().mailbox(directory).sp().listMailbox(pattern);
    },
    accept(response: UntaggedResponse): boolean {
      if (response.type === "LIST") {
        const { flags, delimiter, name } = response;
        folders.push({ flags, delimiter, name: decode(name) });
        return true;
      }
      if (response.type !== "UNKNOWN" || response.name !== "LIST") return false;
      malformed ??= response.error;
      return true;
    },
    result(): readonly FolderListing[] {
      if (malformed !== null) throw malformed;
      return folders;
    },
  };
}
