import type { Command } from "../../connection/command.ts";
import { ReadOnlyError } from "../../model/errors.ts";
import { noteProblems } from "../../model/problems.ts";
import type {
  BadItem,
  ResponseCode,
  TaggedResponse,
  UntaggedResponse,
} from "../../model/responses.ts";
import type { Session } from "../../connection/session.ts";
import { type Text, toText } from "../../model/text.ts";
import type { CommandWriter } from "../../wire/writer.ts";

/**
 * What the server says about a folder when it is selected. Its other response codes are further
 * keys. If part of a flag list can't be read, the other flags are there, and `fetchProblems`
 * reports it.
 */
export interface SelectResult {
  /** How many messages there are. */
  readonly EXISTS: number;
  /** The flags that are defined in the folder. */
  readonly FLAGS: readonly string[];
  /** How many messages are new in this session; 0 if the server does not count them. */
  readonly RECENT: number;
  /** The flags that can be changed permanently; `\*` means that new ones can be created. */
  readonly PERMANENTFLAGS?: readonly string[];
  /** The UID that the next message will get. */
  readonly UIDNEXT?: number;
  /** Changes when earlier UIDs are no longer valid. */
  readonly UIDVALIDITY?: number;
  /** The sequence number of the first unread message. */
  readonly UNSEEN?: number;
  /** The highest mod-sequence in the folder (RFC 7162); missing if the server keeps none. */
  readonly HIGHESTMODSEQ?: bigint;
  /** `true` if the server keeps no mod-sequences for the folder (RFC 7162 section 3.1.2.2). */
  readonly NOMODSEQ?: true;
  /** The folder's id, which does not change with its name (OBJECTID, RFC 8474). */
  readonly MAILBOXID?: string;
  /** `true` if the UIDs are not valid beyond the session. */
  readonly UIDNOTSTICKY?: true;
  /** `true` if the folder can be changed. */
  readonly "READ-WRITE"?: true;
  /** `true` if it can't be changed. */
  readonly "READ-ONLY"?: true;
  /** Any other response code: its number or text, or `true` if it has neither. */
  readonly [code: string]: number | bigint | string | boolean | readonly string[] | undefined;
}

/**
 * SELECT, or EXAMINE for `readonly` (RFC 9051 sections 6.3.2 and 6.3.3). With `mustWrite`, throws
 * {@linkcode ReadOnlyError} if the folder turns out to be read-only.
 */
export function select(
  folder: Text,
  readonly: boolean,
  mustWrite = false,
): Command<SelectResult> {
  let found: Record<string, SelectResult[string]> = {};
  let bad: BadItem[] = [];
  return {
    name: readonly ? "EXAMINE" : "SELECT",
    state: "authenticated",
    write(out: CommandWriter): void {
      out.sp().mailbox(folder);
    },
    accept(response: UntaggedResponse): boolean {
      switch (response.type) {
        case "FLAGS":
          found.FLAGS = response.flags;
          if (response.bad !== undefined) bad.push(response.bad);
          return true;
        case "EXISTS":
        case "RECENT":
          found[response.type] = response.number;
          return true;
        case "OK":
          // An alert is for listeners, and capabilities are for the session.
          if (response.code === null || isForOthers(response.code)) return false;
          // Responses before CLOSED are about the folder that was selected before.
          if (response.code.name === "CLOSED") [found, bad] = [{}, []];
          else add(response.code);
          return true;
        case "NO":
          // A warning, such as UIDNOTSTICKY, which listeners get too.
          if (response.code !== null) add(response.code);
          return false;
        default:
          return false;
      }
    },
    effect({ folder: selected }: Session): void {
      if (selected !== null) selected.name = folder;
    },
    result(done: TaggedResponse): SelectResult {
      if (done.code !== null) add(done.code);
      const result = { EXISTS: 0, FLAGS: [], RECENT: 0, ...found };
      if (bad.length > 0) noteProblems(result, bad);
      if (!mustWrite || (result as SelectResult)["READ-ONLY"] !== true) return result;
      throw new ReadOnlyError(`${toText(folder)} is read-only`);
    },
  };

  function add(code: ResponseCode): void {
    addCode(found, code);
    if (code.bad !== undefined) bad.push(code.bad);
  }
}

function isForOthers({ name }: ResponseCode): boolean {
  return name === "ALERT" || name === "CAPABILITY";
}

/** Keys of untagged responses, which a response code of the same name must not replace. */
const RESPONSES = ["EXISTS", "FLAGS", "RECENT"];
/** Codes that have a typed value. */
const TYPED: Readonly<Record<string, "number" | "modseq" | "flags" | "mailboxId">> = {
  UIDNEXT: "number",
  UIDVALIDITY: "number",
  UNSEEN: "number",
  HIGHESTMODSEQ: "modseq",
  PERMANENTFLAGS: "flags",
  MAILBOXID: "mailboxId",
};

function addCode(found: Record<string, SelectResult[string]>, code: ResponseCode): void {
  const { name, argument } = code;
  if (isForOthers(code) || RESPONSES.includes(name)) return;
  const field = Object.hasOwn(TYPED, name) ? TYPED[name] : null;
  const value = field === null
    ? code.flags ?? code.modseq ?? code.number ?? (argument || true)
    : code[field];
  if (value !== undefined && value !== null) found[name] = value;
}
