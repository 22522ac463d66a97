// The live test of one account. livetest.mjs starts it as a test file on a runtime.
import process from "node:process";
import { ConfigError, parseConfigFile } from "../../../src/config/mod.ts";
import { register } from "./suite.ts";

const { IMAPCLIENT_LIVETEST: file = "", IMAPCLIENT_LIVETEST_ONLY: only = "" } = process.env;
try {
  const { default: main, sections } = await parseConfigFile(file);
  register({ main, alternates: sections, only });
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(`livetest: ${error.message}`);
  process.exit(2);
}
