import type { Session } from "./server_session.ts";

/** After so many messages, the server says how far it is. */
const STEP = 100;

/** Says how far the current command is (INPROGRESS, RFC 9585), now and then. */
export function tellProgress(session: Session, done: number, total: number): void {
  if (done === 0 || done === total || done % STEP !== 0 || !session.has("INPROGRESS")) return;
  // A tag with a bracket would end the response code.
  const tag = session.tag.includes("]") ? "NIL" : `"${session.tag}"`;
  session.untagged(`OK [INPROGRESS (${tag} ${done} ${total})] under way`);
}
