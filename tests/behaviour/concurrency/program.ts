// The parts of a program of concurrent calls, and how it is printed.

/** A message in a folder. Its mark is its subject. */
export interface Mail {
  readonly uid: number;
  readonly mark: string;
  /** Sorted. */
  readonly flags: readonly string[];
}

/** The folders of an account, with their messages in order. */
export type Mailbox = Readonly<Record<string, readonly Mail[]>>;

/**
 * The messages that a call names: what an earlier search of the task found (the very array, a
 * `NumberSet` of it, or a copy that does not remember its folder), or literal ids.
 */
export type Ids =
  | { readonly from: string; readonly as: "found" | "set" | "copy" }
  | { readonly literal: readonly number[] };

/** What a call does. Another session does `append`, `vanish` and `flag`. */
export type Op =
  | {
    readonly kind: "select";
    readonly folder: string;
    readonly readonly: boolean;
    readonly own: boolean;
  }
  | { readonly kind: "unselect" | "close" | "expunge" }
  | {
    readonly kind: "search";
    readonly subject: string;
    readonly flag: string | null;
    readonly sort: boolean;
  }
  | { readonly kind: "fetch" | "fetchEach" | "getFlags" | "uidExpunge"; readonly ids: Ids }
  | {
    readonly kind: "store";
    readonly action: "add" | "remove";
    readonly flag: string;
    readonly silent: boolean;
    readonly ids: Ids;
  }
  | { readonly kind: "copy" | "move"; readonly ids: Ids; readonly folder: string }
  /** Replaces one message by one with this mark. */
  | {
    readonly kind: "replace";
    readonly ids: Ids;
    readonly folder: string;
    readonly mark: string;
  }
  | { readonly kind: "watch" }
  | {
    readonly kind: "open";
    readonly folder: string;
    readonly readonly: boolean;
    /** In seconds; `null`: the default. */
    readonly timeout: number | null;
  }
  /** Closes the folder of an opening. */
  | { readonly kind: "release"; readonly held: string }
  | { readonly kind: "append"; readonly folder: string; readonly mark: string }
  | { readonly kind: "vanish"; readonly folder: string; readonly mark: string }
  | { readonly kind: "flag"; readonly folder: string; readonly mark: string };

/** A planned call. */
export interface Planned {
  /** Unique in the program. */
  readonly name: string;
  readonly op: Op;
  /** The opening whose folder the call is made in; `null`: it is made on the client. */
  readonly within: string | null;
  /** How many turns to wait before it. */
  readonly pause: number;
  /** After how many turns the call is aborted: -1 before it is made, 0 at once; `null`: never. */
  readonly abort: number | null;
  /** Whether the task waits for it before its next call. */
  readonly awaited: boolean;
}

/** Calls made one after the other. */
export interface Task {
  /** Who makes them: the tested client or another session. */
  readonly by: "client" | "other";
  readonly calls: readonly Planned[];
}

/** How client and server are set up. */
export interface Settings {
  /** Whether ids are sequence numbers. */
  readonly numbers: boolean;
  /** The capabilities that the server lacks. */
  readonly without: readonly string[];
  /** How many characters of ids go into one command. */
  readonly idsAtOnce: number;
  /** Whether the server reports flags only if a STORE changed them, as Dovecot does. */
  readonly terse: boolean;
}

/** A program of concurrent calls. */
export interface Program {
  readonly seed: number;
  readonly settings: Settings;
  readonly folders: Mailbox;
  /** Runs alone before the tasks begin. */
  readonly prelude: readonly Planned[];
  readonly tasks: readonly Task[];
}

/** A program in readable form. */
export function showProgram({ seed, settings, folders, prelude, tasks }: Program): string {
  const { numbers, without, idsAtOnce } = settings;
  const lines = [
    `program ${seed}: by ${numbers ? "sequence number" : "UID"}, limits.ids ${idsAtOnce}, ` +
    `server without ${without.join(", ") || "nothing"}`,
  ];
  for (const [name, mails] of Object.entries(folders)) {
    lines.push(`folder ${name}: ${mails.map(showMail).join(", ") || "empty"}`);
  }
  if (prelude.length > 0) lines.push("first:", ...prelude.map(showPlanned));
  tasks.forEach(({ by, calls }, i) => {
    lines.push(`task ${i + 1}${by === "other" ? " (another session)" : ""}:`);
    lines.push(...calls.map(showPlanned));
  });
  return lines.join("\n");
}

/** A message in readable form. */
export function showMail({ uid, mark, flags }: Mail): string {
  return `${uid} ${mark}${flags.length > 0 ? ` (${flags.join(" ")})` : ""}`;
}

function showPlanned({ name, op, within, pause, abort, awaited }: Planned): string {
  const notes = [
    ...(pause > 0 ? [`after ${pause} turns`] : []),
    ...(abort === null ? [] : [abort < 0 ? "aborted before" : `aborted after ${abort} turns`]),
    ...(awaited ? [] : ["not awaited"]),
  ];
  return `  ${name}: ${showOp(op, within)}${notes.length > 0 ? `  // ${notes.join(", ")}` : ""}`;
}

/** A call in readable form. */
export function showOp(op: Op, within: string | null): string {
  if (within !== null) return `${within}.${showOp(op, null)}`;
  switch (op.kind) {
    case "select":
      return `${op.own ? "run " : ""}${op.readonly ? "examine" : "select"} ${op.folder}`;
    case "search":
      return `${op.sort ? "sort" : "search"} SUBJECT "${op.subject}" ${op.flag ?? ""}`.trimEnd();
    case "store":
      return `${op.action}Flags ${showIds(op.ids)} ${op.flag}${op.silent ? " silent" : ""}`;
    case "copy":
    case "move":
      return `${op.kind} ${showIds(op.ids)} to ${op.folder}`;
    case "replace":
      return `replace ${showIds(op.ids)} by ${op.mark} in ${op.folder}`;
    case "fetch":
    case "fetchEach":
    case "getFlags":
    case "uidExpunge":
      return `${op.kind} ${showIds(op.ids)}`;
    case "open": {
      const timeout = op.timeout === null ? "" : ` within ${op.timeout} seconds`;
      return `open ${op.folder}${op.readonly ? " readonly" : ""}${timeout}`;
    }
    case "release":
      return `release ${op.held}`;
    case "append":
    case "vanish":
    case "flag":
      return `${op.kind} ${op.mark} in ${op.folder}`;
    default:
      return op.kind;
  }
}

function showIds(ids: Ids): string {
  if ("literal" in ids) return `[${ids.literal}]`;
  const { from, as } = ids;
  return as === "found" ? from : as === "set" ? `NumberSet.from(${from})` : `[...${from}]`;
}

/** The ids that an operation names, if it names any. */
export function idsOf(op: Op): Ids | null {
  return "ids" in op ? op.ids : null;
}

/** Whether an operation changes which folder is selected. */
export function selects(op: Op): boolean {
  return op.kind === "open" || waits(op) || isByHand(op);
}

/** Whether an operation of a client waits while somebody holds a folder. */
export function waits(op: Op): boolean {
  return op.kind === "unselect" || op.kind === "close" || (op.kind === "select" && !op.own);
}

/** Whether an operation is a SELECT with `client.run`, which does not wait. */
export function isByHand(op: Op): boolean {
  return op.kind === "select" && op.own;
}
