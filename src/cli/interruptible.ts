import type { ImapClient } from "../client/imap_client.ts";
import { MEMBERS } from "./members.ts";

/** A signal that is there while something runs. */
export type CurrentSignal = () => AbortSignal | undefined;

/** The same client, with every call given up when the signal of the moment it was made aborts. */
export function interruptible(client: ImapClient, current: CurrentSignal): ImapClient {
  return new Proxy(client, {
    get(target, name) {
      // The target itself, and not what stands for it, can reach its private fields.
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

/** Arguments whose options, which stand at the place said, have the signal. */
function within(
  signal: AbortSignal | undefined,
  args: readonly unknown[],
  place: number,
): readonly unknown[] {
  const options = args[place] ?? {};
  // What is wrong is left as it is, for the call itself to say so.
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
