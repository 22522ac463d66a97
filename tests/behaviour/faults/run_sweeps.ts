/**
 * Runs the sweeps named as arguments and prints a line of JSON for each. Then the process must end
 * by itself. It is a separate process, since test runners follow every promise and make tens of
 * thousands of sessions slow. Run by sweep_tests.ts.
 */

import process from "node:process";
import { SWEEPS } from "./sweeps.ts";

for (const name of process.argv.slice(2)) {
  const { offsets, verdict } = await SWEEPS.get(name)!();
  console.log(JSON.stringify({ name, offsets, verdict }));
}
