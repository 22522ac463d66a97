import type { ImapClient } from "../client/imap_client.ts";
import { MEMBERS } from "./members.ts";

/** The signal of what runs, if anything does. */
export type CurrentSignal = () => AbortSignal | undefined;

/** The same client, whose calls are aborted by the signal that is present when they are made. */
export function interruptible(client: ImapClient, current: CurrentSignal): ImapClient {
  return new Proxy(client, {
    get(target, name) {
      // Only the target itself can reach its private fields, not its proxy.
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      const parameters = MEMBERS[name as keyof typeof MEMBERS] ?? null;
      return (...args: unknown[]) => {
        if (parameters === null) return value.apply(target, args);
        const hasMechanism = name === "saslLogin" && typeof args[0] !== "string";
        return value.apply(target, within(current(), args, hasMechanism ? 1 : parameters - 1));
      };
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
}

/** The arguments, with the signal added to the options at this place. */
function within(
  signal: AbortSignal | undefined,
  args: readonly unknown[],
  place: number,
): readonly unknown[] {
  const options = args[place] ?? {};
  // Wrong arguments are left to the call, which says what is wrong.
  if (signal === undefined || args.length > place + 1 || !isPlain(options)) return args;
  const own = (options as { signal?: AbortSignal }).signal;
  const both = own === undefined ? signal : AbortSignal.any([own, signal]);
  const given = [...args];
  given[place] = { ...options, signal: both };
  return given;
}

function isPlain(options: unknown): boolean {
  return typeof options === "object" && options !== null &&
    Object.getPrototypeOf(options) === Object.prototype;
}
