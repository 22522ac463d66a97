import { LPAREN, SP } from "../../util/bytes.ts";
import type { Arguments } from "../arguments.ts";
import type { ServerCommand } from "./command.ts";
import { type FetchItem, MACROS, MODSEQ, readFetchItem } from "./fetch_items.ts";
import { tellProgress } from "./in_progress.ts";
import { newest } from "./message_limit.ts";
import { pick, type Picked } from "../picked.ts";
import { bad } from "../refusal.ts";
import { partOf, readRange } from "./search_return.ts";
import { tellVanished } from "./resync.ts";
import type { Session } from "./server_session.ts";

/** FETCH (RFC 3501 section 6.4.5), with CHANGEDSINCE (RFC 7162) and PARTIAL (RFC 9394). */
export const fetch: ServerCommand = {
  name: "FETCH",
  state: "selected",
  uid: "IMAP4rev1",
  keepsNumbers: true,
  async run(session, args, uid): Promise<string | void> {
    const set = args.sp().sequenceSet();
    const items = readItems(args.sp(), session);
    const { since, partial, vanished } = readModifiers(args, uid && session.has("PARTIAL"));
    args.end();
    if (since !== null) {
      session.modseqs.compare();
      if (!items.includes(MODSEQ)) items.push(MODSEQ);
    }
    if (vanished) {
      session.modseqs.checkQresync();
      if (!uid || since === null) throw bad("VANISHED needs UIDs, and CHANGEDSINCE");
      tellVanished(session, set, since);
    }
    const isNamed = session.view.uidOnly || items.some(({ name }) => name === "UID");
    if (uid && !isNamed) items.unshift(UID);
    const named = pick(session.view, set, uid);
    const part = partial === null ? named : partOf(named, partial);
    const { picked: all, code } = newest(session, part);
    let done = 0;
    for (const picked of all) {
      tellProgress(session, done++, all.length);
      if (since !== null && picked.message.modseq <= since) continue;
      answer(session, picked, items);
      if (session.output.full) await session.output.flush();
      if (session.output.broken) return;
    }
    return code ?? undefined;
  },
};

interface Modifiers {
  since: number | null;
  vanished: boolean;
  partial: readonly [from: number, to: number] | null;
}

function readModifiers(args: Arguments, hasPartial: boolean): Modifiers {
  const modifiers: Modifiers = { since: null, partial: null, vanished: false };
  if (!args.take(SP)) return modifiers;
  args.list(() => {
    const name = args.keyword();
    if (name === "CHANGEDSINCE") modifiers.since = args.sp().number();
    else if (name === "VANISHED") modifiers.vanished = true;
    else if (name === "PARTIAL" && hasPartial) modifiers.partial = readRange(args.sp());
    else throw bad(`there is no modifier ${name}`);
  });
  return modifiers;
}

const UID = MACROS.UID[0];

/** Reads a macro, an item, or items in parentheses. */
function readItems(args: Arguments, session: Session): FetchItem[] {
  const items: FetchItem[] = [];
  if (args.peek() === LPAREN) args.list(() => items.push(readFetchItem(args, session)));
  else if (args.ahead(/^(?:ALL|FAST|FULL)(?: |$)/i)) items.push(...MACROS[args.keyword()]);
  else items.push(readFetchItem(args, session));
  return items;
}

/** Sends items of a message. */
export function answer(
  session: Session,
  { message, sequence }: Picked,
  items: readonly FetchItem[],
): void {
  const { view, output } = session;
  for (const item of items) item.check?.(message);
  const reads = !view.readOnly && items.some((item) => item.setsSeen);
  const seen = reads && !message.flags.has("\\Seen");
  if (seen) view.folder.setFlags(message, [...message.flags, "\\Seen"], view);
  output.text(`* ${view.head(message, sequence)}`);
  items.forEach((item, index) => {
    output.text(`${index > 0 ? " " : ""}${item.name} `);
    const value = item.value(message, view);
    if (typeof value === "string") output.text(value);
    else output.literal(value);
  });
  if (seen && !items.some(({ name }) => name === "FLAGS")) {
    output.text(` FLAGS ${view.flags(message)}`);
  }
  // It may have changed after it was written.
  if (seen && view.tellsModseq) output.text(` MODSEQ (${message.modseq})`);
  output.line(")");
}
