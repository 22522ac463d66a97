import { decodeAscii, hasNul, LPAREN, TILDE } from "../../util/bytes.ts";
import type { Account } from "../account.ts";
import type { Arguments } from "../arguments.ts";
import type { Folder } from "../folder.ts";
import { string } from "../output.ts";
import { bad } from "../refusal.ts";
import type { ServerCommand } from "./command.ts";
import type { Session } from "./server_session.ts";

/** The values of one folder, or of the server as one user sees it, by entry name in lower case. */
type Annotations = Map<string, Uint8Array>;

/** Keyed by object, so that they stay with a renamed folder and are gone with a deleted one. */
const annotations = new WeakMap<Folder | Account, Annotations>();

/** GETMETADATA (RFC 5464 section 4.2). */
export const getMetadata: ServerCommand = command("GETMETADATA", (session, args) => {
  args.sp();
  const { depth, maxSize } = args.peek() === LPAREN ? readOptions(args) : NO_OPTIONS;
  const { name, values } = readPlace(session, args);
  const entries: string[] = [];
  if (args.sp().peek() === LPAREN) args.list(() => entries.push(readEntry(args)));
  else entries.push(readEntry(args));
  args.end();
  let longest = 0;
  for (const [entry, value] of values) {
    if (!entries.some((asked) => isWithin(entry, asked, depth))) continue;
    if (value.length > maxSize) longest = Math.max(longest, value.length);
    else session.untagged(`METADATA ${name} (${string(entry)} ${written(value)})`);
  }
  return longest > 0 ? `METADATA LONGENTRIES ${longest}` : undefined;
});

/** Says what the values of some entries of a folder are, as LIST does (RFC 9590). */
export function tellMetadata(session: Session, folder: Folder, entries: readonly string[]): void {
  const values = annotations.get(folder);
  const pairs = entries.map((entry) => {
    const value = values?.get(entry);
    return `${string(entry)} ${value === undefined ? "NIL" : written(value)}`;
  });
  session.untagged(`METADATA ${session.modes.shown(folder.name)} (${pairs.join(" ")})`);
}

/** SETMETADATA (RFC 5464 section 4.3). */
export const setMetadata: ServerCommand = command("SETMETADATA", (session, args) => {
  const { values } = readPlace(session, args.sp());
  const changes: (readonly [entry: string, value: Uint8Array | null])[] = [];
  args.sp().list(() => changes.push([readEntry(args), readValue(args.sp())]));
  args.end();
  for (const [entry, value] of changes) {
    if (value === null) values.delete(entry);
    else values.set(entry, value.slice());
  }
});

function command(name: string, run: ServerCommand["run"]): ServerCommand {
  return { name, state: "authenticated", capability: "METADATA", run };
}

/** The options of GETMETADATA. */
interface Options {
  depth: number;
  maxSize: number;
}

const NO_OPTIONS: Readonly<Options> = { depth: 0, maxSize: Infinity };

function readOptions(args: Arguments): Options {
  const options = { ...NO_OPTIONS };
  args.list(() => {
    const name = args.keyword();
    if (name === "MAXSIZE") options.maxSize = args.sp().number();
    else if (name === "DEPTH") {
      const depth = args.sp().match(/^(?:0|1|infinity)(?=[ )])/i, "0, 1 or infinity")[0];
      options.depth = depth.length === 1 ? Number(depth) : Infinity;
    } else throw bad(`there is no option ${name}`);
  });
  args.sp();
  return options;
}

/** Reads the folder's name; an empty name stands for the server. */
function readPlace(session: Session, args: Arguments): { name: string; values: Annotations } {
  const given = args.mailbox();
  const place = given === "" ? session.account : session.account.get(given);
  const values: Annotations = annotations.get(place) ?? new Map();
  annotations.set(place, values);
  return { name: session.modes.shown("user" in place ? "" : place.name), values };
}

/** Reads the name of an entry, in any letter case (RFC 5464 section 3.2). */
export function readEntry(args: Arguments): string {
  const entry = decodeAscii(args.astring()).toLowerCase();
  if (/^\/(?:private|shared)(?:\/[^/*%]+)+$/.test(entry) && /^[ -~]*$/.test(entry)) return entry;
  throw bad("that can't be the name of an entry");
}

function readValue(args: Arguments): Uint8Array | null {
  if (args.take(TILDE)) return args.literal("binary");
  if (args.atString) return args.string();
  args.nil();
  return null;
}

/** Whether an entry is the requested one, or at most `depth` levels below it. */
function isWithin(entry: string, asked: string, depth: number): boolean {
  if (entry === asked) return true;
  return entry.startsWith(`${asked}/`) && levels(entry) - levels(asked) <= depth;
}

function levels(entry: string): number {
  return entry.split("/").length;
}

function written(value: Uint8Array): string {
  const text = decodeAscii(value);
  return hasNul(value) ? `~{${text.length}}\r\n${text}` : string(text);
}
