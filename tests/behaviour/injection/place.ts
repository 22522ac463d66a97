import type { ImapClient } from "../../../src/client/imap_client.ts";
import {
  CapabilityError,
  type ImapError,
  InvalidArgumentError,
  InvalidCriteriaError,
} from "../../../src/model/errors.ts";
import * as kinds from "./kinds.ts";
import type { Kind } from "./kinds.ts";
import type { Word } from "./scanner.ts";
import type { Setting, State } from "./watched_client.ts";

/** A place in a call for a caller's value. */
export interface Place {
  /** Which argument of the call it is, and in which form. */
  readonly name: string;
  readonly state: State;
  readonly call: (client: ImapClient, value: string) => unknown;
  /** How the server sees a text here. */
  readonly kind: Kind;
  /** The command that the server sees. */
  readonly sent: (seen: Word, setting: Setting, value: string) => readonly Word[];
  /** The errors that refuse what can't be sent. */
  readonly refusals: readonly (abstract new (...args: never[]) => ImapError)[];
  /** Whether bytes are accepted too: any, those of a folder's name, or only bytes. */
  readonly bytes?: "any" | "mailbox" | "only";
  /** What a value of another type may lead to: a command, or nothing at all. */
  readonly odd?: (value: unknown) => readonly Word[] | "nothing" | undefined;
  /** More texts to try here. */
  readonly also?: readonly string[];
  /** No text is accepted here. */
  readonly noText?: boolean;
  /** The language itself converts the value to a text here. */
  readonly isKey?: boolean;
}

/** A method of the client. */
export interface Method {
  /** How many parameters it has: each new one is a new place. */
  readonly parameters: number;
  /** Empty if the server gets nothing that the caller passes. */
  readonly places: readonly Place[];
}

type More = Partial<Place>;
type Call = Place["call"];

/** A place with the usual settings. */
export function place(
  name: string,
  call: Call,
  kind: Kind,
  sent: Place["sent"],
  more: More = {},
): Place {
  return { name, state: "selected", call, kind, sent, refusals: [InvalidArgumentError], ...more };
}

/** A folder's name; it replaces `FOLDER` in `command`. */
export function folder(name: string, call: Call, command: readonly Word[], more: More = {}): Place {
  const sent = (seen: Word) => put(command, "FOLDER", seen);
  const state = "authenticated" as const;
  return place(name, call, kinds.mailbox, sent, { state, bytes: "mailbox", ...more });
}

/** Message ids; they replace `IDS` in `command`. */
export function ids(name: string, call: Call, command: readonly Word[], more: More = {}): Place {
  const odd = (value: unknown) => {
    const numbers = typeof value === "number" ? [value] : value;
    if (numbers instanceof Uint16Array) return put(command, "IDS", "65:66");
    if (!Array.isArray(numbers)) return undefined;
    if (numbers.length === 0) return "nothing" as const;
    const seen = numbers.every(isId) ? kinds.ids(numbers.join()) : null;
    return seen === null ? undefined : put(command, "IDS", seen);
  };
  return place(name, call, kinds.ids, (seen) => put(command, "IDS", seen), { odd, ...more });
}

function isId(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value < 2 ** 32;
}

/** Anything else; it replaces `IT` in `command`. */
export function word(
  name: string,
  call: Call,
  kind: Kind,
  command: readonly Word[],
  more: More = {},
): Place {
  return place(name, call, kind, (seen) => put(command, "IT", seen), more);
}

/** A search criterion; it replaces `IT` in `command`, and the charset is sent if necessary. */
export function criterion(
  name: string,
  call: Call,
  kind: Kind,
  command: readonly Word[],
  more: More = {},
): Place {
  const tells = command[0] === "UID SEARCH" || command[0] === "ESEARCH";
  const sent: Place["sent"] = (seen, { utf8 }, value) => {
    const [first, ...rest] = put(command, "IT", seen);
    const told = tells && !utf8 && /[\u0080-\uffff]/.test(value) ? ["CHARSET", "UTF-8"] : [];
    // After the folders and what to return.
    if (first === "ESEARCH") return [first, ...rest.slice(0, 4), ...told, ...rest.slice(4)];
    return [first, ...told, ...rest];
  };
  // A number is accepted as text.
  const odd = (value: unknown) => {
    const isNumber = typeof value === "bigint" || Number.isFinite(value);
    if (kind !== kinds.text || !isNumber) return undefined;
    return sent(String(value), {} as Setting, "");
  };
  return place(name, call, kind, sent, { refusals: [InvalidCriteriaError], odd, ...more });
}

/** A value that only decides whether the call is possible. */
export const CAPABILITY: More = { refusals: [InvalidArgumentError, CapabilityError] };

/** A command with a word replaced, at any depth. */
export function put(command: readonly Word[], hole: string, seen: Word): readonly Word[] {
  return command.flatMap((it): readonly Word[] => {
    if (it === hole) return [seen];
    if (it === `...${hole}` && Array.isArray(seen)) return seen;
    return [typeof it === "object" && it !== null ? put(it, hole, seen) : it];
  });
}

/** A list is a command with that list; no other value that is not a text is one. */
export function listOf(command: readonly Word[], hole: string): Place["odd"] {
  return (value) => {
    return Array.isArray(value) && value.length === 0 ? put(command, hole, []) : undefined;
  };
}
