import process from "node:process";

/**
 * Takes the reason for which live tests cannot run here, or `false`, and gives it on as what
 * `node:test` wants for `skip`. The reason is said aloud, for the runner's closing lines: not every
 * runtime shows it. With `IMAPCLIENT_REQUIRE_LIVE=1` nothing may be skipped, so it throws.
 */
export function skipLive(reason: string | false): string | false {
  if (reason === false) return false;
  if (process.env.IMAPCLIENT_REQUIRE_LIVE === "1") {
    throw new Error(`live tests are required, but ${reason}`);
  }
  console.error(`live tests skipped: ${reason}`);
  return reason;
}
