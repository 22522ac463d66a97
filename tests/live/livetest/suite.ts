import { after, before, describe, it } from "node:test";
import { assertRejects } from "@std/assert";
import { type ImapClient, ImapError, TimeoutError } from "@imapclient/imapclient";
import { type AccountConfig, createClientFromConfig } from "../../../src/config/mod.ts";
import { Account } from "./account.ts";
import { BY_ID } from "./by_id.ts";
import { Coverage } from "./coverage.ts";
import { EXTENSIONS } from "./extensions.ts";
import { GENERAL } from "./general.ts";

/**
 * A test of the suite: its name, what it does with a logged-in client, and the capability that the
 * server must have for it. If the server lacks anything else, it returns what it has instead.
 */
export type Check = readonly [
  name: string,
  check: (account: Account, client: ImapClient) => Promise<string | void>,
  needs?: string,
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
  const coverage = new Coverage();
  group("general", { main, checks: GENERAL, only, coverage });
  group("with UIDs", { main, checks: BY_ID, only, coverage });
  group("with sequence numbers", { main, checks: BY_ID, only, coverage, useUid: false });
  group("extensions", { main, checks: EXTENSIONS, only, coverage });
  // On the same machine everything but a handshake is faster than the shortest timer.
  const isQuick = main.ssl === false && /^(?:localhost|127\.|::1)/.test(main.host ?? "");
  if (!isQuick) timeouts(main, only);
  for (const [name, config] of alternates) alternate(name, config, only);
  it("the server's extensions", () => {
    for (const line of coverage.lines()) console.log(line);
  });
}

interface Group {
  readonly main: AccountConfig;
  readonly checks: readonly Check[];
  readonly only: string;
  readonly coverage: Coverage;
  readonly useUid?: boolean;
}

/** A group of tests, with one login for all of them. */
function group(name: string, { main, checks, only, coverage, useUid = true }: Group): void {
  const chosen = checks.filter(([check]) => `${name} ${check}`.includes(only));
  if (chosen.length === 0) return;
  describe(name, () => {
    const account = new Account(main);
    let client: ImapClient;
    before(async () => {
      try {
        client = await account.prepare();
        coverage.offers(account.capabilities);
      } catch (error) {
        // Not every runtime calls `after` in this case.
        await account.finish().catch(() => {});
        throw error;
      }
    });
    after(() => account.finish());
    for (const check of chosen) {
      it(check[0], async (test) => {
        // An earlier test may have lost the connection; each must give its own result.
        if (client.closed) client = await account.open();
        client.useUid = useUid;
        const lack = await run(check, account, client, coverage);
        if (typeof lack !== "string") return;
        test.skip(`the server has ${lack}`);
        // Not every runtime reports what is skipped.
        console.log(`left out, as the server has ${lack}: ${check[0]}`);
      });
    }
  });
}

/** Runs a test if the server has what it needs, and notes the result. */
async function run(
  [, check, needs]: Check,
  account: Account,
  client: ImapClient,
  coverage: Coverage,
): Promise<string | void> {
  if (needs === undefined) return await check(account, client);
  if (!account.has(needs) && !await client.hasCapability(needs)) {
    coverage.lacks(needs);
    return `no ${needs}`;
  }
  try {
    const lack = await check(account, client);
    if (typeof lack !== "string") coverage.tried(needs, true);
    return lack;
  } catch (error) {
    coverage.tried(needs, false);
    throw error;
  }
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
