// Shared by the tests of IDLE and of `watch`.
import type { UntaggedResponse } from "../../mod.ts";
import { type FakeServer, outcome } from "./fake_server.ts";

/** Answers the beginning of an IDLE and returns its tag. */
export async function agreeToIdle(server: FakeServer): Promise<string> {
  const tag = await server.expect("IDLE");
  await server.send("+ idling");
  return tag;
}

/** Type and number of each response, as far as it has them. */
export function short(events: readonly UntaggedResponse[]): unknown[] {
  return events.map((event) => "number" in event ? [event.number, event.type] : event.type);
}

/** Collects what a loop over `watch` yields, and how it ends. */
export function gather(loop: AsyncGenerator<UntaggedResponse>): {
  readonly events: readonly UntaggedResponse[];
  readonly end: Promise<void | Error>;
} {
  const events: UntaggedResponse[] = [];
  const end = (async () => {
    for await (const event of loop) events.push(event);
  })();
  return { events, end: outcome(end) };
}
