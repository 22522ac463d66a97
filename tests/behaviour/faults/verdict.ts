import type { ImapClient } from "../../../src/client/imap_client.ts";
import {
  ConnectionClosedError,
  ImapAbortError,
  ImapError,
  PartialMoveError,
  TimeoutError,
} from "../../../src/model/errors.ts";
import type { Direction, Fault, FaultKind, FaultyPipe } from "./faulty_pipe.ts";
import type { SessionReport, Told } from "./full_session.ts";
import { turns } from "./sweep.ts";

/** The result of a session without faults. */
export interface Reference {
  readonly told: readonly Told[];
  readonly traffic: Readonly<Record<Direction, Uint8Array>>;
  /** The offsets where the server's responses end. */
  readonly responseEnds: ReadonlySet<number>;
}

/** The complaints about a session with a fault. */
export async function complaintsOf(
  fault: Fault,
  { told, client }: SessionReport,
  pipe: FaultyPipe,
  reference: Reference,
): Promise<string[]> {
  const complaints = differences(fault.kind, told, reference.told);
  const last = told[told.length - 1];
  if (last.error === undefined) {
    if (told.length < reference.told.length) complaints.push("ended early, with no error");
  } else {
    complaints.push(...wrongError(fault, last, reference));
    if (client !== null) {
      complaints.push(...await wrongAfterwards(client, causeOf(last.error as Error)));
    }
  }
  if (client !== null && !client.closed) complaints.push("the client says that it is not closed");
  client?.shutdown();
  await turns(1);
  if (!pipe.closedByClient) complaints.push("the connection was left open");
  return complaints;
}

/** The values must be those of the session without faults. */
export function differences(
  kind: FaultKind | null,
  told: readonly Told[],
  expected: readonly Told[],
): string[] {
  const complaints: string[] = [];
  const isSilent = kind === "stall" || kind === "clog";
  let missed: string | null = null;
  told.forEach(({ step, value, error }, i) => {
    if (error !== undefined) return;
    const wanted = expected[i];
    // A silent server sends no changes within the time that the caller waits for them.
    if (step === "idleCheck" && isSilent && value === '"no news"') {
      missed = wanted?.value ?? null;
      return;
    }
    // Changes that came too late for that call are not lost.
    const late = missed !== null &&
      wanted?.value?.replace('"responses":[]', `"responses":${missed}`);
    if (step === "idleDone" && value === late) return;
    // A BYE also answers LOGOUT.
    if (step === "logout" && value === '"until next time"') return;
    if (wanted?.step === step && wanted.value === value) return;
    complaints.push(`${step} gave ${difference(value!, wanted?.value ?? "")}`);
  });
  return complaints;
}

function difference(value: string, wanted: string): string {
  let at = 0;
  while (at < value.length && value[at] === wanted[at]) at++;
  const part = (text: string) => text.slice(Math.max(0, at - 40), at + 80);
  return `...${part(value)}...\n    instead of ...${part(wanted)}...`;
}

/** The command that each step waits for, by its name in errors. */
const COMMANDS: Readonly<Record<string, string>> = {
  login: "LOGIN",
  list: "LIST",
  select: "SELECT",
  search: "UID SEARCH",
  fetch: "UID FETCH",
  "fetch literals": "UID FETCH",
  "fetch streams": "UID FETCH",
  store: "UID STORE",
  append: "APPEND",
  multiappend: "APPEND",
  copy: "UID COPY",
  move: "UID MOVE",
  delete: "UID STORE",
  expunge: "EXPUNGE",
  idle: "IDLE",
  idleCheck: "IDLE",
  idleDone: "IDLE",
  status: "STATUS",
  close: "CLOSE",
  logout: "LOGOUT",
};

/**
 * What ended the connection. A MOVE that the server had begun also says how far it got, and a call
 * with a partial result also has that result: in both cases it is the cause of the error.
 */
function causeOf(error: unknown): Error {
  const isBegun = error instanceof PartialMoveError && error.cause instanceof ImapAbortError;
  const hasPart = error instanceof ImapError && error.partial !== null;
  return (isBegun || hasPart ? error.cause : error) as Error;
}

