/**
 * Runs sessions over connections that break, as a user's program does: only the session's own
 * logout closes anything. Prints a line of JSON for each; then the process must end by itself. Run
 * by process_ends.test.ts with the ports to connect to.
 */

import process from "node:process";
import { runSession } from "./full_session.ts";

/** Where a session connects to. */
export interface UserSession {
  /** The port where something goes wrong. */
  readonly port: number;
  /** A port of the same server where nothing does. */
  readonly healthyPort: number;
  readonly timeout: number;
}

const host = "127.0.0.1";
const sessions: readonly UserSession[] = JSON.parse(process.argv[2]);
await Promise.all(sessions.map(async ({ port, healthyPort, timeout }) => {
  const { told, client } = await runSession({
    connect: { host, port, ssl: false, timeout },
    other: { host, port: healthyPort, ssl: false },
    newsWithin: timeout,
  });
  const error = told.at(-1)?.error;
  const [name, message] = error instanceof Error ? [error.name, error.message] : ["", ""];
  const values = told.filter((it) => it.error === undefined);
  console.log(JSON.stringify({ port, told: values, name, message, closed: client?.closed }));
}));
