import type { Picked } from "../picked.ts";
import { no } from "../refusal.ts";
import type { Session } from "./server_session.ts";

/** The part of its messages that a command is carried out for. */
export interface Limited {
  /** The newest of them. */
  readonly picked: readonly Picked[];
  /** The response code that says where it stopped; `null` if these are all. */
  readonly code: string | null;
}

/** The newest messages, as many as one command takes (MESSAGELIMIT, RFC 9738 section 3.1). */
export function newest(session: Session, picked: readonly Picked[]): Limited {
  const limit = limitOf(session, "MESSAGELIMIT");
  if (picked.length <= limit) return { picked, code: null };
  const done = picked.slice(-limit);
  return { picked: done, code: `MESSAGELIMIT ${limit} ${done[0].message.uid}` };
}

/** COPY does all or nothing (MESSAGELIMIT and SAVELIMIT, RFC 9738 section 3). */
export function checkCopy(session: Session, picked: readonly Picked[]): void {
  const limit = saveLimitOf(session);
  if (picked.length <= limit) return;
  const { message: { uid } } = picked[picked.length - limit];
  throw no("too many messages to copy at once", `MESSAGELIMIT ${limit} ${uid}`);
}

/** So does APPEND. */
export function checkAppend(session: Session, count: number): void {
  const limit = saveLimitOf(session);
  if (count > limit) throw no("too many messages to append at once", `MESSAGELIMIT ${limit}`);
}

/** The code for the tagged OK. It has room for one: MESSAGELIMIT then goes before it. */
export function codeOf(
  session: Session,
  limit: string | null,
  other: string | undefined,
): string | undefined {
  if (limit === null || other === undefined) return other ?? limit ?? undefined;
  session.untagged(`NO [${limit}] only the newest messages`);
  return other;
}

function saveLimitOf(session: Session): number {
  return Math.min(limitOf(session, "MESSAGELIMIT"), limitOf(session, "SAVELIMIT"));
}

function limitOf({ capabilities }: Session, name: string): number {
  const limit = capabilities.find((it) => it.startsWith(`${name}=`));
  return limit === undefined ? Infinity : Number(limit.slice(name.length + 1));
}
