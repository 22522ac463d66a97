import { BACKSLASH, LPAREN, SP } from "../util/bytes.ts";
import { encodeUtf7 } from "../mime/utf7.ts";
import type { Arguments } from "./arguments.ts";
import { astring, binaryOf, string } from "./output.ts";
import { bad } from "./refusal.ts";

/** Gmail's own labels; no other label may begin with a backslash. */
const SYSTEM_LABELS: readonly string[] = [
  ...["\\Inbox", "\\Sent", "\\Important", "\\Starred", "\\Draft"],
  ...["\\Spam", "\\Trash", "\\Muted"],
];

/** Whether STORE adds labels, removes them, or replaces all others. */
export type Sign = "+" | "-" | "";

/** The labels of a message (Gmail's X-GM-LABELS), in any letter case. */
export class Labels {
  readonly #byKey = new Map<string, string>();

  /** Whether the message has a label. */
  has(label: string): boolean {
    return this.#byKey.has(label.toLowerCase());
  }

  /** All labels. */
  get all(): string[] {
    return [...this.#byKey.values()];
  }

  /** Whether one of the labels meets a condition. */
  some(wanted: (label: string) => boolean): boolean {
    return this.all.some(wanted);
  }

  /** Adds, removes or sets labels. */
  change(sign: Sign, labels: Iterable<string>): void {
    if (sign === "") this.#byKey.clear();
    for (const label of labels) {
      const key = label.toLowerCase();
      if (sign === "-") this.#byKey.delete(key);
      else if (!this.#byKey.has(key)) this.#byKey.set(key, label);
    }
  }

  /** The form that FETCH has. Gmail quotes its own labels: `("\\\\Important" foo)`. */
  show(utf8: boolean): string {
    const encoded = (label: string) => utf8 ? binaryOf(label) : encodeUtf7(label);
    const show = (label: string) => label.startsWith("\\") ? string(label) : astring(label);
    return `(${this.all.map((label) => show(encoded(label))).join(" ")})`;
  }
}

/** A label as it is stored; `null` if it is not valid. */
export function knownLabel(label: string): string | null {
  if (!label.startsWith("\\")) return label === "" ? null : label;
  return SYSTEM_LABELS.find((known) => known.toLowerCase() === label.toLowerCase()) ?? null;
}

/** Reads labels, with or without parentheses, each in modified UTF-7. */
export function readLabels(args: Arguments): string[] {
  const labels: string[] = [];
  if (args.peek() === LPAREN) args.list(() => labels.push(readLabel(args)), "empty");
  else do labels.push(readLabel(args)); while (args.take(SP));
  return labels;
}

/** Reads a label. Gmail's own may be quoted or not. */
function readLabel(args: Arguments): string {
  const name = args.take(BACKSLASH) ? `\\${args.atom()}` : args.mailbox();
  const label = knownLabel(name);
  if (label === null) throw bad("there can't be such a label");
  return label;
}
