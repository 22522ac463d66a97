// Makes one call of a program, and records how it ended.
import {
  CapabilityError,
  type Folder,
  IllegalStateError,
  type ImapClient,
  ImapError,
  InvalidArgumentError,
  type MessageIds,
  NumberSet,
  PartialCopyError,
  PartialMoveError,
  PartialReplaceError,
  ReadOnlyError,
  TimeoutError,
} from "@imapclient/imapclient";
import type { Outcome, Values } from "./history.ts";
import type { Op } from "./program.ts";
import { ownFlags, type Scene, textOf } from "./scene.ts";

const ITEMS = ["UID", "FLAGS", "ENVELOPE"] as const;
const SELECTING: Readonly<Record<string, string>> = { true: "EXAMINE", false: "SELECT" };

/** What a call needs. */
export interface Making {
  readonly op: Op;
  readonly ids: MessageIds;
  readonly signal: AbortSignal;
  /** The folder to make the call in; `null`: on the client. */
  readonly folder: Folder | null;
  /** Called with the very array that a search returned. */
  readonly found: (ids: number[]) => void;
  /** Called with a folder as soon as it is open. */
  readonly opened: (folder: Folder) => void;
}

/** Makes a call; never rejects. */
export async function callOf(scene: Scene, making: Making): Promise<Outcome> {
  const seen = new Map<number, string>();
  try {
    return await makeCall(scene, making, seen);
  } catch (error) {
    return outcomeOf(error, making, seen);
  }
}

async function makeCall(
  { client, nameOf }: Scene,
  { op, ids, signal, folder: held, found, opened }: Making,
  seen: Map<number, string>,
): Promise<Outcome> {
  const calls = held ?? client;
  switch (op.kind) {
    case "select": {
      const folder = nameOf(op.folder);
      if (op.own) return await runSelect(client, folder, op.readonly, signal);
      const { EXISTS } = await client.selectFolder(folder, { readonly: op.readonly, signal });
      return { kind: "ok", exists: EXISTS };
    }
    case "open": {
      const { readonly, timeout } = op;
      const options = { readonly, signal, ...(timeout === null ? {} : { timeout }) };
      const folder = await client.openFolder(nameOf(op.folder), options);
      opened(folder);
      if (folder.readOnly !== readonly) return { kind: "error", error: "opened in another mode" };
      return { kind: "ok", exists: folder.exists };
    }
    case "unselect":
      await client.unselectFolder({ signal });
      break;
    case "close":
      await client.closeFolder({ signal });
      break;
    case "expunge":
      await calls.expunge(null, { signal });
      break;
    case "uidExpunge":
      await calls.uidExpunge(ids, { signal });
      break;
    case "search": {
      const criteria = ["SUBJECT", op.subject, ...(op.flag === null ? [] : [op.flag])];
      const list = op.sort
        ? await calls.sort(["REVERSE SUBJECT"], criteria, { signal })
        : await calls.search(criteria, { signal });
      found(list);
      return { kind: "ok", found: list.toSorted((one, other) => one - other) };
    }
    case "fetch":
      for (const [id, message] of await calls.fetch(ids, ITEMS, { signal })) {
        seen.set(id, showMessage(client.useUid ? id : message.UID, message));
      }
      return { kind: "ok", values: seen };
    case "fetchEach":
      for await (const message of calls.fetchEach(ids, ITEMS, { signal })) {
        seen.set(client.useUid ? message.UID : message.SEQ!, showMessage(message.UID, message));
      }
      return { kind: "ok", values: seen };
    case "getFlags":
      return { kind: "ok", values: flagsById(await calls.getFlags(ids, { signal })) };
    case "store": {
      const options = { silent: op.silent, signal };
      const stored = op.flag === "\\Deleted" && op.action === "add"
        ? await calls.deleteMessages(ids, options)
        : op.action === "add"
        ? await calls.addFlags(ids, op.flag, options)
        : await calls.removeFlags(ids, op.flag, options);
      return { kind: "ok", values: stored === null ? undefined : flagsById(stored) };
    }
    case "copy":
    case "move": {
      const { uids } = await calls[op.kind](ids, nameOf(op.folder), { signal });
      return { kind: "ok", values: texts(uids) };
    }
    case "replace": {
      const { mark, folder } = op;
      const { uid } = await calls.replace(ids, nameOf(folder), textOf(mark), { signal });
      return { kind: "ok", values: replaced(ids, uid) };
    }
    case "watch":
      for await (const _ of calls.watch({ signal }));
      break;
    default:
      throw new TypeError(`the client does not ${op.kind}`);
  }
  return { kind: "ok" };
}

/** A SELECT with `client.run`. */
async function runSelect(
  client: ImapClient,
  folder: string,
  readonly: boolean,
  signal: AbortSignal,
): Promise<Outcome> {
  const name = SELECTING[`${readonly}`];
  await client.run({
    name,
    state: "authenticated",
    write: (out) => void out.sp().mailbox(folder),
    result: () => null,
  }, { signal });
  return { kind: "ok" };
}

function outcomeOf(error: unknown, { op, ids, signal }: Making, seen: Values): Outcome {
  if (signal.aborted && error === signal.reason) return { kind: "aborted", unsent: false };
  if (error instanceof PartialCopyError || error instanceof PartialMoveError) {
    const aborted = signal.aborted && isAtRoot(signal.reason, error);
    return { kind: "partial", values: texts(error.uids), aborted };
  }
  if (error instanceof PartialReplaceError) {
    const { uid } = error.partial as { readonly uid: number | null };
    const aborted = signal.aborted && isAtRoot(signal.reason, error);
    return { kind: "partial", values: replaced(ids, uid), aborted };
  }
  if (error instanceof IllegalStateError) {
    return { kind: "refused", values: op.kind === "fetchEach" ? seen : undefined };
  }
  if (op.kind === "open" && error instanceof TimeoutError) return { kind: "late" };
  if (error instanceof ReadOnlyError) return { kind: "readonly" };
  if (error instanceof CapabilityError || error instanceof InvalidArgumentError) {
    return { kind: "unfit" };
  }
  if (error instanceof ImapError && error.name === "ImapError") {
    const isGone = error.message.startsWith("nothing was appended: the folder has no message");
    if (error.text !== null || isGone) return { kind: "no" };
  }
  return { kind: "error", error: String(error) };
}

/** The UID of the new message by the id of the old one. */
function replaced(ids: MessageIds, uid: number | null): Values {
  return new Map(uid === null ? [] : [[NumberSet.from(ids).lowest, String(uid)]]);
}

function isAtRoot(reason: unknown, error: unknown): boolean {
  for (let it = error; it instanceof Error; it = it.cause) if (it === reason) return true;
  return false;
}

/** What `fetch` returns about a message. */
interface Shown {
  readonly FLAGS: readonly string[];
  readonly ENVELOPE: { readonly subject: string | null };
}

function showMessage(uid: number | undefined, { FLAGS, ENVELOPE }: Shown): string {
  return `${uid} ${ENVELOPE.subject} (${ownFlags(FLAGS).join(" ")})`;
}

function flagsById(flags: ReadonlyMap<number, readonly string[]>): Values {
  return new Map([...flags].map(([id, its]) => [id, ownFlags(its).join(" ")]));
}

function texts(uids: ReadonlyMap<number, number>): Values {
  return new Map([...uids].map(([old, uid]) => [old, String(uid)]));
}
