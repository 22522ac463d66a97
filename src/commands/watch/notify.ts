import type { NewsRequest } from "../../connection/asked_news.ts";
import type { Command } from "../../connection/command.ts";
import type { Session } from "../../connection/session.ts";
import { ProtocolError } from "../../model/errors.ts";
import type { FolderName } from "../../model/folder_name.ts";
import type { FolderCounts } from "../../model/folder_news.ts";
import type { ListResponse, MailboxStatusResponse, TaggedResponse } from "../../model/responses.ts";
import { fullText, type Text } from "../../model/text.ts";
import type { ImapValue } from "../../model/values.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { statusValue } from "../folders/status.ts";
import { OwnResponses } from "../own_responses.ts";

/** What NOTIFY has sent about folders before its OK. */
export interface NotifyResult {
  /** The server's text. */
  readonly text: string;
  /** The state of the folders that are watched, if `status` asked for it. */
  readonly status: readonly NotifiedFolder[];
  /** Folders that are listed, but that the user has too few rights to watch (`\NoAccess`). */
  readonly noAccess: readonly FolderName[];
}

/** A folder and what the server says about it. */
export interface NotifiedFolder {
  /** The folder. */
  readonly folder: FolderName;
  /** What the server says. */
  readonly status: FolderCounts;
}

const COUNTS = ["MESSAGES", "UIDNEXT", "UIDVALIDITY", "UNSEEN", "HIGHESTMODSEQ", "MAILBOXID"];

/** Writes an element of the command. */
export type WriteElement = (out: CommandWriter) => void;

/** A set of NOTIFY, checked. */
export interface CheckedSet {
  /** The keyword for which folders are meant. */
  readonly filter: string;
  /** Their names, if the keyword takes names. */
  readonly names: readonly Text[];
  /** The names of the events; none stands for `NONE`. */
  readonly events: readonly string[];
  /** The FETCH items of new messages. */
  readonly items: readonly string[];
}

/** The most bytes of folder names in the answer. */
const MAX_NAMES = 16 * 1024 * 1024;

/** NOTIFY (RFC 5465 section 3.1): what the server is to tell from now on; `null` is nothing. */
export function notify(
  sets: readonly CheckedSet[] | null,
  request: NewsRequest | null,
  status: boolean,
  decode: (name: Uint8Array) => FolderName,
): Command<NotifyResult> {
  const own = new OwnResponses();
  const folders: NotifiedFolder[] = [];
  const noAccess: FolderName[] = [];
  let bytes = 0;
  const read = ({ name }: MailboxStatusResponse | ListResponse): FolderName => {
    bytes += name.length;
    if (bytes > MAX_NAMES) throw new ProtocolError("the answer to NOTIFY names too many folders");
    return decode(name);
  };
  return {
    name: "NOTIFY",
    needs: "NOTIFY",
    state: "authenticated",
    write(out: CommandWriter): void {
      if (sets === null) return void out.sp().atom("NONE");
      out.sp().atom("SET");
      if (status) out.sp().atom("STATUS");
      for (const set of sets) out.sp().list(elementsOf(set), (write) => write(out));
    },
    accept(response): boolean {
      if (response.type === "STATUS" && status) {
        return own.attempt(() => {
          folders.push({ folder: read(response), status: countsOf(response) });
        });
      }
      if (response.type !== "LIST" || !hasNoAccess(response)) return false;
      return own.attempt(() => void noAccess.push(read(response)));
    },
    effect({ news }: Session, done: TaggedResponse): void {
      if (done.status !== "OK") return;
      if (request === null) news.end();
      else news.begin(request);
    },
    result: (done) => own.checked({ text: fullText(done), status: folders, noAccess }),
  };
}

function elementsOf({ filter, names, events, items }: CheckedSet): readonly WriteElement[] {
  const elements: WriteElement[] = [(out) => out.atom(filter)];
  if (names.length === 1) elements.push((out) => out.mailbox(names[0]));
  else if (names.length > 1) elements.push((out) => out.list(names, (name) => out.mailbox(name)));
  if (events.length === 0) return [...elements, (out) => out.atom("NONE")];
  const each = events.flatMap((event): WriteElement[] => {
    const name: WriteElement = (out) => out.atom(event);
    if (event !== "MessageNew" || items.length === 0) return [name];
    return [name, (out) => out.list(items, (item) => out.fetchItem(item))];
  });
  return [...elements, (out) => out.list(each, (write) => write(out))];
}

/** What a STATUS response says, each item in its type. What makes no sense is left out. */
export function countsOf({ items }: Pick<MailboxStatusResponse, "items">): FolderCounts {
  const counts: Record<string, ImapValue> = {};
  for (const name of COUNTS) {
    const value = Object.hasOwn(items, name) ? statusValue(name, items[name]) : undefined;
    if (value !== undefined) counts[name] = value;
  }
  return counts as object as FolderCounts;
}

function hasNoAccess({ flags }: ListResponse): boolean {
  return flags.some((flag) => /^\\NoAccess$/i.test(flag));
}
