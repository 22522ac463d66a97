// The files and folders of tests/ that only `npm run test:all` runs; `npm test` runs everything
// else. These try every byte or thousands of random inputs, transfer a lot of data, take long,
// start a process for each case, or need a real server.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const tests = dirname(dirname(fileURLToPath(import.meta.url)));

const THOROUGH = [
  "behaviour/cli/batch.test.ts",
  "behaviour/cli/interact.test.ts",
  "behaviour/cli/transfer.test.ts",
  "behaviour/concurrency/programs.test.ts",
  "behaviour/concurrency/purging.test.ts",
  "behaviour/connection/busy_program.test.ts",
  "behaviour/connection/turns.test.ts",
  "behaviour/connection/unasked.test.ts",
  "behaviour/faults/broken_session.test.ts",
  "behaviour/faults/busy_session.test.ts",
  "behaviour/faults/mail_safety.test.ts",
  "behaviour/faults/process_ends.test.ts",
  "behaviour/faults/silent_session.test.ts",
  "behaviour/faults/split_session.test.ts",
  "behaviour/fuzz",
  "behaviour/hostile/effort.test.ts",
  "behaviour/hostile/floods.test.ts",
  "behaviour/hostile/silence.test.ts",
  "behaviour/injection/own_words.test.ts",
  "behaviour/long_life",
  "behaviour/memory",
  "behaviour/secrets/long_login.test.ts",
  "behaviour/transports/bytes.test.ts",
  "live",
  "unit/commands/any_answer.test.ts",
  "unit/commands/folders/many_details.test.ts",
  "unit/release.test.ts",
];

// An entry that matches nothing would move its tests to the other list unnoticed.
for (const place of THOROUGH) {
  if (!existsSync(join(tests, place))) throw new Error(`thorough.mjs: no ${place} in tests`);
}

/** Whether only `npm run test:all` runs a file, given by its path in tests/. */
export function isThorough(file) {
  return THOROUGH.some((place) => file === place || file.startsWith(`${place}/`));
}
