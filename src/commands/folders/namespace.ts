import type { Command } from "../../connection/command.ts";
import type { FolderName } from "../../model/folder_name.ts";
import type { NamespaceEntry, UntaggedResponse } from "../../model/responses.ts";
import { decodeFolderName } from "../../mime/utf7.ts";
import { OwnResponses } from "../own_responses.ts";

/** One namespace: the prefix of its folders' names. */
export interface NamespacePrefix {
  /** The prefix of its folders' names; the server's bytes if `folderEncode` is off. */
  readonly prefix: FolderName;
  /** The delimiter between the levels of a name; `null` if names have no levels. */
  readonly delimiter: string | null;
}

/** The namespaces of a user (RFC 2342); `null` for a kind that does not exist. */
export interface Namespace {
  /** The user's own folders. */
  readonly personal: readonly NamespacePrefix[] | null;
  /** Folders of other users. */
  readonly other: readonly NamespacePrefix[] | null;
  /** Shared folders. */
  readonly shared: readonly NamespacePrefix[] | null;
}

/** NAMESPACE (RFC 2342, RFC 9051 section 6.3.10). */
export function namespace(
  decode: (name: Uint8Array) => FolderName = decodeFolderName,
): Command<Namespace> {
  let found: Namespace | null = null;
  const own = new OwnResponses();
  const prefixes = (entries: readonly NamespaceEntry[] | null) =>
    entries?.map(({ prefix, delimiter }) => ({ prefix: decode(prefix), delimiter })) ?? null;
  return {
    name: "NAMESPACE",
    needs: "NAMESPACE",
    state: "authenticated",
    accept(response: UntaggedResponse): boolean {
      if (response.type !== "NAMESPACE") return own.read(response, "NAMESPACE");
      const { personal, other, shared } = response;
      found = { personal: prefixes(personal), other: prefixes(other), shared: prefixes(shared) };
      return true;
    },
    result: () => own.required("NAMESPACE", found),
  };
}
