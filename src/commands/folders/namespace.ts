import type { Command } from "../../connection/command.ts";
import { ProtocolError } from "../../model/errors.ts";
import type { FolderName } from "../../model/folder_name.ts";
import type { NamespaceEntry, UntaggedResponse } from "../../model/responses.ts";
import { decodeFolderName } from "../../mime/utf7.ts";

/** One namespace: what the names of its folders begin with. */
export interface NamespacePrefix {
  /** The beginning of its folders' names; bytes as they came where `folderEncode` is off. */
  readonly prefix: FolderName;
  /** What stands between the levels of a name; `null` where names have no levels. */
  readonly delimiter: string | null;
}

/** The namespaces that a user has (RFC 2342); `null` where there is none of a kind. */
export interface Namespace {
  /** The user's own folders. */
  readonly personal: readonly NamespacePrefix[] | null;
  /** Folders of other users. */
  readonly other: readonly NamespacePrefix[] | null;
  /** Folders that all share. */
  readonly shared: readonly NamespacePrefix[] | null;
}

/** NAMESPACE (RFC 2342, RFC 9051 section 6.3.10). */
export function namespace(
  decode: (name: Uint8Array) => FolderName = decodeFolderName,
): Command<Namespace> {
  let found: Namespace | null = null;
  let malformed: ProtocolError | null = null;
  const prefixes = (entries: readonly NamespaceEntry[] | null) =>
    entries?.map(({ prefix, delimiter }) => ({ prefix: decode(prefix), delimiter })) ?? null;
  return {
    name: "NAMESPACE",
    needs: "NAMESPACE",
    state: "authenticated",
    accept(response: UntaggedResponse): boolean {
      if (response.type === "NAMESPACE") {
        const { personal, other, shared } = response;
        found = { personal: prefixes(personal), other: prefixes(other), shared: prefixes(shared) };
        return true;
      }
      if (response.type !== "UNKNOWN" || response.name !== "NAMESPACE") return false;
      malformed ??= response.error;
      return true;
    },
    result(): Namespace {
      if (found === null) throw malformed ?? new ProtocolError("the server sent no NAMESPACE");
      return found;
    },
  };
}
