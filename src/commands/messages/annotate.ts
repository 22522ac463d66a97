import type { UidCommand } from "../../connection/call_index.ts";
import { InvalidArgumentError, named } from "../../model/errors.ts";
import type { NumberSet } from "../../model/number_set.ts";
import type { Text } from "../../model/text.ts";
import { encodeUtf8, hasNul } from "../../util/bytes.ts";
import type { CommandWriter } from "../../wire/writer.ts";

/**
 * New annotations of messages (RFC 5257) by entry, such as `/comment`: values by attribute, such as
 * `value.priv` and `value.shared`. A `string` is sent in UTF-8; `null` removes the value.
 */
export type AnnotationValues = Readonly<Record<string, Readonly<Record<string, Text | null>>>>;

/** The capability, whose name says that it is an experiment. */
export const ANNOTATE = "ANNOTATE-EXPERIMENT-1";

/** What to change, and in which messages. */
export interface AnnotateRequest {
  /** The messages. */
  readonly ids: NumberSet;
  /** The values. */
  readonly values: AnnotationValues;
  /** Whether ids are UIDs. */
  readonly uid: boolean;
}

/** STORE ANNOTATION (RFC 5257 section 4.5). The server answers nothing but OK. */
export function annotate(
  { ids, values, uid }: AnnotateRequest,
): UidCommand<Map<number, never>> {
  const entries = annotationEntries(values);
  return {
    name: uid ? "UID STORE" : "STORE",
    needs: ANNOTATE,
    state: "selected",
    modifies: true,
    pipelining: uid ? "uids" : "numbers",
    messages: ids,
    exclusive: "any",
    uids: uid ? ids : undefined,
    write(out: CommandWriter): void {
      out.sp().numberSet(ids).sp();
      writeAnnotations(out, entries);
    },
    result: () => new Map<number, never>(),
  };
}

type Attribute = readonly [name: string, value: Uint8Array | null];

/** An entry with its attributes, which can be sent. */
export type AnnotationEntry = readonly [name: string, attributes: readonly Attribute[]];

/** The entries of annotations. Throws `InvalidArgumentError` for what can't be sent. */
export function annotationEntries(values: AnnotationValues): readonly AnnotationEntry[] {
  return pairsOf(values, "annotations").map(([entry, attributes]) => {
    checkName(entry, ENTRY, "the name of an annotation begins with /, as in /comment");
    const pairs = pairsOf(attributes, `the attributes of ${entry}`);
    return [entry, pairs.map(([name, value]) => [name, bytesOf(name, value)] as const)] as const;
  });
}

/** `att-annotate` (RFC 5257 section 5), for STORE and APPEND. */
export function writeAnnotations(out: CommandWriter, entries: readonly AnnotationEntry[]): void {
  out.atom("ANNOTATION").sp().list(entries, ([entry, attributes]) => {
    out.astring(entry).sp().list(attributes, ([name, value]) => {
      out.astring(name).sp();
      // RFC 5257 section 5 accepts a literal8 here.
      if (value !== null && hasNul(value)) out.literal(value, true);
      else out.nstring(value);
    });
  });
}

const ENTRY = /^(?:\/[!-$&-)+-.0-~]+)+$/;
/** Everything about an entry is for one user or for all, which the name says (section 3.3). */
const ATTRIBUTE = /^[!-$&-)+-~]+\.(?:priv|shared)$/;

function bytesOf(name: string, value: Text | null): Uint8Array | null {
  checkName(name, ATTRIBUTE, "an attribute ends with .priv or .shared, as in value.priv");
  if (value === null || value instanceof Uint8Array) return value;
  if (typeof value === "string" && value.isWellFormed()) return encodeUtf8(value);
  throw new InvalidArgumentError(`the value of ${name} must be text, bytes or null`);
}

function checkName(name: string, pattern: RegExp, rule: string): void {
  if (!pattern.test(name)) throw new InvalidArgumentError(`${rule}: ${JSON.stringify(name)}`);
}

/** The members of an object, of which there must be some. */
function pairsOf<Value>(object: Readonly<Record<string, Value>>, what: string): [string, Value][] {
  if (Object.prototype.toString.call(object) !== "[object Object]") {
    throw new InvalidArgumentError(`${what} must be an object, not ${named(object)}`);
  }
  const pairs = Object.entries(object);
  if (pairs.length === 0) throw new InvalidArgumentError(`${what} must not be empty`);
  return pairs;
}
