import type { Villain } from "./villain.ts";

/** What a villain does with one connection. */
export type Script = (villain: Villain) => Promise<void>;

/** A greeting that logs the client in. */
export const WELCOME = "* PREAUTH [CAPABILITY IMAP4rev1] hello";

/** The lines with the tag in place of a `$` at the beginning. */
function tagged(lines: readonly string[], tag: string): string[] {
  return lines.map((line) => line.replace(/^\$(?= )/, tag));
}

/** Sends a greeting, and answers the next command with these lines. */
export function greets(greeting: string, ...lines: readonly string[]): Script {
  return async (villain) => {
    await villain.say(greeting);
    await villain.say(...tagged(lines, await villain.command()));
  };
}

/** Answers a client's first command in a selected folder with these lines. */
export function inFolder(...lines: readonly string[]): Script {
  return inFolderOf("IMAP4rev1", ...lines);
}

/** Like {@linkcode inFolder}, for a server with these capabilities. */
export function inFolderOf(capabilities: string, ...lines: readonly string[]): Script {
  return async (villain) => {
    await villain.select(capabilities);
    await villain.say(...tagged(lines, await villain.command()));
  };
}

/** Like {@linkcode inFolder}, but sends bytes that need not be lines. */
export function inFolderSends(...pieces: readonly string[]): Script {
  return async (villain) => {
    await villain.select();
    await villain.command();
    for (const piece of pieces) await villain.send(piece);
  };
}

/** How promises end: how many with a value, and how many with each error. */
export async function tally(calls: Iterable<Promise<unknown>>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const names = [...calls].map((call) => call.then(() => "fine", nameOf));
  for (const name of await Promise.all(names)) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** The name of an error's class, or the value that was thrown. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}
