import { enable } from "../../commands/session/enable.ts";
import { wrapped } from "../../commands/wrapped.ts";
import { missingCapability, type Session } from "../../connection/session.ts";
import { CapabilityError } from "../../model/errors.ts";
import type { TaggedResponse } from "../../model/responses.ts";
import { run, type Scope } from "../scope.ts";

/** What came of ENABLE QRESYNC in a session. */
interface Enabling {
  isUnderWay: boolean;
  /** Why the server refused it. */
  refusal: string | null;
}

const enablings = new WeakMap<Session, Enabling>();

/**
 * Queues ENABLE QRESYNC (RFC 7162 section 3.2.3), unless it is on or under way. It needs no answer
 * of its own: what is queued after it calls {@linkcode checkQresync} when it is sent.
 *
 * RFC 5161 section 3.1 wants ENABLE before a folder is selected, and lets servers ignore that, as
 * Dovecot, Cyrus and mox do.
 */
export function enableQresync(scope: Scope): void {
  const { session } = scope.client.connection;
  if (session.enabled.has("QRESYNC") || enablings.get(session)?.isUnderWay) return;
  const enabling: Enabling = { isUnderWay: true, refusal: null };
  enablings.set(session, enabling);
  const command = enable("QRESYNC");
  const noting = wrapped(command, {
    needs: "QRESYNC",
    effect(session: Session, done: TaggedResponse): void {
      command.effect!(session, done);
      if (done.status !== "OK") enabling.refusal = done.text;
    },
  });
  const settled = () => void (enabling.isUnderWay = false);
  // Others may rely on it too, so it is not given up together with this call.
  run({ ...scope, signal: undefined, isBound: false, byNumber: false }, noting)
    .then(settled, settled);
}

/** Throws {@linkcode CapabilityError} if QRESYNC is not on. */
export function checkQresync(session: Session): void {
  if (session.enabled.has("QRESYNC")) return;
  if (!session.has("QRESYNC")) throw missingCapability("QRESYNC");
  const refusal = enablings.get(session)?.refusal ?? null;
  const why = refusal === null ? "it does not say why" : refusal;
  throw new CapabilityError(`the server offers QRESYNC, but did not enable it: ${why}`);
}
