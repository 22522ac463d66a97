import { additions, removals } from "../contexts.ts";
import { answer } from "./fetch.ts";
import type { Session } from "./server_session.ts";

/**
 * Sends the changes in the open folder, and what NOTIFY asked for. Without `expunges`, sequence
 * numbers stay the same. With `uids`, every FETCH includes the UID, as in the answer to a UID
 * command (RFC 9051 section 6.4.9).
 */
export function tellNews(session: Session, expunges: boolean, uids = false): void {
  const { notices, openView: view } = session;
  notices.tell();
  const { selected } = notices;
  if (view === null || !(selected === null || notices.tellsSelected)) return;
  const tellsFlags = selected === null || selected?.events.includes("FLAGCHANGE");
  const gone = expunges ? view.messages.filter((message) => view.isGone(message)).length : 0;
  const known = view.messages.length - gone;
  for (const line of removals(view)) session.untagged(line);
  for (const line of view.news(expunges, uids || selected !== null)) {
    if (tellsFlags || !isOfFlags(line)) session.untagged(line);
  }
  for (const line of additions(view)) session.untagged(line);
  const items = selected?.items ?? [];
  if (items.length === 0) return;
  view.messages.slice(known).forEach((message, index) => {
    answer(session, { message, sequence: known + index + 1 }, items);
  });
}

/** Sends the changes that may be sent in IDLE, or between commands. */
export function tellUnasked(session: Session): void {
  const { notices } = session;
  if (session.idling || notices.selected?.filter === "SELECTED") tellNews(session, true);
  else if (notices.tellsSelected) tellNews(session, false);
  else notices.tell();
  void session.output.flush();
}

/** Whether a response tells of flags. */
function isOfFlags(line: string): boolean {
  return /^(?:FLAGS |\d+ (?:UID)?FETCH )/.test(line);
}
