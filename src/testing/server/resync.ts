import { NumberSet } from "../../model/number_set.ts";
import { LPAREN, RPAREN, SP } from "../../util/bytes.ts";
import type { Arguments, MessageSet } from "../arguments.ts";
import { bad } from "../refusal.ts";
import { uidRequired } from "./modes.ts";
import type { Session } from "./server_session.ts";

/** What a client knows of a folder (RFC 7162 section 3.2.5). */
export interface Resync {
  readonly uidValidity: number;
  readonly since: number;
  readonly known: NumberSet;
}

const EVERY_UID = NumberSet.from("1:4294967295");

/**
 * Reads `(67890007 90060115194045000 41:211 (1,9 5,30))`. The sample of sequence numbers at the end
 * is for servers that forget which messages were expunged.
 */
export function readResync(args: Arguments, uidOnly: boolean): Resync {
  args.sp().expect(LPAREN);
  const uidValidity = args.number();
  const since = args.sp().number();
  let known = EVERY_UID;
  while (args.take(SP)) {
    if (args.take(LPAREN)) {
      if (uidOnly) throw uidRequired();
      uidSet(args);
      uidSet(args.sp());
      args.expect(RPAREN);
      break;
    }
    known = uidSet(args);
  }
  args.expect(RPAREN);
  return { uidValidity, since, known };
}

function uidSet(args: Arguments): NumberSet {
  const set = args.sequenceSet();
  if (set === "$" || set.isOpen) throw bad("only numbers may stand here");
  return set;
}

/** Reports the messages that have changed since, in the folder that was just opened. */
export function tellChanges(session: Session, { uidValidity, since, known }: Resync): void {
  const { view } = session;
  const { folder } = view;
  if (!folder.keepsModseqs || uidValidity !== folder.uidValidity) return;
  tellVanished(session, known, since);
  view.messages.forEach((message, index) => {
    const { uid, modseq } = message;
    if (modseq <= since || !known.has(uid)) return;
    const named = view.uidOnly ? "" : `UID ${uid} `;
    const items = `${named}FLAGS ${view.flags(message)} MODSEQ (${modseq})`;
    session.untagged(`${view.head(message, index + 1)}${items})`);
  });
}

/** Reports which of these UIDs were expunged since. */
export function tellVanished(session: Session, uids: MessageSet, since: number): void {
  if (uids === "$") return;
  const gone = session.view.folder.expunged
    .filter(({ uid, modseq }) => modseq > since && uids.has(uid))
    .map(({ uid }) => uid)
    .sort((one, other) => one - other);
  if (gone.length > 0) session.untagged(`VANISHED (EARLIER) ${NumberSet.from(gone)}`);
}
