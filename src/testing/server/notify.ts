import { LPAREN, SP } from "../../util/bytes.ts";
import { canonical, DELIMITER } from "../account.ts";
import type { Arguments } from "../arguments.ts";
import type { Change, MessageChange, NameChange } from "../changes.ts";
import type { Folder } from "../folder.ts";
import { bad, no } from "../refusal.ts";
import type { ServerCommand } from "./command.ts";
import { type FetchItem, readFetchItem } from "./fetch_items.ts";
import type { Session } from "./server_session.ts";
import { tellStatus } from "./status.ts";

/** Events of messages, in upper case, and of folders. */
const OF_MESSAGES = ["MESSAGENEW", "MESSAGEEXPUNGE", "FLAGCHANGE"];
const OF_FOLDERS = ["MAILBOXNAME", "SUBSCRIPTIONCHANGE"];
const SUPPORTED = "MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange";
/** What RFC 5465 knows besides. */
const UNSUPPORTED = ["ANNOTATIONCHANGE", "MAILBOXMETADATACHANGE", "SERVERMETADATACHANGE"];
/** What is told of a folder that has new messages, or fewer. */
const BASIC = ["MESSAGES", "UIDNEXT", "UIDVALIDITY"];

/** Which events of which folders a client wants to hear of. */
export interface NotifySet {
  /** The keyword for which folders are meant. */
  readonly filter: string;
  /** Their names, if it takes names. */
  readonly names: readonly string[];
  /** The events, in upper case. */
  readonly events: readonly string[];
  /** What is fetched of new messages. */
  readonly items: readonly FetchItem[];
}

/** NOTIFY (RFC 5465). */
export const notify: ServerCommand = {
  name: "NOTIFY",
  state: "authenticated",
  capability: "NOTIFY",
  run(session, args): void {
    const action = args.sp().keyword();
    if (action === "NONE") {
      args.end();
      return session.notices.end();
    }
    if (action !== "SET") throw bad("expected SET or NONE");
    args.sp();
    const tellsStatus = args.ahead(/^STATUS(?= )/i);
    if (tellsStatus) args.keyword();
    const sets: NotifySet[] = [];
    if (!tellsStatus) sets.push(readSet(args, session));
    while (args.take(SP)) sets.push(readSet(args, session));
    args.end();
    check(sets);
    session.notices.begin(sets);
    if (tellsStatus) session.notices.tellAll();
  },
};

function readSet(args: Arguments, session: Session): NotifySet {
  args.expect(LPAREN);
  const filter = args.keyword();
  const names: string[] = [];
  if (filter === "SUBTREE" || filter === "MAILBOXES") {
    args.sp();
    if (args.peek() === LPAREN) args.list(() => names.push(canonical(args.mailbox())));
    else names.push(canonical(args.mailbox()));
  } else if (!/^(?:SELECTED|SELECTED-DELAYED|INBOXES|PERSONAL|SUBSCRIBED)$/.test(filter)) {
    throw bad(`there are no folders ${filter}`);
  }
  const events: string[] = [];
  const items: FetchItem[] = [];
  args.sp();
  if (args.peek() !== LPAREN) {
    if (args.keyword() !== "NONE") throw bad("expected events, or NONE");
  } else {
    args.list(() => {
      if (args.peek() !== LPAREN) return void events.push(args.keyword());
      if (events.at(-1) !== "MESSAGENEW" || !filter.startsWith("SELECTED")) {
        throw bad("nothing can be fetched for that");
      }
      args.list(() => items.push(readFetchItem(args, session)));
    });
  }
  args.match(/^\)/, "the end of the set");
  return { filter, names, events, items };
}

function check(sets: readonly NotifySet[]): void {
  if (sets.filter(({ filter }) => filter.startsWith("SELECTED")).length > 1) {
    throw bad("the selected folder is named twice");
  }
  for (const { filter, events } of sets) {
    const unknown = events.find((event) => ![...OF_MESSAGES, ...OF_FOLDERS].includes(event));
    if (unknown !== undefined && !UNSUPPORTED.includes(unknown)) throw bad("no such event");
    if (unknown !== undefined) throw no("no such event here", `BADEVENT (${SUPPORTED})`);
    const has = (event: string): boolean => events.includes(event);
    const isWhole = has("MESSAGENEW") === has("MESSAGEEXPUNGE");
    if (!isWhole || has("FLAGCHANGE") && !has("MESSAGENEW")) throw bad("an event is missing");
    const isSelected = filter.startsWith("SELECTED");
    if (isSelected && events.some((event) => OF_FOLDERS.includes(event))) {
      throw bad("that is no event of the selected folder");
    }
  }
}

/** What a session is told unasked. */
export class Notices {
  readonly #session: Session;
  /** `null` until the first NOTIFY. */
  #sets: readonly NotifySet[] | null = null;
  #changed = new Map<Folder, Set<"messages" | "flags">>();
  #lines: string[] = [];
  #stop: (() => void) | null = null;

