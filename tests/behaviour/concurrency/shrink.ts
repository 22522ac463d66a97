import type { Program } from "./program.ts";

/** How many smaller programs are tried. */
const MAX_TRIES = 400;

/**
 * The smallest program found that still fails: tasks and calls are left out one by one, and then
 * whatever is unusual about each.
 */
export async function shrink(
  program: Program,
  fails: (program: Program) => Promise<boolean>,
): Promise<Program> {
  let smallest = program;
  let tried = 0;
  for (let found = true; found;) {
    found = false;
    for (const candidate of smaller(smallest)) {
      if (tried++ >= MAX_TRIES) return smallest;
      if (!await fails(candidate)) continue;
      smallest = candidate;
      found = true;
      break;
    }
  }
  return smallest;
}

/** Programs with one thing less. */
function* smaller(program: Program): Generator<Program> {
  const { prelude, tasks, settings, folders } = program;
  if (prelude.length > 0) yield { ...program, prelude: [] };
  for (const i of tasks.keys()) yield { ...program, tasks: tasks.toSpliced(i, 1) };
  for (const [i, { calls }] of tasks.entries()) {
    for (const j of calls.keys()) {
      yield withCalls(program, i, calls.toSpliced(j, 1));
    }
  }
  for (const [i, { calls }] of tasks.entries()) {
    for (const [j, call] of calls.entries()) {
      const others = (changed: Partial<typeof call>) => {
        return withCalls(program, i, calls.with(j, { ...call, ...changed }));
      };
      if (call.abort !== null) yield others({ abort: null });
      if (!call.awaited) yield others({ awaited: true });
      if (call.pause > 0) yield others({ pause: 0 });
    }
  }
  if (settings.idsAtOnce < 8000) yield { ...program, settings: { ...settings, idsAtOnce: 8000 } };
  // What another session adds would get the UID of a message that was left out.
  if (tasks.some(({ by }) => by === "other")) return;
  for (const [name, mails] of Object.entries(folders)) {
    if (mails.length > 1) {
      yield { ...program, folders: { ...folders, [name]: mails.slice(0, -1) } };
    }
  }
}

function withCalls(program: Program, i: number, calls: Program["tasks"][number]["calls"]): Program {
  const task = { ...program.tasks[i], calls };
  return { ...program, tasks: program.tasks.with(i, task) };
}
