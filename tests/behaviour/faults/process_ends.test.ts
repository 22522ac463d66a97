import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { reference } from "./attempt.ts";
import { DIRECTIONS, type Fault } from "./faulty_pipe.ts";
import { type FaultyProxy, faultyProxy } from "./faulty_proxy.ts";
import { filledServer, type Told } from "./full_session.ts";
import { runScript } from "./sweep_tests.ts";
import type { UserSession } from "./user_sessions.ts";
import { differences, type Reference } from "./verdict.ts";

/** How many offsets are tried for each kind and direction, over a real connection. */
const SAMPLES = 12;

/** The result of a session in the other process. */
interface Line {
  readonly port: number;
  readonly told: readonly Told[];
  readonly name: string;
  readonly message: string;
  readonly closed?: boolean;
}

/** The server of one session, and the port where something goes wrong. */
interface Place {
  readonly fault: Fault | null;
  readonly proxy: FaultyProxy;
  readonly session: UserSession;
  close(): Promise<void>;
}

async function openPlace(fault: Fault | null): Promise<Place> {
  const server = filledServer();
  const { port: healthyPort } = await server.listen();
  const proxy = await faultyProxy(healthyPort, fault);
  const timeout = fault?.kind === "stall" ? 1 : 60;
  return {
    fault,
    proxy,
    session: { port: proxy.port, healthyPort, timeout },
    close: async () => void await Promise.all([proxy.close(), server.close()]),
  };
}

/** Faults all over the session, at odd distances, so that they fall on all kinds of places. */
function samples({ traffic }: Reference): Fault[] {
  return (["cut", "reset", "stall"] as const).flatMap((kind, i) =>
    DIRECTIONS.flatMap((direction) =>
      Array.from({ length: SAMPLES }, (_, at): Fault => {
        const step = (traffic[direction].length - 1) / SAMPLES;
        return { kind, direction, offset: Math.floor(step * at) + i * at };
      })
    )
  );
}

const EXPECTED: Readonly<Record<string, RegExp>> = {
  cut: /^ConnectionClosedError: /,
  // A reset at the first byte may come before the client knows that it is connected.
  reset: /^(ConnectionClosedError|ConnectError): /,
  stall: /^TimeoutError: no .* within 1 seconds(; if the port expects TLS .*)?$/,
};

function complaintsOf({ fault }: Place, line: Line, expected: Reference): string[] {
  const { told, name, message, closed } = line;
  const complaints = differences(fault?.kind ?? null, told, expected.told);
  if (closed === false) complaints.push("the client says that it is not closed");
  if (fault === null) {
    if (name !== "") complaints.push(`${name}: ${message}`);
  } else if (name === "" && told.length < expected.told.length) {
    complaints.push("ended early, with no error");
  } else if (name !== "" && !EXPECTED[fault.kind].test(`${name}: ${message}`)) {
    complaints.push(`${name}: ${message}`);
  }
  return complaints.map((what) => `${JSON.stringify(fault)}: ${what}`);
}

describe("a process whose connections break, over TCP", () => {
  it("ends by itself, with an error for each", async () => {
    const expected = await reference();
    const faults = [null, ...samples(expected)];
    const places = await Promise.all(faults.map(openPlace));
    try {
      const sessions = places.map(({ session }) => session);
      const output = await runScript("user_sessions.ts", JSON.stringify(sessions));
      const lines = output.trimEnd().split("\n").map((line): Line => JSON.parse(line));
      assertEquals(lines.length, places.length);
      const complaints = lines.flatMap((line) => {
        const place = places.find(({ proxy }) => proxy.port === line.port)!;
        return complaintsOf(place, line, expected);
      });
      assert(complaints.length === 0, complaints.join("\n"));
    } finally {
      await Promise.all(places.map((place) => place.close()));
    }
  });
});
