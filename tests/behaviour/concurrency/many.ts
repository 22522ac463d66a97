import { env } from "node:process";
import { makeProgram, type Profile } from "./generator.ts";
import type { Stage } from "./scene.ts";
import { shrink } from "./shrink.ts";
import { report, tryProgram } from "./trial.ts";

/** How many programs to run, from which seed on. */
export interface Amount {
  readonly seed: number;
  readonly programs: number;
}

/** The amount set in the environment, else 1,000; a slower server gets this part of it. */
export function amount(part = 1): Amount {
  const { IMAPCLIENT_SEED, IMAPCLIENT_PROGRAMS } = env;
  // A seed alone means only that program.
  const usual = IMAPCLIENT_SEED === undefined ? 1000 : 1;
  const programs = Math.ceil(Number(IMAPCLIENT_PROGRAMS ?? usual) * part);
  return { seed: Number(IMAPCLIENT_SEED ?? 1), programs };
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
