import type { UidCommand } from "../../connection/call_index.ts";
import {
  ImapError,
  type ImapErrorDetails,
  InvalidArgumentError,
  ProtocolError,
} from "../../model/errors.ts";
import { NumberSet } from "../../model/number_set.ts";
import { intersection } from "../../model/id_ranges.ts";
import type { ResponseCode, TaggedResponse, UntaggedResponse } from "../../model/responses.ts";
import { encodeUtf7 } from "../../mime/utf7.ts";
import type { Text } from "../../model/text.ts";
import { checkedModseq } from "../../wire/modseq.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { storableFlags } from "./flags.ts";
import { UnnamedRows } from "./unnamed_rows.ts";

/** What to do with the given flags or labels. */
export type StoreAction = "add" | "remove" | "set";

/** Flags or labels by message id. */
export type MessageFlags = Map<number, readonly string[]>;

/** What to change, and in which messages. */
export interface StoreRequest {
  /** The messages. */
  readonly ids: NumberSet;
  /** Flags, or Gmail's labels. */
  readonly item: "FLAGS" | "X-GM-LABELS";
  /** What to do with the values. */
  readonly action: StoreAction;
  /** The flags or labels. */
  readonly values: Text | Iterable<Text>;
  /** Whether the server may leave out the resulting flags. */
  readonly silent: boolean;
  /** Whether ids are UIDs. */
  readonly uid: boolean;
  /** The condition, if there is one. */
  readonly condition?: StoreCondition;
}

/** Which messages may be changed (UNCHANGEDSINCE, RFC 7162 section 3.1.3). */
export interface StoreCondition {
  /** Those whose mod-sequence is not above this. */
  readonly unchangedSince: number | bigint;
  /** Gets those that were left as they are, since somebody had changed them. */
  readonly modified: NumberSet[];
}

const SIGNS: Readonly<Record<StoreAction, string>> = { add: "+", remove: "-", set: "" };

/**
 * STORE or UID STORE (RFC 9051 section 6.4.6): changes flags or labels, and returns those that the
 * messages have afterwards; with `silent`, none.
 */
export function store(request: StoreRequest): UidCommand<MessageFlags> {
  const { ids, item, action, silent, uid, condition } = request;
  const since = condition && checkedModseq(condition.unchangedSince, "unchangedSince", 0);
  const labels = item === "X-GM-LABELS";
  const texts = labels ? labelsOf(request) : storableFlags(request.values);
  const found: MessageFlags = new Map();
  const unnamed = new UnnamedRows([item]);
  const name = uid ? "UID STORE" : "STORE";
  return {
    name,
    needs: labels ? "X-GM-EXT-1" : undefined,
    state: "selected",
    modifies: true,
    pipelining: uid ? "uids" : "numbers",
    messages: ids,
    exclusive: "any",
    uids: uid ? ids : undefined,
    passedOver: () => unnamed.noteNamed(),
    write(out: CommandWriter): void {
      out.sp().numberSet(ids);
      if (since !== undefined) out.sp().raw(`(UNCHANGEDSINCE ${since})`);
      out.sp().atom(`${SIGNS[action]}${item}${silent ? ".SILENT" : ""}`).sp();
      out.list(texts, (text) => labels ? writeLabel(out, text) : out.flag(text));
    },
    accept(response: UntaggedResponse): boolean {
      if (silent || response.type !== "FETCH" || !(item in response.items)) return false;
      const id = uid ? response.uid : response.number;
      if (id === null || !ids.has(id)) {
        if (uid) unnamed.note(response);
        return false;
      }
      found.set(id, response.items[item] as readonly string[]);
      return true;
    },
    partial: () => found.size > 0 ? found : null,
    result({ code }: TaggedResponse): MessageFlags {
      const failed = modifiedIn(code);
      if (failed?.isEmpty) {
        const text = `${name} left messages as they are, and the server did not say which`;
        throw new ProtocolError(text, { responseCode: code, partial: found });
      }
      const error = unnamed.error(`${name}, which was carried out,`, found.size > 0);
      if (error !== null) throw error;
      return found;
    },
    refused({ code }: TaggedResponse, message: string, details: ImapErrorDetails): ImapError {
      modifiedIn(code);
      return new ImapError(message, details);
    },
  };

  /** Takes out the messages that were left as they are; a server may have told their flags. */
  function modifiedIn(code: ResponseCode | null): NumberSet | null {
    if (condition === undefined || code?.name !== "MODIFIED") return null;
    // Only the server knows which message `*` is.
    const known = code.ids ?? NONE;
    const failed = ids.isOpen ? known : intersection(known, ids);
    if (!failed.isEmpty) condition.modified.push(failed);
    for (const id of [...found.keys()]) if (failed.has(id)) found.delete(id);
    return failed;
  }
}

const NONE = NumberSet.from([]);

function labelsOf({ action, values }: StoreRequest): readonly Text[] {
  const single = typeof values === "string" || values instanceof Uint8Array;
  const isList = typeof values === "object" && values !== null && Symbol.iterator in values;
  if (!single && !isList) throw new InvalidArgumentError(`expected labels, not ${typeof values}`);
  const labels = single ? [values] : [...values as Iterable<Text>];
  if (labels.length === 0 && action !== "set") throw new InvalidArgumentError("no labels named");
  return labels;
}

/** Writes a label, encoded like a folder name; bytes are sent as they are. */
function writeLabel(out: CommandWriter, label: Text): void {
  if (typeof label === "string" && !label.isWellFormed()) {
    throw new InvalidArgumentError(`can't be sent as a label: ${JSON.stringify(label)}`);
  }
  out.string(typeof label === "string" ? encodeUtf7(label) : label);
}
