import type { Command } from "../../connection/command.ts";
import { folderKey } from "../../connection/selected_folder.ts";
import type { Session } from "../../connection/session.ts";
import { ImapError, InvalidArgumentError, ProtocolError } from "../../model/errors.ts";
import type { FolderName } from "../../model/folder_name.ts";
import type { FoundIn } from "../../model/found_in.ts";
import type { EsearchResponse, TaggedResponse, UntaggedResponse } from "../../model/responses.ts";
import type { FolderSources } from "../../model/search_results.ts";
import type { Text } from "../../model/text.ts";
import { DEFAULT_LIMITS, type Limits } from "../../wire/limits.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { OwnResponses } from "../own_responses.ts";
import {
  Collected,
  type ExtendedSearch,
  type SearchAnswer,
  writeReturn,
} from "./extended_search.ts";
import { searchRefusal } from "./search.ts";
import { writeCriteria } from "./search_criteria.ts";

/** What was found in one folder. */
export interface FolderAnswer {
  /** The folder's name. */
  readonly folder: FolderName;
  /** Its UIDVALIDITY. */
  readonly uidValidity: number;
  /** The results. */
  readonly answer: SearchAnswer;
}

/** Where to search, and what for. */
export interface Multisearch extends Omit<ExtendedSearch, "uid" | "order" | "save"> {
  /** The folders. */
  readonly sources: FolderSources;
}

/** What is known of one folder. */
interface Row {
  readonly name: Uint8Array;
  readonly uidValidity: number;
  readonly collected: Collected;
}

/** ESEARCH (MULTISEARCH, RFC 7377): searches several folders; those without a match give no row. */
export function multisearch(
  request: Multisearch,
  nameOf: (name: Uint8Array) => FolderName,
  limits: Limits = DEFAULT_LIMITS,
): Command<FolderAnswer[]> {
  const { criteria, encoding: { charset, told } } = request;
  const own = new OwnResponses();
  const rows = new Map<string, Row>();
  const budget = { left: limits.line };
  let session: Session | null = null;

  function add(response: EsearchResponse): void {
    const { mailbox, uidValidity } = response;
    if (mailbox === undefined || !uidValidity) {
      throw new ProtocolError("an ESEARCH response without MAILBOX and UIDVALIDITY");
    }
    const key = `${uidValidity} ${mailbox.join()}`;
    let row = rows.get(key);
    if (row === undefined) {
      budget.left -= key.length;
      rows.set(key, row = { name: mailbox, uidValidity, collected: new Collected(budget) });
    }
    row.collected.add(response);
  }

  function found(): FolderAnswer[] {
    return Array.from(rows.values(), ({ name, uidValidity, collected }) => ({
      folder: nameOf(name),
      uidValidity,
      answer: collected.answer(placeOf(session, name, uidValidity)),
    }));
  }

  return {
    name: "ESEARCH",
    needs: "MULTISEARCH",
    state: "authenticated",
    pipelining: "uids",
    uncorrelated: true,
    write(out: CommandWriter): void {
      writeSources(out.sp().atom("IN").sp(), request.sources);
      writeReturn(out, request);
      if (told) out.sp().atom("CHARSET").sp().astring(charset);
      writeCriteria(out.sp(), criteria, charset);
    },
    accept(response: UntaggedResponse): boolean {
      if (response.type !== "ESEARCH") return own.read(response, "ESEARCH");
      own.attempt(() => add(response));
      return true;
    },
    effect(it: Session): void {
      session = it;
    },
    partial: () => rows.size > 0 ? found() : null,
    result(done: TaggedResponse): FolderAnswer[] {
      const all = own.checked(found());
      if (done.code?.name !== "LIMIT") return all;
      // The server ended the search early (RFC 7377 section 2.4).
      throw new ImapError("ESEARCH left out folders or messages: the server limits searches", {
        ...{ command: "ESEARCH", responseCode: done.code, text: done.text, partial: all },
      });
    },
    refused: searchRefusal(criteria),
  };
}

/** Where UIDs of a folder that is not selected were found. */
function placeOf(
  session: Session | null,
  name: Uint8Array,
  uidValidity: number,
): FoundIn | undefined {
  if (session === null) return undefined;
  const { login } = session.selections;
  const folder = folderKey(name);
  return { folder, uidValidity, session: login, selection: -1, expunges: 0, uid: true };
}

/** The sources with names of folders. */
const NAMED = { subtree: "subtree", subtreeOne: "subtree-one", folders: "mailboxes" } as const;
/** The sources without. */
const ALONE = ["selected", "inboxes", "personal", "subscribed"] as const;

/** Writes the folders to search (RFC 5465 section 6, RFC 7377 section 2.2). */
function writeSources(out: CommandWriter, sources: FolderSources): void {
  const written: (() => void)[] = [];
  for (const name of ALONE) if (sources[name]) written.push(() => void out.atom(name));
  for (const [name, word] of Object.entries(NAMED)) {
    const folders = sources[name as keyof typeof NAMED];
    if (folders === undefined) continue;
    const names: readonly Text[] = typeof folders === "string" || folders instanceof Uint8Array
      ? [folders]
      : [...folders];
    if (names.length > 0) {
      written.push(() => void out.atom(word).sp().list(names, (folder) => out.mailbox(folder)));
    }
  }
  if (written.length === 0) throw new InvalidArgumentError("no folders to search are named");
  out.list(written, (write) => write());
}
