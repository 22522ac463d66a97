import type { Command } from "../connection/command.ts";

/**
 * A command with some of its members replaced. The others, methods and getters alike, still run on
 * the original command, so that what they keep in `this` is shared; a spread (`{ ...command }`)
 * loses that. `changes` may call the original's members.
 *
 * ```ts
 * import type { Command } from "@imapclient/imapclient";
 *
 * function shouted(command: Command<string>): Command<string> {
 *   return wrapped(command, { result: (done) => command.result(done).toUpperCase() });
 * }
 * ```
 */
export function wrapped<
  Inner extends Command<unknown>,
  const Changes extends Partial<Command<unknown>>,
>(command: Inner, changes: Changes): Omit<Inner, keyof Changes> & Changes {
  const members: Record<string, unknown> = command as object as Record<string, unknown>;
  const outer: Record<string, unknown> = { ...changes };
  for (let layer: object = command; layer !== Object.prototype; layer = prototypeOf(layer)) {
    for (const name of Object.getOwnPropertyNames(layer)) {
      if (name in outer) continue;
      const member = members[name];
      if (typeof member === "function") outer[name] = member.bind(command);
      else if (Object.getOwnPropertyDescriptor(layer, name)!.get === undefined) {
        outer[name] = member;
      } else Object.defineProperty(outer, name, { enumerable: true, get: () => members[name] });
    }
  }
  return outer as object as Omit<Inner, keyof Changes> & Changes;
}

const prototypeOf: (object: object) => object = Object.getPrototypeOf;
