import { env } from "node:process";
import { makeProgram, type Profile } from "./generator.ts";
import type { Stage } from "./scene.ts";
import { shrink } from "./shrink.ts";
import { report, tryProgram } from "./trial.ts";

/** How many programs are run, and from which seed on. */
export interface Amount {
  readonly seed: number;
  readonly programs: number;
}

/** As the environment wants it, else so many. */
export function amount(programs: number): Amount {
  const { IMAPCLIENT_SEED, IMAPCLIENT_PROGRAMS } = env;
  // A seed alone: that program.
  const more = IMAPCLIENT_SEED === undefined ? programs : 1;
  return { seed: Number(IMAPCLIENT_SEED ?? 1), programs: Number(IMAPCLIENT_PROGRAMS ?? more) };
}

/** Runs programs; throws at the first that fails, with its smallest form. */
export async function runMany(
  stage: Stage,
  profile: Profile,
  { seed, programs }: Amount,
): Promise<void> {
  let undecided = 0;
  for (let i = seed; i < seed + programs; i++) {
    const program = makeProgram(i, profile);
    const { passed } = (await tryProgram(program, stage)).verdict;
    if (passed === null) undecided++;
    if (passed !== false) continue;
    const smallest = await shrink(program, async (it) => {
      return (await tryProgram(it, stage)).verdict.passed === false;
    });
    throw new Error(
      `IMAPCLIENT_SEED=${i}: no order of whole calls gives this\n${await report(smallest, stage)}`,
    );
  }
  if (undecided > programs / 100) throw new Error(`${undecided} of ${programs} were not decided`);
}
