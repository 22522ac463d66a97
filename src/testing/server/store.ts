import { NumberSet } from "../../model/number_set.ts";
import { LPAREN, SP } from "../../util/bytes.ts";
import type { Arguments } from "../arguments.ts";
import type { ServerCommand } from "./command.ts";
import type { View } from "../folder.ts";
import { readLabels, type Sign } from "../labels.ts";
import type { Message } from "../message.ts";
import { pick, type Picked } from "../picked.ts";
import { bad, no } from "../refusal.ts";
import type { Session } from "./server_session.ts";
import { codeOf, newest } from "./message_limit.ts";
import { numberOf } from "./search.ts";

/** What is done to each message. */
interface Change {
  /** Changes a message. */
  apply(view: View, message: Message): void;
  /** The result, as a data item of FETCH. */
  shown(view: View, message: Message): string;
}

/**
 * STORE (RFC 3501 section 6.4.6) of flags and, with X-GM-EXT-1, of Gmail's labels; with
 * UNCHANGEDSINCE (RFC 7162).
 */
export const store: ServerCommand = {
  name: "STORE",
  state: "selected",
  uid: "IMAP4rev1",
  keepsNumbers: true,
  run(session, args, uid): string | undefined {
    const set = args.sp().sequenceSet();
    const since = args.ahead(/^ \(/) ? args.sp().modifier("UNCHANGEDSINCE") : Infinity;
    if (since !== Infinity) session.modseqs.compare();
    const { change, silent } = readChange(session, args);
    args.end();
    const view = session.writableView;
    let gone = false;
    const modified: number[] = [];
    const { picked: all, code: limit } = newest(session, pick(view, set, uid));
    for (const picked of all) {
      const { message } = picked;
      if (view.isGone(message)) gone = true;
      else if (message.modseq > since) modified.push(numberOf(picked, uid));
      else {
        change.apply(view, message);
        tell(session, picked, uid, silent ? null : change.shown(view, message));
      }
    }
    const code = modified.length === 0 ? undefined : `MODIFIED ${NumberSet.from(modified)}`;
    if (gone && !uid) throw no("some of the messages are gone", code ?? "EXPUNGEISSUED");
    return codeOf(session, limit, code);
  },
};

function readChange(session: Session, args: Arguments): { change: Change; silent: boolean } {
  const expression = /^([+-]?)(FLAGS|X-GM-LABELS)(\.SILENT)?(?= )/i;
  const [, sign, item, silent] = args.sp().match(expression, "FLAGS");
  const ofFlags = item.toUpperCase() === "FLAGS";
  if (!ofFlags && !session.has("X-GM-EXT-1")) throw bad("there are no labels");
  const change = (ofFlags ? flagChange : labelChange)(sign as Sign, args.sp());
  return { change, silent: silent !== undefined };
}

/** Sends the result. The mod-sequence is sent even for `.SILENT`. */
function tell(
  session: Session,
  { message, sequence }: Picked,
  uid: boolean,
  shown: string | null,
): void {
  const { view } = session;
  for (const line of view.newFlags()) session.untagged(line);
  const items = [
    ...(shown === null ? [] : [shown]),
    ...(view.tellsModseq ? [`MODSEQ (${message.modseq})`] : []),
  ];
  if (items.length === 0) return;
  if (!view.uidOnly && (uid || view.tellsVanished)) items.unshift(`UID ${message.uid}`);
  session.untagged(`${view.head(message, sequence)}${items.join(" ")})`);
}

function flagChange(sign: Sign, args: Arguments): Change {
  const flags = readFlags(args);
  return {
    apply(view, message): void {
      view.folder.setFlags(message, changed(message.flags, sign, flags), view);
    },
    shown: (view, message) => `FLAGS ${view.flags(message)}`,
  };
}

/** Labels belong to the message in all folders; other sessions are not told of a change. */
function labelChange(sign: Sign, args: Arguments): Change {
  const labels = readLabels(args);
  return {
    apply: (_, { content }) => content.labels.change(sign, labels),
    shown: ({ utf8 }, { content }) => `X-GM-LABELS ${content.labels.show(utf8)}`,
  };
}

/** Reads flags, with or without parentheses. */
function readFlags(args: Arguments): string[] {
  if (args.peek() === LPAREN) return args.flagList();
  const flags: string[] = [];
  do flags.push(args.flag()); while (args.take(SP));
  return flags;
}

function changed(current: ReadonlySet<string>, sign: Sign, flags: string[]): string[] {
  if (sign === "+") return [...current, ...flags];
  if (sign === "") return flags;
  const removed = flags.map((flag) => flag.toLowerCase());
  return [...current].filter((flag) => !removed.includes(flag.toLowerCase()));
}
