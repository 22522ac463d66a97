// Runs and checks one program, and reports a failure.
import { check, type Verdict } from "./checker.ts";
import { type History, showOutcome } from "./history.ts";
import { type Program, showMail, showOp, showProgram } from "./program.ts";
import { run } from "./runner.ts";
import type { Stage } from "./scene.ts";

/** A program that was run. */
export interface Trial {
  readonly history: History;
  readonly verdict: Verdict;
}

/** Runs a program and checks it. */
export async function tryProgram(
  program: Program,
  stage: Stage,
  said?: (line: string) => void,
): Promise<Trial> {
  const history = await run(program, stage, said);
  return { history, verdict: judge(program, history) };
}

/** What can never be right needs no search. */
function judge({ settings, folders }: Program, history: History): Verdict {
  const broken = history.entries.filter(({ outcome }) => outcome.kind === "error");
  if (broken.length > 0) {
    return { passed: false, order: [], unexplained: broken.map(({ name }) => name) };
  }
  return check({ settings, folders, history, whole: true });
}

/** A failure in readable form: the program, its results, and what was sent. */
export async function report(program: Program, stage: Stage): Promise<string> {
  const said: string[] = [];
  const { history, verdict } = await tryProgram(program, stage, (line) => said.push(line));
  const byEnd = [...history.entries].sort((one, other) => one.ended - other.ended);
  return [
    showProgram(program),
    "what came of it:",
    ...byEnd.map(({ name, op, within, made, ended, ids, outcome }) => {
      const named = ids.length > 0 ? ` [${ids}]` : "";
      return `  ${made}-${ended} ${name}: ${showOp(op, within)}${named} -> ${showOutcome(outcome)}`;
    }),
    ...Object.entries(history.left).map(([name, mails]) => {
      return `  left in ${name}: ${mails.map(showMail).join(", ") || "nothing"}`;
    }),
    verdict.passed ? "this time it passed" : "an order that explains as much as can be:",
    `  ${verdict.order.join(", ")}`,
    `  and not: ${verdict.unexplained.join(", ")}`,
    "on the wire:",
    ...said.map((line) => `  ${line.replaceAll("\n", "\n  ")}`),
  ].join("\n");
}
