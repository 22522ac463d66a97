import type { Villain } from "./villain.ts";

/** What a villain does with one connection. */
export type Script = (villain: Villain) => Promise<void>;

/** A greeting that lets the client in. */
export const WELCOME = "* PREAUTH [CAPABILITY IMAP4rev1] hello";

/** Lines as they are, `$` at the beginning of one standing for the tag. */
function tagged(lines: readonly string[], tag: string): string[] {
  return lines.map((line) => line.replace(/^\$(?= )/, tag));
}

/** Greets, and answers the command that follows with these lines. */
export function greets(greeting: string, ...lines: readonly string[]): Script {
  return async (villain) => {
    await villain.say(greeting);
    await villain.say(...tagged(lines, await villain.command()));
  };
}

/** Answers the first command of a client that has a folder selected with these lines. */
export function inFolder(...lines: readonly string[]): Script {
  return inFolderOf("IMAP4rev1", ...lines);
}

/** As {@linkcode inFolder}, for a server with these capabilities. */
export function inFolderOf(capabilities: string, ...lines: readonly string[]): Script {
  return async (villain) => {
    await villain.select(capabilities);
    await villain.say(...tagged(lines, await villain.command()));
  };
}

/** As {@linkcode inFolder}, but sends bytes that need not be lines. */
export function inFolderSends(...pieces: readonly string[]): Script {
  return async (villain) => {
    await villain.select();
    await villain.command();
    for (const piece of pieces) await villain.send(piece);
  };
}

/** How promises end: how many gave a value, and how many each error. */
export async function tally(calls: Iterable<Promise<unknown>>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const names = [...calls].map((call) => call.then(() => "fine", nameOf));
  for (const name of await Promise.all(names)) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** The name of an error's class, or what else was thrown. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}
