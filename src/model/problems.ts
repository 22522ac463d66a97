import type { BadItem } from "./responses.ts";

/** What is wrong with each message, by the names of its items. */
const problems = new WeakMap<object, Map<string, BadItem>>();
/** How many problems of one message are kept. */
const MAX_PROBLEMS = 100;

/** Keeps what is wrong with a message; reading such an item throws. */
export function noteProblems(message: object, bad: readonly BadItem[]): void {
  const known = problems.get(message) ?? new Map<string, BadItem>();
  problems.set(message, known);
  for (const item of bad) {
    const { name, error } = item;
    if (known.has(name) || known.size >= MAX_PROBLEMS) continue;
    known.set(name, item);
    if (name === "" || name in message) continue;
    Object.defineProperty(message, name, {
      configurable: true,
      enumerable: false,
      get(): never {
        throw error;
      },
      set: (value: unknown) => repair(message, name, value),
    });
  }
}

/** The server has sent an item again, and this time it can be read. */
function repair(message: object, name: string, value: unknown): void {
  const ordinary = { configurable: true, enumerable: true, writable: true };
  Object.defineProperty(message, name, { ...ordinary, value });
  problems.get(message)?.delete(name);
}

/**
 * The items of a fetched message that the server did not send or that can't be read: their names,
 * what the server sent, and what is wrong with it. Empty for a message without problems.
 *
 * ```ts
 * import { fetchProblems, type ImapClient } from "@imapclient/imapclient";
 *
 * async function check(client: ImapClient) {
 *   for (const [id, message] of await client.fetch("1:*", ["ENVELOPE"])) {
 *     for (const { name, error } of fetchProblems(message)) console.warn(id, name, error.message);
 *   }
 * }
 * ```
 */
export function fetchProblems(message: object): readonly BadItem[] {
  return [...problems.get(message)?.values() ?? []];
}

/** The value of an item; `undefined` if it is missing or can't be read. */
export function valueOf(message: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(message, key)?.value;
}
