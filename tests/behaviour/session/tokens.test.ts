// Tokens of `authenticate`: where they come from, and when another one is asked for.
import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import {
  type ConnectOptions,
  ImapError,
  InvalidArgumentError,
  LoginError,
  TimeoutError,
  type TokenReason,
} from "../../../mod.ts";
import {
  connectFake,
  type FakeServer,
  isPending,
  KeptLog,
  outcome,
  test,
} from "../../support/fake_server.ts";

const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
const IN = "OK [CAPABILITY IMAP4rev1] in";
const OLD = "ya29.old-t0ken";
const NEW = "ya29.new-t0ken";

const MESSAGES = {
  XOAUTH2: (token: string) => `user=ann\x01auth=Bearer ${token}\x01\x01`,
  OAUTHBEARER: (token: string) => `n,a=ann,\x01auth=Bearer ${token}\x01\x01`,
};
type Mechanism = keyof typeof MESSAGES;

function open(mechanism: Mechanism, options: ConnectOptions = {}) {
  return connectFake(options, `* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=${mechanism}] ready`);
}

/** Reads an AUTHENTICATE with this token. */
async function heard(server: FakeServer, mechanism: Mechanism, token: string): Promise<string> {
  return await server.expect(`AUTHENTICATE ${mechanism} ${base64(MESSAGES[mechanism](token))}`);
}

/** Refuses a token: with a challenge, if there is one, and then with these words. */
async function refuse(
  server: FakeServer,
  mechanism: Mechanism,
  token: string,
  challenge: string | null = '{"status":"invalid_token"}',
  words = "NO [AUTHENTICATIONFAILED] no",
): Promise<void> {
  const tag = await heard(server, mechanism, token);
  if (challenge !== null) {
    await server.send(`+ ${base64(challenge)}`);
    await server.line();
  }
  await server.send(`${tag} ${words}`);
}

/** A provider that returns these in turn, and what it was told. */
function provider(...tokens: (string | Error)[]) {
  const told: TokenReason[] = [];
  const tokenProvider = (why: TokenReason): Promise<string> => {
    told.push(why);
    const token = tokens[told.length - 1];
    return typeof token === "string" ? Promise.resolve(token) : Promise.reject(token);
  };
  return { told, credentials: { user: "ann", tokenProvider } };
}

/** Everything that an error or a log shows. */
function assertKeeps(...shown: unknown[]): void {
  for (const it of shown) {
    const text = it instanceof Error ? `${it.stack} ${JSON.stringify(it)}` : String(it);
    for (const secret of [OLD, NEW, base64(OLD).slice(4, 12), base64(NEW).slice(4, 12)]) {
      assert(!text.includes(secret), text);
    }
  }
}

const EXPIRED: readonly [Mechanism, string | null, string][] = [
  ["OAUTHBEARER", '{"status":"invalid_token","scope":"mail"}', "NO [AUTHENTICATIONFAILED] no"],
  ["OAUTHBEARER", '{"status":"401"}', "NO no"],
  ["XOAUTH2", '{"status":"400","schemes":"Bearer"}', "NO [AUTHENTICATIONFAILED] no"],
  ["XOAUTH2", '{"status":"401"}', "NO no"],
  ["XOAUTH2", null, "NO AUTHENTICATE failed."],
  ["XOAUTH2", null, "NO [EXPIRED] old"],
  ["OAUTHBEARER", null, "NO [AUTHENTICATIONFAILED] no"],
];

test("a token that has expired → the provider is asked again, once, and told why [ext TOKEN-AGAIN]", async () => {
  for (const [mechanism, challenge, words] of EXPIRED) {
    const log = new KeptLog();
    const { client, server } = await open(mechanism, { logger: log });
    const { told, credentials } = provider(OLD, NEW);
    const login = client.authenticate(credentials);
    await refuse(server, mechanism, OLD, challenge, words);
    await server.send(`${await heard(server, mechanism, NEW)} ${IN}`);
    assertEquals(await login, { mechanism, text: "[CAPABILITY IMAP4rev1] in", refused: [] });
    assertEquals(told.map(({ refused }) => refused), [null, OLD]);
    assertEquals(told[0].error, null);
    assertInstanceOf(told[1].error, LoginError);
    for (const { signal } of told) assertInstanceOf(signal, AbortSignal);
    assertKeeps(log.text, told[1].error);
    client.shutdown();
  }
});

