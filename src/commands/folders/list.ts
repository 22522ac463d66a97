import type { AskedNews } from "../../connection/asked_news.ts";
import type { Command } from "../../connection/command.ts";
import type { FolderName } from "../../model/folder_name.ts";
import type { ListResponse, UntaggedResponse } from "../../model/responses.ts";
import { decodeAscii } from "../../util/bytes.ts";
import { decodeFolderName } from "../../mime/utf7.ts";
import { type Text, textOf, upperAscii } from "../../model/text.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { OwnResponses } from "../own_responses.ts";
import { oldNameOf, RowsAmongNews } from "./list_news.ts";

/** One folder of a list. */
export interface FolderListing {
  /** Its attributes, such as `\HasChildren`, `\Noselect` or `\Sent`. */
  readonly flags: readonly string[];
  /** The delimiter between the levels of its name; `null` if names have no levels. */
  readonly delimiter: string | null;
  /** Its name; the server's bytes if `folderEncode` is off. */
  readonly name: FolderName;
  /**
   * Which selection options match folders below it, such as `SUBSCRIBED` (CHILDINFO, RFC 9051
   * section 6.3.9.6). Only there if the server sent it, which it does for `RECURSIVEMATCH`.
   */
  readonly childInfo?: readonly string[];
  /**
   * The name that it had before it was renamed, or that it was asked for by (OLDNAME, RFC 9051
   * section 6.3.9.7). Only there if the server sent it.
   */
  readonly oldName?: FolderName;
}

/** The commands that list folders: all, the subscribed ones, and all with Gmail's attributes. */
export type ListName = "LIST" | "LSUB" | "XLIST";

/** What to list. */
export interface ListRequest {
  /** The folder above those to list; `""` for all. */
  readonly directory: Text;
  /** The pattern of names, with `*` and `%`. */
  readonly pattern: Text;
  /** Several patterns instead, which needs LIST-EXTENDED. */
  readonly patterns?: readonly Text[];
  /** Which folders to list (RFC 5258 section 3.1), such as `SUBSCRIBED`. */
  readonly select?: readonly string[];
  /** What else to return for each (RFC 5258 section 3.2), such as `SPECIAL-USE`. */
  readonly returns?: readonly ReturnOption[];
  /** What the server may tell unasked. */
  readonly news?: AskedNews;
}

/** The name of a return option, or what writes it with its arguments. */
export type ReturnOption = string | ((out: CommandWriter) => void);

/**
 * LIST (RFC 9051 section 6.3.9), LSUB (RFC 3501 section 6.3.9) or XLIST (Gmail's, older than RFC
 * 6154): the folders below a directory whose names match a pattern.
 */
export function list(
  name: ListName,
  request: ListRequest,
  decode: (name: Uint8Array) => FolderName = decodeFolderName,
): Command<readonly FolderListing[]> {
  return listRows(name, request, (response) => listingOf(response, decode));
}

/** As {@linkcode list}, with what `read` makes of each response. */
export function listRows<Row>(
  name: ListName,
  { directory, pattern, patterns, select = [], returns = [], news }: ListRequest,
  read: (response: ListResponse) => Row,
): Command<readonly Row[]> {
  const rows: Row[] = [];
  let amongNews: RowsAmongNews<Row> | null = null;
  const all = () => amongNews === null ? rows : [...rows, ...amongNews.rows];
  const own = new OwnResponses();
  return {
    name,
    needs: name === "XLIST" ? name : undefined,
    state: "authenticated",
    pipelining: "uids",
    uncorrelated: true,
    write(out: CommandWriter): void {
      if (select.length > 0) out.sp().list(select, (it) => out.atom(it));
      out.sp().mailbox(directory).sp();
      if (patterns === undefined) out.listMailbox(pattern);
      else out.list(patterns, (it) => out.listMailbox(it));
      if (returns.length > 0) out.sp().atom("RETURN").sp().list(returns, (it) => option(out, it));
    },
    accept(response: UntaggedResponse): boolean {
      if (response.type === name) {
        if (news?.ofOthers && name === "LIST") {
          amongNews ??= new RowsAmongNews({ directory, patterns: patterns ?? [pattern], select });
          return amongNews.take(response, () => read(response));
        }
        rows.push(read(response));
        return true;
      }
      // Some servers send the name alone, which names no folder and is no mistake.
      return isBlank(response, name) || own.read(response, name);
    },
    partial: () => all().length > 0 ? all() : null,
    result: () => own.checked(all()),
  };
}

function option(out: CommandWriter, it: ReturnOption): void {
  if (typeof it === "string") out.atom(it);
  else it(out);
}

/** The folder that a response is about. */
export function listingOf(
  response: ListResponse,
  decode: (name: Uint8Array) => FolderName,
): FolderListing {
  const { flags, delimiter, name, extended } = response;
  const folder: Writable<FolderListing> = { flags, delimiter, name: decode(name) };
  const { CHILDINFO } = extended;
  if (Array.isArray(CHILDINFO)) folder.childInfo = CHILDINFO.map((it) => upperAscii(textOf(it)));
  const oldName = oldNameOf(response);
  if (oldName !== null) folder.oldName = decode(oldName);
  return folder;
}

type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

/** Whether a response is nothing but its name. */
function isBlank(response: UntaggedResponse, name: string): boolean {
  return response.type === "UNKNOWN" && response.name === name &&
    decodeAscii(response.raw).trim() === "";
}
