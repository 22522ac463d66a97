import { ConnectionClosedError, ImapError, TimeoutError } from "../../../src/model/errors.ts";
import type { Busy, Ended } from "./busy_session.ts";
import type { FaultKind } from "./faulty_pipe.ts";

/** The complaints about calls made at once over a connection that broke. */
export function complaintsOf(
  kind: FaultKind,
  { ended, client, pipe }: Busy,
  expected: Busy,
): string[] {
  const complaints: string[] = [];
  const causes = new Set<unknown>();
  for (const [name, end] of Object.entries(ended)) {
    if (end === "hangs") complaints.push(`${name} does not end`);
    else if ("error" in end) causes.add(reasonOf(end.error));
    else if (name === "waiting" && isBye(end.value)) continue;
    else if (!isSame(end, expected.ended[name])) complaints.push(`${name} gave ${end.value}`);
  }
  if (causes.size > 1) complaints.push(`several causes: ${[...causes].join("; ")}`);
  const wanted = kind === "stall" ? TimeoutError : ConnectionClosedError;
  for (const cause of causes) {
    const isClosed = cause instanceof ConnectionClosedError;
    // If all calls were answered before the fault, the only cause is the shutdown.
    const isShutDown = isClosed && cause.message === "the client closed the connection";
    if (!(cause instanceof wanted) && !isShutDown) complaints.push(`${cause}`);
  }
  if (!client.closed || !pipe.closedByClient) complaints.push("the connection was left open");
  return complaints;
}

/** What ended the connection: the cause of the error if the call had a partial result. */
function reasonOf(error: unknown): unknown {
  return error instanceof ImapError && error.partial !== null ? error.cause : error;
}

/** Whether the only response is a BYE, which the server sends if IDLE is cut short. */
const isBye = (news: string): boolean => /^\[\{[^{}]*"type":"BYE"\}\]$/.test(news);

const isSame = (one: Ended, other: Ended): boolean =>
  one !== "hangs" && other !== "hangs" && "value" in one && "value" in other &&
  one.value === other.value;
