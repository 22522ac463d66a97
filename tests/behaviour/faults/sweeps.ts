import { attempt, inChunks, rechunked, reference } from "./attempt.ts";
import { runBusy } from "./busy_session.ts";
import { complaintsOf } from "./busy_verdict.ts";
import { type Direction, DIRECTIONS, type FaultKind } from "./faulty_pipe.ts";
import { tryOperation } from "./mail_safety.ts";
import { type Operation, OPERATIONS } from "./operations.ts";
import { sweep, type Swept } from "./sweep.ts";

/** Attempts that wait for a deadline cost almost nothing. */
const WAITING = 300;
/** The distance between the splits of one session, in bytes. */
const STRIDE = 2500;

const parallelOf = (kind: FaultKind) => kind === "stall" || kind === "clog" ? WAITING : 16;

async function sweepSession(kind: FaultKind, direction: Direction): Promise<Swept> {
  const expected = await reference();
  const options = { kind, direction, traffic: expected.traffic, parallel: parallelOf(kind) };
  return await sweep(options, (fault) => attempt(fault, expected));
}

async function splitSession(direction: Direction): Promise<Swept> {
  const expected = await reference();
  const options = { kind: "split", direction, traffic: expected.traffic, stride: STRIDE } as const;
  return await sweep(options, (fault) => {
    return rechunked({ fault: { ...fault, stride: STRIDE } }, expected);
  });
}

async function sweepBusy(kind: FaultKind, direction: Direction): Promise<Swept> {
  const expected = await runBusy();
  const options = { kind, direction, traffic: expected.traffic, parallel: parallelOf(kind) };
  return await sweep(options, async (fault) => complaintsOf(kind, await runBusy(fault), expected));
}

async function sweepOperation(
  operation: Operation,
  kind: FaultKind,
  direction: Direction,
): Promise<Swept> {
  const { traffic, client } = await tryOperation(operation);
  client.shutdown();
  const options = { kind, direction, traffic, parallel: parallelOf(kind) };
  return await sweep(options, async (fault) => {
    const { harm, error, client } = await tryOperation(operation, { fault });
    client.shutdown();
    return harm.map((what) => `${what}\n    after ${error}`);
  });
}

/** The faults that end a connection, or everything that is sent over it. */
const ENDS = ["cut", "reset", "stall"] as const;

/** Everything that is tried at every byte, by names such as `session: cut to the server`. */
export const SWEEPS: ReadonlyMap<string, () => Promise<Swept>> = new Map([
  ...ENDS.flatMap((kind) =>
    DIRECTIONS.flatMap((to): [string, () => Promise<Swept>][] => [
      [`session: ${kind} ${to}`, () => sweepSession(kind, to)],
      [`calls at once: ${kind} ${to}`, () => sweepBusy(kind, to)],
      ...OPERATIONS.map((operation): [string, () => Promise<Swept>] => [
        `${operation.name}: ${kind} ${to}`,
        () => sweepOperation(operation, kind, to),
      ]),
    ])
  ),
  ["session: clog to the server", () => sweepSession("clog", "to the server")],
  ...DIRECTIONS.map((to): [string, () => Promise<Swept>] => [
    `session: split ${to}`,
    () => splitSession(to),
  ]),
  ...[1, 2, 3, 7, 64].map((size): [string, () => Promise<Swept>] => [
    `session: in chunks of ${size}`,
    () => inChunks([size]),
  ]),
]);