test("the other token is refused too → LoginError, and the provider is left alone [ext TOKEN-AGAIN]", async () => {
  const { client, server } = await open("OAUTHBEARER");
  const { told, credentials } = provider(OLD, NEW, "third");
  const login = outcome(client.authenticate(credentials));
  await refuse(server, "OAUTHBEARER", OLD);
  await refuse(server, "OAUTHBEARER", NEW);
  const error = await login;
  assertInstanceOf(error, LoginError);
  assertStringIncludes(error.message, "(status: invalid_token)");
  assertEquals(told.length, 2);
  assert(await server.isSilent());
  assertKeeps(error);
  client.shutdown();
});

test("the same token again → LoginError with the refusal, and nothing sent [ext TOKEN-AGAIN]", async () => {
  const { client, server } = await open("XOAUTH2");
  const { told, credentials } = provider(OLD, OLD);
  const login = outcome(client.authenticate(credentials));
  await refuse(server, "XOAUTH2", OLD);
  const error = await login;
  assertInstanceOf(error, LoginError);
  assertStringIncludes(error.message, "the token provider returned the same one again");
  assertEquals([error.code, told.length], ["AUTHENTICATIONFAILED", 2]);
  assertInstanceOf(error.cause, LoginError);
  assert(await server.isSilent());
  assertKeeps(error, error.cause);
  client.shutdown();
});

test("a refusal that no other token solves → not asked again [ext TOKEN-AGAIN]", async () => {
  for (
    const [challenge, words] of [
      ['{"status":"insufficient_scope"}', "NO no"],
      ['{"status":"invalid_request"}', "NO no"],
      [null, "NO [AUTHORIZATIONFAILED] no"],
      [null, "NO [UNAVAILABLE] later"],
      [null, "NO [CONTACTADMIN] no"],
    ] as const
  ) {
    const { client, server } = await open("XOAUTH2");
    const { told, credentials } = provider(OLD, NEW);
    const login = outcome(client.authenticate(credentials));
    await refuse(server, "XOAUTH2", OLD, challenge, words);
    assertInstanceOf(await login, ImapError);
    assertEquals(told.length, 1);
    assert(await server.isSilent());
    client.shutdown();
  }
});

test("a token without a provider → LoginError as it is [ext TOKEN-AGAIN]", async () => {
  const { client, server } = await open("XOAUTH2");
  const login = outcome(client.authenticate({ user: "ann", token: OLD }));
  await refuse(server, "XOAUTH2", OLD);
  const error = await login;
  assertInstanceOf(error, LoginError);
  assertEquals(error.message, "AUTHENTICATE failed: no (status: invalid_token)");
  assertKeeps(error);
  client.shutdown();
});

test("OAUTHBEARER is not known after all → XOAUTH2 with the same token [ext TOKEN-AGAIN]", async () => {
  const capabilities = "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2 AUTH=OAUTHBEARER] ready";
  const { client, server } = await connectFake({}, capabilities);
  const { told, credentials } = provider(OLD, NEW);
  const login = client.authenticate(credentials);
  await refuse(server, "OAUTHBEARER", OLD, null, "BAD unknown");
  await refuse(server, "XOAUTH2", OLD);
  await server.send(`${await heard(server, "XOAUTH2", NEW)} ${IN}`);
  assertEquals((await login).refused, ["OAUTHBEARER"]);
  assertEquals(told.length, 2);
  client.shutdown();
});

test("a provider that throws → ImapError with its error as the cause [ext TOKEN-AGAIN]", async () => {
  const reason = new Error(`no consent for ${NEW}`);
  const { client, server } = await open("XOAUTH2");
  const error = await outcome(client.authenticate(provider(reason).credentials));
  assertInstanceOf(error, ImapError);
  assertEquals([error.message, error.cause], ["the token provider failed", reason]);
  const thrown = await outcome(client.authenticate({
    user: "ann",
    tokenProvider: () => {
      throw reason;
    },
  }));
  assertEquals((thrown as Error).cause, reason);
  assert(await server.isSilent());
  // The second time.
  const login = outcome(client.authenticate(provider(OLD, reason).credentials));
  await refuse(server, "XOAUTH2", OLD);
  const second = await login;
  assertInstanceOf(second, LoginError);
  assertStringIncludes(second.message, "(status: invalid_token); the token provider failed");
  assertEquals((second.cause as Error).cause as Error, reason);
  const noop = client.noop();
  await server.answer("NOOP");
  await noop;
  client.shutdown();
});

