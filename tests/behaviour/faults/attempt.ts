import type { ImapClient } from "../../../src/client/imap_client.ts";
import { concat } from "../../../src/util/bytes.ts";
import { TimeoutError } from "../../../src/model/errors.ts";
import { type Direction, type Fault, FaultyPipe, type PipeOptions } from "./faulty_pipe.ts";
import { responseEnds } from "./frames.ts";
import { filledServer, runSession, type SessionReport } from "./full_session.ts";
import { type Swept, turns, verdictOf, within, withUnheard } from "./sweep.ts";
import { complaintsOf, differences, type Reference } from "./verdict.ts";

/** A session that takes longer hangs, in seconds. This does not measure speed. */
const BOUND = 15;
/** The timeout of a client whose connection is not stalled, in seconds. */
const PATIENT = 60;
/** The timeout of a client whose connection will be stalled, in seconds. */
const IMPATIENT = 0.1;
/** Chunks of this many bytes make a long literal arrive in pieces. */
const CHUNK = 1000;

interface Ran {
  readonly report: SessionReport | null;
  readonly pipe: FaultyPipe;
  /** The last step that began. */
  readonly step: string;
}

async function run(options: PipeOptions, timeout: number): Promise<Ran> {
  const server = filledServer();
  const pipe = new FaultyPipe(options);
  void server.serve(pipe.server);
  let [step, client] = ["", null as ImapClient | null];
  const session = runSession({
    other: { transport: server.transport },
    connect: { transport: () => Promise.resolve(pipe.client), timeout },
    newsWithin: timeout,
    begin: (...now) => [step, client] = now,
  });
  const report = await within(BOUND, session);
  // A hanging session must not keep the tests from ending.
  if (report === null) (client as ImapClient | null)?.shutdown();
  return { report, pipe, step };
}

/** Runs the session without a fault, for comparison. */
export async function reference(): Promise<Reference> {
  const sent: Record<Direction, Uint8Array[]> = { "to the server": [], "to the client": [] };
  const record = (direction: Direction, bytes: Uint8Array) => void sent[direction].push(bytes);
  const { report } = await run({ record }, PATIENT);
  const traffic = {
    "to the server": concat(sent["to the server"]),
    "to the client": concat(sent["to the client"]),
  };
  return { told: report!.told, traffic, responseEnds: responseEnds(traffic["to the client"]) };
}

/** Runs the session with a fault that ends the connection; returns the complaints. */
export async function attempt(fault: Fault, expected: Reference): Promise<readonly string[]> {
  const isSilent = fault.kind === "stall" || fault.kind === "clog";
  const chunk = fault.kind === "reset" ? undefined : CHUNK;
  for (let timeout = isSilent ? IMPATIENT : PATIENT;; timeout *= 5) {
    const { report, pipe, step } = await run({ fault, chunk }, timeout);
    if (report === null) return [`${step} does not end`];
    // On a busy machine, the fault may not have happened within that time: try with more.
    const isEarly = report.told.at(-1)!.error instanceof TimeoutError && !pipe.happened;
    if (!isEarly || timeout > PATIENT) return await complaintsOf(fault, report, pipe, expected);
    report.client?.shutdown();
  }
}

/** Runs the session in chunks of each of these sizes; returns what that changed. */
export async function inChunks(sizes: readonly number[]): Promise<Swept> {
  const expected = await reference();
  const complaints: string[] = [];
  const unheard = await withUnheard(async () => {
    for (const chunk of sizes) {
      for (const what of await rechunked({ chunk }, expected)) {
        complaints.push(`${chunk}:\n${what}`);
      }
    }
  });
  for (const reason of unheard) complaints.push(`unhandled rejection: ${reason}`);
  return { offsets: sizes.length, verdict: verdictOf(complaints, sizes.length) };
}

/** Runs the session with other chunks, which must change nothing; returns what they changed. */
export async function rechunked(options: PipeOptions, expected: Reference): Promise<string[]> {
  const { report, pipe, step } = await run(options, PATIENT);
  if (report === null) return [`${step} does not end`];
  const complaints = differences(null, report.told, expected.told);
  for (const { step, error } of report.told) if (error) complaints.push(`${step}: ${error}`);
  if (!(report.client as ImapClient).closed) complaints.push("not closed after logout");
  await turns(1);
  if (!pipe.closedByClient) complaints.push("the connection was left open");
  return complaints;
}
