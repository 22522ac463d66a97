import { missingCapability } from "../../connection/session.ts";
import type { NoopResult } from "../../commands/session/session.ts";
import { IllegalStateError, InvalidArgumentError, named } from "../../model/errors.ts";
import type { UntaggedResponse } from "../../model/responses.ts";
import { untilAborted } from "../../util/until_aborted.ts";
import type { Scope } from "../scope.ts";
import { type IdlePace, Idling } from "./idling.ts";

/**
 * RFC 2177 allows 29 minutes, but some servers and routers give an idle connection up after ten.
 */
const RENEW_EVERY = 9 * 60;
const POLL_EVERY = 60;
/** The longest that a timeout may be, in seconds: a day. */
const MAX_SECONDS = 86_400;

/** How often IDLE is renewed, and how often a server without IDLE is asked, in seconds. */
export type Pace = Partial<IdlePace>;

/** IDLE, until {@linkcode idleDone}. */
export async function beginIdle(scope: Scope): Promise<void> {
  checkCanIdle(scope);
  const pace = paceOf({});
  await begin(scope, idlingAt(scope, pace), pace, false);
  scope.client.idlingByHand = true;
}

/** What came since {@linkcode beginIdle}, or since the last time. */
export async function idleCheck(
  scope: Scope,
  timeout: number | null | undefined,
): Promise<readonly UntaggedResponse[]> {
  checkCanIdle(scope);
  if (timeout !== undefined && timeout !== null && !(isSeconds(timeout) || timeout === 0)) {
    throw new InvalidArgumentError(
      `a timeout must be from 0 to ${MAX_SECONDS} seconds: ${named(timeout)}`,
    );
  }
  return await underWay(scope, "idleCheck").take(timeout ?? Infinity, scope.signal);
}

/** Ends IDLE. */
export async function idleDone(scope: Scope): Promise<NoopResult> {
  checkCanIdle(scope);
  const { client, signal } = scope;
  const idling = underWay(scope, "idleDone");
  signal?.throwIfAborted();
  client.idling = null;
  client.idlingByHand = false;
  const text = await untilAborted(signal, idling.stop());
  return { text, responses: idling.takeAll() };
}

/** The updates one by one, by IDLE or NOOP. */
export function watch(scope: Scope, options: Pace): AsyncGenerator<UntaggedResponse, void, void> {
  const pace = paceOf(options);
  const idling = idlingAt(scope, pace);
  const loop = takeEach(scope, idling, pace);
  // A loop that is left before its first turn runs none of its code.
  return Object.assign(loop, {
    return(): Promise<IteratorResult<UntaggedResponse, void>> {
      idling.stopListening();
      return Object.getPrototypeOf(loop).return.call(loop);
    },
  });
}

async function* takeEach(
  scope: Scope,
  idling: Idling,
  pace: IdlePace,
): AsyncGenerator<UntaggedResponse, void, void> {
  const { client, signal } = scope;
  try {
    await begin(scope, idling, pace, true);
    for (;;) yield* await idling.take(Infinity, signal);
  } finally {
    if (client.idling === idling) client.idling = null;
    if (signal?.aborted) idling.abandon();
    // What broke the loop was thrown already; the next call tells what is broken now.
    await idling.stop().catch(() => {});
  }
}

/** The pace with its defaults. */
export function paceOf({ renewEvery = RENEW_EVERY, pollEvery = POLL_EVERY }: Pace): IdlePace {
  return { renewEvery, pollEvery };
}

function idlingAt(scope: Scope, pace: IdlePace): Idling {
  return idlingFor(scope, pace, () => true);
}

/**
 * IDLE that is yet to begin, for updates of some kind. If it is bound, it ends with the selection.
 */
export function idlingFor(
  scope: Scope,
  pace: IdlePace,
  isWanted: (response: UntaggedResponse) => boolean,
  isBound = true,
): Idling {
  const { client } = scope;
  const listen = (listener: (response: UntaggedResponse) => void) =>
    client.listen((response) => {
      if (isWanted(response)) listener(response);
    });
  return new Idling(client.connection, pace, listen, { ...scope, isBound });
}

/** Throws for a pace that makes no sense. */
export function checkPace(pace: IdlePace): void {
  for (const [name, seconds] of Object.entries(pace)) {
    if (isSeconds(seconds)) continue;
    throw new InvalidArgumentError(
      `'${name}' must be seconds above 0, ${MAX_SECONDS} at most: ${named(seconds)}`,
    );
  }
}

/** Begins IDLE. If the server refuses it, `poll` says whether to use NOOP. */
export async function begin(
  scope: Scope,
  idling: Idling,
  pace: IdlePace,
  poll: boolean,
): Promise<void> {
  const { client, signal } = scope;
  try {
    checkPace(pace);
    signal?.throwIfAborted();
    if (client.connection.failure !== null) throw client.connection.failure;
    if (client.idling?.isOver === false) {
      throw new IllegalStateError("idle or watch is under way already");
    }
    client.idling = idling;
    client.idlingByHand = false;
    await idling.begin(poll, signal);
  } catch (error) {
    if (client.idling === idling) client.idling = null;
    idling.abandon();
    throw error;
  }
}

function checkCanIdle({ client }: Scope): void {
  if (!client.connection.session.has("IDLE")) throw missingCapability("IDLE");
}

/** The IDLE that `idle()` began. */
function underWay({ client }: Scope, call: string): Idling {
  if (client.idling !== null && client.idlingByHand) return client.idling;
  throw new IllegalStateError(`${call} needs idle() first`);
}

function isSeconds(value: unknown): boolean {
  return typeof value === "number" && value > 0 && value <= MAX_SECONDS;
}