test("a provider that returns no token → InvalidArgumentError, or the refusal [ext TOKEN-AGAIN]", async () => {
  for (const token of ["", `${NEW}\n`, 7, undefined, null] as string[]) {
    const { client, server } = await open("XOAUTH2");
    const one = await outcome(
      client.authenticate({ user: "ann", tokenProvider: () => token }),
    );
    assertInstanceOf(one, InvalidArgumentError);
    assert(await server.isSilent());
    let asked = 0;
    const tokenProvider = () => ++asked === 1 ? OLD : token;
    const login = outcome(client.authenticate({ user: "ann", tokenProvider }));
    await refuse(server, "XOAUTH2", OLD);
    const error = await login;
    assertInstanceOf(error, ImapError);
    assert(await server.isSilent());
    assertKeeps(one, error);
    client.shutdown();
  }
});

test("a provider that hangs → TimeoutError after the timeout, and its signal aborts [ext TOKEN-AGAIN]", async () => {
  const { client, server } = await open("XOAUTH2", { timeout: { connect: 20, read: 0.05 } });
  const signals: AbortSignal[] = [];
  const tokenProvider = ({ signal }: TokenReason) => {
    signals.push(signal);
    return new Promise<string>(() => {});
  };
  const error = await outcome(client.authenticate({ user: "ann", tokenProvider }));
  assertInstanceOf(error, TimeoutError);
  assertStringIncludes(error.message, "no access token within 0.05 seconds");
  assert(signals[0].aborted);
  assert(await server.isSilent());
  assertEquals(client.closed, false);
  client.shutdown();
});

test("a provider that hangs → ends with the signal, or the connection [ext TOKEN-AGAIN]", async () => {
  const hangs = () => new Promise<string>(() => {});
  const { client, server } = await open("XOAUTH2", { timeout: null });
  const aborted = new AbortController();
  const { signal } = aborted;
  const login = outcome(client.authenticate({ user: "ann", tokenProvider: hangs }, { signal }));
  assert(await isPending(login));
  const reason = new Error("enough");
  aborted.abort(reason);
  assertEquals(await login, reason);
  const other = outcome(client.authenticate({ user: "ann", tokenProvider: hangs }));
  assert(await isPending(other));
  await server.send("* BYE idle for too long");
  await server.end();
  const error = await other;
  assertInstanceOf(error, ImapError);
  assertStringIncludes(error.message, "idle for too long");
  assert(client.closed);
});

test("the server hangs up after its refusal → the refusal, not asked again [ext TOKEN-AGAIN]", async () => {
  const { client, server } = await open("XOAUTH2");
  const { credentials } = provider(OLD, NEW);
  const login = outcome(client.authenticate(credentials));
  await refuse(server, "XOAUTH2", OLD, null, "NO [EXPIRED] old\r\n* BYE and out");
  await server.end();
  assertInstanceOf(await login, LoginError);
  client.shutdown();
});

test("the connection ends while another token is awaited → the refusal [ext TOKEN-AGAIN]", async () => {
  const { client, server } = await open("XOAUTH2");
  let asked = 0;
  const tokenProvider = () => ++asked === 1 ? OLD : new Promise<string>(() => {});
  const login = outcome(client.authenticate({ user: "ann", tokenProvider }));
  await refuse(server, "XOAUTH2", OLD);
  assert(await isPending(login));
  await server.end();
  const error = await login;
  assertInstanceOf(error, LoginError);
  assertStringIncludes(error.message, "status: invalid_token");
  assertInstanceOf(error.cause, ImapError);
  client.shutdown();
});

test("nothing that takes a token → the provider is not asked [ext TOKEN-AGAIN]", async () => {
  const { client } = await connectFake({}, "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready");
  const { told, credentials } = provider(OLD);
  assertInstanceOf(await outcome(client.authenticate(credentials)), ImapError);
  assertEquals(told.length, 0);
  client.shutdown();
});