/** The error must have this class and this message. */
function wrongError(fault: Fault, { step, error: told }: Told, reference: Reference): string[] {
  const error = causeOf(told);
  if (!(error instanceof ImapError)) return [`${step}: not an error of the library: ${error}`];
  const isSilent = fault.kind === "stall" || fault.kind === "clog";
  const wanted = isSilent ? TimeoutError : ConnectionClosedError;
  const complaints: string[] = [];
  if (!(error instanceof wanted)) complaints.push(`${step}: ${error}, not a ${wanted.name}`);
  const says = messageFor(fault, step, reference);
  if (!says.test(error.message)) complaints.push(`${step}: "${error.message}", not ${says}`);
  const isCause = (error.cause as Error | undefined)?.message.startsWith("ECONNRESET at byte");
  const isByReset = fault.kind === "reset" && unfinishedBye(fault, reference) === null;
  if (isByReset && !isCause) complaints.push(`${step}: cause ${error.cause}`);
  return complaints;
}

/** The text of a BYE that was cut short; `null` if the fault did not hit a BYE. */
function unfinishedBye({ kind, direction, offset }: Fault, { traffic }: Reference): string | null {
  if (direction !== "to the client" || (kind !== "cut" && kind !== "reset")) return null;
  const came = new TextDecoder().decode(traffic[direction].subarray(0, offset));
  return /(?:^|\r\n)\* BYE ?(.*)\r?$/.exec(came)?.[1] ?? null;
}

function messageFor(fault: Fault, step: string, reference: Reference): RegExp {
  const { kind, direction, offset } = fault;
  // The server's text counts although its line has no end.
  const bye = unfinishedBye(fault, reference);
  if (bye !== null) return new RegExp(`^the server closed the connection: ${bye}$`);
  if (kind === "stall" || kind === "clog") {
    // Commands that got through are answered although their write has not ended; the next is stuck.
    if (kind === "clog") return /^no .* within [\d.]+ seconds$/;
    const owed = step === "connect" ? "greeting" : `answer to ${COMMANDS[step]}`;
    return new RegExp(`^no ${owed} within [\\d.]+ seconds$`);
  }
  if (kind === "reset") {
    return new RegExp(`^the connection broke: ECONNRESET at byte ${offset} ${direction}$`);
  }
  if (direction === "to the server") {
    // During IDLE the server says BYE. A command may be sent before the end is noticed.
    return /^(the server closed the connection(: the connection ended)?|the connection broke: EPIPE.*)$/;
  }
  if (step === "connect") return /^the server closed the connection before its greeting$/;
  return reference.responseEnds.has(offset)
    ? /^the server closed the connection$/
    : /^the server closed the connection in the middle of a response$/;
}

const CALLS: Readonly<Record<string, (client: ImapClient) => Promise<unknown>>> = {
  login: (client) => client.login("ann", "secret"),
  noop: (client) => client.noop(),
  listFolders: (client) => client.listFolders(),
  selectFolder: (client) => client.selectFolder("INBOX"),
  folderStatus: (client) => client.folderStatus("INBOX"),
  search: (client) => client.search(),
  fetch: (client) => client.fetch(1, ["FLAGS"]),
  fetchEach: (client) => client.fetchEach(1, ["FLAGS"]).next(),
  addFlags: (client) => client.addFlags(1, ["\\Seen"]),
  append: (client) => client.append("INBOX", "x"),
  copy: (client) => client.copy(1, "Kept"),
  move: (client) => client.move(1, "Kept"),
  expunge: (client) => client.expunge(),
  closeFolder: (client) => client.closeFolder(),
  logout: (client) => client.logout(),
};

/** After the failure every call rejects at once, with the same cause. */
async function wrongAfterwards(client: ImapClient, cause: Error): Promise<string[]> {
  const calls = { ...CALLS };
  // Before a login IDLE fails with another error, since the capability is not known yet.
  if (client.state !== "not authenticated") calls.idle = () => client.idle();
  const left = new Set(Object.keys(calls));
  const complaints: string[] = [];
  for (const [name, call] of Object.entries(calls)) {
    call(client).then(
      (value) => {
        left.delete(name);
        const isFarewell = name === "logout" && (cause as ImapError).text === value;
        if (!isFarewell) complaints.push(`${name} afterwards gave ${value}`);
      },
      (error) => {
        left.delete(name);
        if (error !== cause) complaints.push(`${name} afterwards: ${error}, not ${cause}`);
      },
    );
  }
  await turns(2);
  for (const name of left) complaints.push(`${name} afterwards does not end at once`);
  return complaints;
}
