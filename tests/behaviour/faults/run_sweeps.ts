/**
 * Runs the sweeps that are named as arguments and prints a line of JSON for each; then it must end
 * by itself. In a process of its own, since what a test runner does to follow every promise makes
 * tens of thousands of sessions slow. Run by sweep_tests.ts.
 */

import process from "node:process";
import { SWEEPS } from "./sweeps.ts";

for (const name of process.argv.slice(2)) {
  const { offsets, verdict } = await SWEEPS.get(name)!();
  console.log(JSON.stringify({ name, offsets, verdict }));
}
