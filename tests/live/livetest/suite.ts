import { after, before, describe, it } from "node:test";
import { assertRejects } from "@std/assert";
import { type ImapClient, ImapError, TimeoutError } from "@imapclient/imapclient";
import { type AccountConfig, createClientFromConfig } from "../../../src/config/mod.ts";
import { Account } from "./account.ts";
import { BY_ID } from "./by_id.ts";
import { GENERAL } from "./general.ts";

/**
 * A test of the suite: its name, and what it does with a client that is logged in. It gives what the
 * server lacks, where it can't be tried.
 */
export type Check = readonly [
  name: string,
  check: (account: Account, client: ImapClient) => Promise<string | void>,
];

/** What is to be tested. */
export interface LiveTest {
  /** The account with which all is tried. */
  readonly main: AccountConfig;
  /** Other ways to reach it, by their names, each of which is only connected to. */
  readonly alternates: ReadonlyMap<string, AccountConfig>;
  /** A part of the names of the tests to run. */
  readonly only: string;
}

/** Registers all tests. */
export function register({ main, alternates, only }: LiveTest): void {
  group("general", main, GENERAL, only);
  group("with UIDs", main, BY_ID, only);
  group("with sequence numbers", main, BY_ID, only, false);
  // Within one machine all but a handshake is quicker than the shortest timer.
  const isQuick = main.ssl === false && /^(?:localhost|127\.|::1)/.test(main.host ?? "");
  if (!isQuick) timeouts(main, only);
  for (const [name, config] of alternates) alternate(name, config, only);
}

/** One login for all tests of a group. */
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
        // Not every runtime calls `after` then.
        await account.finish().catch(() => {});
        throw error;
      }
    });
    after(() => account.finish());
    for (const [check, run] of chosen) {
      it(check, async (test) => {
        // Where a test before has lost it: each has its own say.
        if (client.closed) client = await account.open();
        client.useUid = useUid;
        const lack = await run(account, client);
        if (typeof lack !== "string") return;
        test.skip(`the server has ${lack}`);
        // Not every runtime tells what is skipped.
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

/** A configuration that must work or, with `expect_failure`, must fail in that very way. */
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

/** What keeps a client from being made and logged out; `null` if nothing does. */
async function outcome(config: AccountConfig): Promise<unknown> {
  try {
    const client = await createClientFromConfig(config);
    await client.logout();
    return null;
  } catch (error) {
    return error;
  }
}
