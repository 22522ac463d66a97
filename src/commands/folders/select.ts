import type { Command } from "../../connection/command.ts";
import { noteProblems } from "../../model/problems.ts";
import type {
  BadItem,
  ResponseCode,
  TaggedResponse,
  UntaggedResponse,
} from "../../model/responses.ts";
import type { Session } from "../../connection/session.ts";
import type { Text } from "../../model/text.ts";
import type { CommandWriter } from "../../wire/writer.ts";

/**
 * What the server says of a folder that is selected; more keys are there if it says more. Where a
 * part of a list of flags can't be read, the others are there, and `fetchProblems` says so.
 */
export interface SelectResult {
  /** How many messages there are. */
  readonly EXISTS: number;
  /** The flags that the folder knows. */
  readonly FLAGS: readonly string[];
  /** How many messages are new in this session; 0 from servers that do not count them. */
  readonly RECENT: number;
  /** The flags that can be changed for good; `\*`: new ones can be made. */
  readonly PERMANENTFLAGS?: readonly string[];
  /** The UID that the next message will get. */
  readonly UIDNEXT?: number;
  /** Changes when the UIDs of old do not hold any more. */
  readonly UIDVALIDITY?: number;
  /** The sequence number of the first message not read. */
  readonly UNSEEN?: number;
  /** The highest mod-sequence in the folder (RFC 7162). */
  readonly HIGHESTMODSEQ?: bigint;
  /** What the folder is known by, whatever it is called (OBJECTID, RFC 8474). */
  readonly MAILBOXID?: string;
  /** There, and `true`, where the UIDs do not last beyond the session. */
  readonly UIDNOTSTICKY?: true;
  /** There, and `true`, where the folder can be changed. */
  readonly "READ-WRITE"?: true;
  /** There, and `true`, where it can't. */
  readonly "READ-ONLY"?: true;
  /** Any other response code: its number or text, or `true` where it has neither. */
  readonly [code: string]: number | bigint | string | boolean | readonly string[] | undefined;
}

/** SELECT, or EXAMINE for `readonly` (RFC 9051 sections 6.3.2 and 6.3.3). */
export function select(folder: Text, readonly: boolean): Command<SelectResult> {
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
          // An alert is for people, and capabilities are for the session.
          if (response.code === null || isForOthers(response.code)) return false;
          // What came before CLOSED was said of the folder that was selected till now.
          if (response.code.name === "CLOSED") [found, bad] = [{}, []];
          else add(response.code);
          return true;
        case "NO":
          // A warning, such as UIDNOTSTICKY: it is for the listeners too.
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
      return result;
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

/** Responses of their own, which no code of that name may take the place of. */
const RESPONSES = ["EXISTS", "FLAGS", "RECENT"];
/** Codes whose values have a type. */
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
