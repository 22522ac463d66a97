// Looks for traces of a secret in everything that a program may print, send or store.
import { format, inspect } from "node:util";
import { Buffer } from "node:buffer";

/**
 * The random part of each secret is searched in pieces of this length: one piece already gives much
 * of it away.
 */
const PIECE = 9;

/** Something that must never be seen. */
export interface Secret {
  readonly text: string;
  /** The pieces to look for. */
  readonly pieces: readonly string[];
}

function random(): string {
  const letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789";
  const bytes = crypto.getRandomValues(new Uint8Array(PIECE));
  return Array.from(bytes, (byte) => letters[byte % letters.length]).join("");
}

/** A new secret: `s3cr3t-`, and random pieces with `between` between them. */
export function newSecret(between = "-"): Secret {
  const pieces = [random(), random(), random()];
  return { text: `s3cr3t-${pieces.join(between)}`, pieces };
}

/** What a text looks like inside a base64 text, for each of its three alignments. */
function base64Of(piece: string): string[] {
  return [0, 1, 2].map((shift) => {
    const whole = Buffer.from("\0".repeat(shift) + piece).toString("base64");
    const unused = Math.ceil(shift * 4 / 3);
    const length = Math.floor((shift + piece.length) / 3) * 4;
    return whole.slice(unused, length);
  });
}

/** The first trace of a secret in a text; `null` if there is none. */
export function traceIn(text: string, secrets: readonly Secret[]): string | null {
  for (const { pieces } of secrets) {
    for (const piece of pieces) {
      const hex = Buffer.from(piece).toString("hex");
      for (const form of [piece, hex, ...base64Of(piece)]) {
        const at = text.indexOf(form);
        if (at >= 0) return text.slice(Math.max(0, at - 60), at + form.length + 20);
      }
    }
  }
  return null;
}

const { Deno, Bun } = globalThis as unknown as Readonly<
  Record<string, { inspect(value: unknown, options?: object): string } | undefined>
>;

/** Everything that a value shows, in every way in which it can be shown. */
export function shownBy(value: unknown, depth = 0): string {
  const hidden = { depth: 10, showHidden: true };
  const ways = [
    () => String(value),
    () => JSON.stringify(value),
    () => inspect(value, hidden),
    () => inspect([value], { depth: 10, compact: false }),
    () => format("%s %o %O %j", value, value, value, value),
    // What `console.log` prints, on each runtime.
    () => format(value),
    () => Deno?.inspect(value),
    () => Bun?.inspect(value),
    () => Deno?.inspect(value, { depth: 10, showHidden: true }),
    () => Bun?.inspect(value, { depth: 10 }),
  ];
  const texts = ways.map((way) => {
    try {
      return way();
    } catch {
      return ""; // such as a cyclic structure
    }
  });
  return [...texts, ...depth < 5 ? ofError(value, depth) : []].join("\n");
}

/** The content of an error, and of its causes. */
function ofError(value: unknown, depth: number): string[] {
  if (!(value instanceof Error)) return [];
  const own = Object.getOwnPropertyNames(value).map((name) => {
    const it: unknown = Reflect.get(value, name);
    return typeof it === "object" && it !== null ? shownBy(it, depth + 1) : String(it);
  });
  const { cause } = value;
  return [value.message, String(value.stack), ...own, cause ? shownBy(cause, depth + 1) : ""];
}
