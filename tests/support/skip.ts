import process from "node:process";

/**
 * Takes the reason why live tests cannot run here, or `false`, and returns it in the form that
 * `node:test` wants for `skip`. It also prints the reason for the summary of tests/run.mjs, since
 * not every runtime shows it. With `IMAPCLIENT_REQUIRE_LIVE=1` nothing may be skipped, so it
 * throws.
 */
export function skipLive(reason: string | false): string | false {
  if (reason === false) return false;
  if (process.env.IMAPCLIENT_REQUIRE_LIVE === "1") {
    throw new Error(`live tests are required, but ${reason}`);
  }
  console.error(`live tests skipped: ${reason}`);
  return reason;
}