  /** The notices of a session that begins. */
  constructor(session: Session) {
    this.#session = session;
  }

  /** NOTIFY SET. */
  begin(sets: readonly NotifySet[]): void {
    this.end();
    this.#sets = sets;
    this.#stop = this.#session.account.changes.listen((change) => this.#note(change));
  }

  /** NOTIFY NONE, or the end of the session. */
  end(): void {
    this.#stop?.();
    this.#stop = null;
    if (this.#sets !== null) this.#sets = [];
    this.#changed.clear();
    this.#lines = [];
  }

  /** More happens than can be told (RFC 5465 section 5.8). */
  overflow(): void {
    if (this.#stop === null) return;
    this.end();
    this.#lines.push("OK [NOTIFICATIONOVERFLOW] too much is going on");
    this.#session.tellSoon();
  }

  /** The set for the selected folder; `null` before the first NOTIFY, `undefined` for none. */
  get selected(): NotifySet | null | undefined {
    if (this.#sets === null) return null;
    return this.#sets.find(({ filter }) => filter.startsWith("SELECTED"));
  }

  /** Whether changes of the selected folder are told between commands. */
  get tellsSelected(): boolean {
    return (this.selected?.events.length ?? 0) > 0;
  }

  /** Sends the state of every folder that is watched. */
  tellAll(): void {
    for (const folder of this.#session.account.allFolders) {
      if (!folder.selectable || folder === this.#session.openView?.folder) continue;
      const events = this.#eventsOf(folder.name);
      if (!events.has("MESSAGENEW")) continue;
      const isSynced = events.has("FLAGCHANGE") && this.#session.has("CONDSTORE");
      tellStatus(this.#session, folder, [...BASIC, ...(isSynced ? ["HIGHESTMODSEQ"] : [])]);
    }
  }

  /** Sends what has changed outside the selected folder. */
  tell(): void {
    for (const line of this.#lines) this.#session.untagged(line);
    this.#lines = [];
    const { modseqs } = this.#session;
    for (const [folder, kinds] of this.#changed) {
      const items = [
        ...(kinds.has("messages") ? BASIC : []),
        ...(kinds.has("flags") ? ["UNSEEN"] : []),
        ...(modseqs.areTold ? ["HIGHESTMODSEQ"] : []),
        ...(modseqs.areTold && !kinds.has("messages") ? ["UIDVALIDITY"] : []),
      ];
      tellStatus(this.#session, folder, items);
    }
    this.#changed.clear();
  }

  #note(change: Change): void {
    if ("folder" in change) this.#noteMessages(change);
    else if (change.type === "name") this.#noteName(change);
    else if (this.#eventsOf(change.name, true).has("SUBSCRIPTIONCHANGE")) {
      this.#addName(change.name);
    } else return;
    this.#session.tellSoon();
  }

  #noteMessages({ type, folder }: MessageChange): void {
    if (folder === this.#session.openView?.folder) return;
    const event = type === "flags" ? "FLAGCHANGE" : "MESSAGENEW";
    if (!this.#eventsOf(folder.name).has(event)) return;
    const kinds = this.#changed.get(folder) ?? new Set();
    this.#changed.set(folder, kinds.add(type));
  }

  #noteName({ name, oldName }: NameChange): void {
    const isWatched = (it: string): boolean => this.#eventsOf(it).has("MAILBOXNAME");
    if (isWatched(name) || oldName !== undefined && isWatched(oldName)) {
      this.#addName(name, oldName);
    }
  }

  #addName(name: string, oldName?: string): void {
    const { account, modes } = this.#session;
    const flags = [
      ...(account.find(name) === undefined ? ["\\NonExistent"] : []),
      ...(account.subscribed.has(name) ? ["\\Subscribed"] : []),
    ];
    const old = oldName === undefined ? "" : ` ("OLDNAME" (${modes.shown(oldName)}))`;
    this.#lines.push(`LIST (${flags.join(" ")}) "${DELIMITER}" ${modes.shown(name)}${old}`);
  }

  /**
   * The events of a folder that is not selected; several sets may name it. `wasSubscribed`: it is
   * one of the subscribed folders, or was so until now.
   */
  #eventsOf(name: string, wasSubscribed = false): ReadonlySet<string> {
    const { subscribed } = this.#session.account;
    const events = new Set<string>();
    for (const { filter, names, events: some } of this.#sets ?? []) {
      const isMeant = filter === "PERSONAL" || filter === "INBOXES" ||
        filter === "SUBSCRIBED" && (wasSubscribed || subscribed.has(name)) ||
        filter === "MAILBOXES" && names.includes(name) ||
        filter === "SUBTREE" &&
          names.some((top) => name === top || name.startsWith(top + DELIMITER));
      if (isMeant) { for (const event of some) events.add(event); }
    }
    return events;
  }
}
