import { after, before, describe, it } from "node:test";
import { assertRejects } from "@std/assert";
import { type ImapClient, ImapError, TimeoutError } from "@imapclient/imapclient";
import { type AccountConfig, createClientFromConfig } from "../../../src/config/mod.ts";
import { Account } from "./account.ts";
import { BY_ID } from "./by_id.ts";
import { GENERAL } from "./general.ts";

/**
 * A test of the suite: its name, and what it does with a logged-in client. If the server lacks what
 * it needs, it returns what that is.
 */
export type Check = readonly [
  name: string,
  check: (account: Account, client: ImapClient) => Promise<string | void>,
];

/** What to test. */
export interface LiveTest {
  /** The account that everything is tested with. */
  readonly main: AccountConfig;
  /** Other ways to reach it, by name; these are only connected to. */
  readonly alternates: ReadonlyMap<string, AccountConfig>;
  /** A part of the names of the tests to run. */
  readonly only: string;
}

/** Registers all tests. */
export function register({ main, alternates, only }: LiveTest): void {
  group("general", main, GENERAL, only);
  group("with UIDs", main, BY_ID, only);
  group("with sequence numbers", main, BY_ID, only, false);
  // On the same machine everything but a handshake is faster than the shortest timer.
  const isQuick = main.ssl === false && /^(?:localhost|127\.|::1)/.test(main.host ?? "");
  if (!isQuick) timeouts(main, only);
  for (const [name, config] of alternates) alternate(name, config, only);
}

/** A group of tests, with one login for all of them. */
function group(
  name: string,
  config: AccountConfig,
  checks: readonly Check[],
  only: string,
  useUid = true,
): void {
  const chosen = checks.filter(([check]) => `${name} ${check}`.includes(only));
  if (chosen.length === 0) return;
  describe(name, () => {
    const account = new Account(config);
    let client: ImapClient;
    before(async () => {
      try {
        client = await account.prepare();
      } catch (error) {
        // Not every runtime calls `after` in this case.
        await account.finish().catch(() => {});
        throw error;
      }
    });
    after(() => account.finish());
    for (const [check, run] of chosen) {
      it(check, async (test) => {
        // An earlier test may have lost the connection; each must give its own result.
        if (client.closed) client = await account.open();
        client.useUid = useUid;
        const lack = await run(account, client);
        if (typeof lack !== "string") return;
        test.skip(`the server has ${lack}`);
        // Not every runtime reports what is skipped.
        console.log(`left out, as the server has ${lack}: ${check}`);
      });
    }
  });
}

function timeouts(config: AccountConfig, only: string): void {
  const tests = [
    ["U6 a connection that takes too long fails", async () => {
      const timeout = { connect: 0.000001, read: 10 };
      await assertRejects(() => createClientFromConfig({ ...config, timeout }), ImapError);
    }],
    ["U6 an answer that takes too long fails", async () => {
      const timeout = { connect: 30, read: 0.00001 };
      await assertRejects(() => createClientFromConfig({ ...config, timeout }), TimeoutError);
    }],
  ] as const;
  const chosen = tests.filter(([name]) => `timeouts ${name}`.includes(only));
  if (chosen.length > 0) describe("timeouts", () => chosen.forEach(([name, run]) => it(name, run)));
}

/** A configuration that must work or, with `expect_failure`, must fail with a matching error. */
function alternate(name: string, config: AccountConfig, only: string): void {
  if (!`alternate ${name}`.includes(only)) return;
  it(`U4 alternate ${name}`, async () => {
    const error = await outcome(config);
    if (config.expectFailure === undefined) {
      if (error !== null) throw error;
    } else if (error === null || !new RegExp(config.expectFailure).test(String(error))) {
      const what = error === null ? "it worked" : `it was: ${error}`;
      throw new Error(`expected a failure like ${config.expectFailure}, but ${what}`);
    }
  });
}

/** The error of creating a client and logging out; `null` if there is none. */
async function outcome(config: AccountConfig): Promise<unknown> {
  try {
    const client = await createClientFromConfig(config);
    await client.logout();
    return null;
  } catch (error) {
    return error;
  }
}
