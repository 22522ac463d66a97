import type { View } from "./folder.ts";
import type { Match } from "./matches.ts";
import type { Message } from "./message.ts";
import type { Picked } from "./picked.ts";

/** A search whose result is kept up to date (RFC 5267 section 4.3). */
export interface SearchContext {
  /** The tag of the command. */
  readonly tag: string;
  /** Whether ids are UIDs. */
  readonly uid: boolean;
  /** Whether a message matches. */
  readonly matches: Match;
  /** Sorts what matches; `null` for the order of the folder. */
  readonly sort: ((found: readonly Picked[]) => readonly Picked[]) | null;
  /** What the client knows of the result, in its order. */
  known: readonly Message[];
}

/** The messages of the result that are gone or do not match any more: told before EXPUNGE. */
export function removals(view: View): string[] {
  return view.contexts.flatMap((context) => {
    const matching = new Set(found(view, context).map(({ message }) => message));
    const pairs: string[] = [];
    // From the end, so that the positions before it stay as they are.
    for (let at = context.known.length - 1; at >= 0; at--) {
      const message = context.known[at];
      if (matching.has(message)) continue;
      const sequence = view.messages.indexOf(message) + 1;
      const number = context.uid ? message.uid : sequence;
      pairs.push(`${context.sort === null ? 0 : at + 1} ${number}`);
    }
    context.known = context.known.filter((message) => matching.has(message));
    return responses(context, "REMOVEFROM", pairs);
  });
}

/** The messages that have come into the result: told after EXISTS. */
export function additions(view: View): string[] {
  return view.contexts.flatMap((context) => {
    const all = found(view, context);
    const pairs: string[] = [];
    all.forEach(({ message, sequence }, index) => {
      if (context.known.includes(message)) return;
      const number = context.uid ? message.uid : sequence;
      pairs.push(`${context.sort === null ? 0 : index + 1} ${number}`);
    });
    context.known = all.map(({ message }) => message);
    return responses(context, "ADDTO", pairs);
  });
}

function found(view: View, { matches, sort }: SearchContext): readonly Picked[] {
  const all: Picked[] = [];
  view.messages.forEach((message, index) => {
    const sequence = index + 1;
    if (!view.isGone(message) && matches(message, sequence)) all.push({ message, sequence });
  });
  return sort === null ? all : sort(all);
}

function responses({ tag, uid }: SearchContext, name: string, pairs: readonly string[]): string[] {
  if (pairs.length === 0) return [];
  return [`ESEARCH (TAG "${tag}")${uid ? " UID" : ""} ${name} (${pairs.join(" ")})`];
}
