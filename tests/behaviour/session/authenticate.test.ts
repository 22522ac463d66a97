// How `authenticate` chooses a mechanism, and what it does when the server refuses one.
import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import {
  type AuthenticateOptions,
  type AuthenticationMechanism,
  CapabilityError,
  type ChannelBindingType,
  type ConnectOptions,
  type Credentials,
  IllegalStateError,
  ImapClient,
  ImapError,
  InvalidArgumentError,
  LoginError,
} from "../../../mod.ts";
import {
  bytesOf,
  connectFake,
  connectPlain,
  fakeNetwork,
  type FakeServer,
  KeptLog,
  outcome,
  test,
  turns,
} from "../../support/fake_server.ts";
import { ScramServer } from "../../support/scram_server.ts";

const SECRET = "s3cret-pass";
const ANN = { user: "ann", password: SECRET } as const;
const TOKEN = { user: "ann", token: "ya29.t0ken" } as const;

const greeting = (capabilities: string) => `* OK [CAPABILITY IMAP4rev1 ${capabilities}] ready`;
const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
const text = (line: string) => {
  const bytes = Uint8Array.from(atob(line), (it) => it.charCodeAt(0));
  return new TextDecoder().decode(bytes);
};
const IN = "OK [CAPABILITY IMAP4rev1] in";
const ALL = ["SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2", "OAUTHBEARER"]
  .map((it) => `AUTH=${it}`).join(" ");

interface Line {
  readonly tag: string;
  /** The command without its tag; of AUTHENTICATE, no more than the mechanism. */
  readonly command: string;
}

/** Reads a command. */
async function command(server: FakeServer): Promise<Line> {
  const [tag, name, mechanism] = (await server.line()).split(" ");
  return { tag, command: name === "AUTHENTICATE" ? `${name} ${mechanism}` : name };
}

/** Refuses the next command with these words. */
async function refuse(server: FakeServer, words: string): Promise<string> {
  const { tag, command: name } = await command(server);
  await server.send(`${tag} ${words}`);
  return name;
}

/** The first command that a login sends, or the error if it sends none. */
async function first(
  capabilities: string,
  credentials: Credentials,
  options: AuthenticateOptions = {},
  plain = false,
): Promise<string | Error> {
  const connect = plain
    ? connectPlain(greeting(capabilities))
    : connectFake({}, greeting(capabilities));
  const { client, server } = await connect;
  const login = outcome(client.authenticate(credentials, options));
  const sent = command(server).then((it) => it.command, () => "nothing");
  const error = login.then((it) => it instanceof Error ? it : new Error("logged in"));
  const result = await Promise.race([sent, error]);
  client.shutdown();
  await Promise.all([sent, login]);
  return result;
}

test("authenticate: with a password → the strongest that is offered [ext AUTHENTICATE]", async () => {
  for (
    const [capabilities, wanted] of [
      [ALL, "AUTHENTICATE SCRAM-SHA-256"],
      [ALL.replace("AUTH=SCRAM-SHA-256 ", ""), "AUTHENTICATE SCRAM-SHA-1"],
      ["AUTH=XOAUTH2 AUTH=LOGIN AUTH=PLAIN", "AUTHENTICATE PLAIN"],
      ["AUTH=LOGIN AUTH=XOAUTH2", "LOGIN"],
      ["LOGINDISABLED AUTH=LOGIN", "AUTHENTICATE LOGIN"],
      ["LOGINDISABLED AUTH=PLAIN AUTH=LOGIN", "AUTHENTICATE PLAIN"],
      ["", "LOGIN"],
      ["AUTH=CRAM-MD5 AUTH=ANONYMOUS", "LOGIN"],
    ]
  ) assertEquals(await first(capabilities, ANN), wanted, capabilities);
});

test("authenticate: Unicode → the mechanism LOGIN before the command [ext AUTHENTICATE]", async () => {
  for (
    const credentials of [{ user: "änn", password: "x" }, { user: "ann", password: "pässwort" }]
  ) {
    assertEquals(await first("AUTH=LOGIN", credentials), "AUTHENTICATE LOGIN");
    assertEquals(await first("AUTH=PLAIN AUTH=LOGIN", credentials), "AUTHENTICATE PLAIN");
    assertEquals(await first("", credentials), "LOGIN");
  }
});

test("authenticate: with a token → OAUTHBEARER, else XOAUTH2 [ext AUTHENTICATE]", async () => {
  assertEquals(await first(ALL, TOKEN), "AUTHENTICATE OAUTHBEARER");
  assertEquals(await first("AUTH=PLAIN AUTH=XOAUTH2", TOKEN), "AUTHENTICATE XOAUTH2");
  const by = { user: "ann", tokenProvider: () => "t" };
  assertEquals(await first("AUTH=XOAUTH2", by), "AUTHENTICATE XOAUTH2");
  // Only the token says who it is.
  assertEquals(await first(ALL, { user: "", token: "t" }), "AUTHENTICATE OAUTHBEARER");
  assertInstanceOf(await first("AUTH=XOAUTH2", { user: "", token: "t" }), CapabilityError);
});

test("authenticate: anonymous → ANONYMOUS, with the trace [ext AUTHENTICATE, ANONYMOUS]", async () => {
  const { client, server } = await connectFake({}, greeting("SASL-IR AUTH=ANONYMOUS"));
  const login = client.authenticate({ anonymous: "ann@example.com" });
  const tag = await server.expect(`AUTHENTICATE ANONYMOUS ${base64("ann@example.com")}`);
  await server.send(`${tag} ${IN}`);
  assertEquals((await login).mechanism, "ANONYMOUS");
  client.shutdown();
  assertInstanceOf(await first("AUTH=PLAIN", { anonymous: "" }), CapabilityError);
});

test("authenticate: mechanisms → only these, in this order [ext AUTHENTICATE]", async () => {
  for (
    const [mechanisms, wanted] of [
      [["PLAIN", "SCRAM-SHA-256"], "AUTHENTICATE PLAIN"],
      [["SCRAM-SHA-1"], "AUTHENTICATE SCRAM-SHA-1"],
      [["CRAM-MD5"], "AUTHENTICATE CRAM-MD5"],
      [["AUTH=LOGIN"], "AUTHENTICATE LOGIN"],
      [["LOGIN"], "LOGIN"],
      [["login", "LOGIN"], "LOGIN"],
    ] as [AuthenticationMechanism[], string][]
  ) assertEquals(await first(ALL, ANN, { mechanisms }), wanted);
  const error = await first("AUTH=PLAIN", ANN, { mechanisms: ["CRAM-MD5", "SCRAM-SHA-256"] });
  assertInstanceOf(error, CapabilityError);
  assertStringIncludes(error.message, "does not offer AUTH=CRAM-MD5, AUTH=SCRAM-SHA-256 here");
  assertStringIncludes(error.message, "it offers AUTH=PLAIN, LOGIN");
});

test("authenticate: nothing that takes a password → CapabilityError that tells what there is [ext AUTHENTICATE]", async () => {
  const error = await first("LOGINDISABLED AUTH=XOAUTH2", ANN);
  assertInstanceOf(error, CapabilityError);
  assertStringIncludes(error.message, "it offers AUTH=XOAUTH2");
  assertInstanceOf(await first("AUTH=PLAIN", TOKEN), CapabilityError);
  const nothing = await first("LOGINDISABLED", ANN, {}, true);
  assertInstanceOf(nothing, CapabilityError);
  assertStringIncludes(nothing.message, "no way to log in; connect with TLS, or call starttls");
});

test("authenticate: plain text → no secret is sent, and the way out is named [ext AUTHENTICATE]", async () => {
  for (
    const [capabilities, credentials, what] of [
      ["AUTH=PLAIN", ANN, "PLAIN would send the password"],
      ["", ANN, "LOGIN would send the password"],
      ["LOGINDISABLED AUTH=LOGIN STARTTLS", ANN, "call starttls first"],
      ["AUTH=XOAUTH2", TOKEN, "XOAUTH2 would send the access token"],
      ["AUTH=OAUTHBEARER", { user: "a", tokenProvider: () => "t" }, "the access token"],
    ] as [string, Credentials, string][]
  ) {
    for (const options of [{}, { allowPlaintext: false }]) {
      const error = await first(capabilities, credentials, options, true);
      assertInstanceOf(error, LoginError, capabilities);
      assertStringIncludes(error.message, what);
      assertStringIncludes(error.message, "connect with TLS");
      assertStringIncludes(error.message, "{ allowPlaintext: true }");
    }
    const sent = await first(capabilities, credentials, { allowPlaintext: true }, true);
    assertEquals(typeof sent, "string");
  }
  // By name, too; and what does not show the password is used.
  assertInstanceOf(await first(ALL, ANN, { mechanisms: ["PLAIN"] }, true), LoginError);
  assertEquals(await first(ALL, ANN, {}, true), "AUTHENTICATE SCRAM-SHA-256");
  assertEquals(
    await first("AUTH=SCRAM-SHA-1 AUTH=PLAIN", ANN, {}, true),
    "AUTHENTICATE SCRAM-SHA-1",
  );
});

test("authenticate: capabilities unknown → asked for first [ext AUTHENTICATE]", async () => {
  const { client, server } = await connectFake({}, greeting("AUTH=PLAIN UNAUTHENTICATE"));
  const login = client.plainLogin("ann", "x");
  await server.line();
  await server.send("+ ");
  await server.line();
  await server.send("A1 OK [CAPABILITY IMAP4rev1 UNAUTHENTICATE] in");
  await login;
  // Its answer is lost: nobody knows what the server offers now.
  const aborted = new AbortController();
  const out = outcome(client.unauthenticate({ signal: aborted.signal }));
  const tag = (await server.line()).split(" ")[0];
  aborted.abort();
  await server.send(`${tag} OK out`);
  await out;
  await turns();
  const again = client.authenticate(ANN);
  await server.answer("CAPABILITY", "* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN");
  const { tag: last, command: name } = await command(server);
  assertEquals(name, "AUTHENTICATE PLAIN");
  await server.send(`${last} ${IN}`);
  assertEquals((await again).mechanism, "PLAIN");
  client.shutdown();
});

test("authenticate: authorizationIdentity → sent by what can, else refused [ext AUTHENTICATE]", async () => {
  const bob = { authorizationIdentity: "bob" };
  const { client, server } = await connectFake({}, greeting("SASL-IR AUTH=PLAIN"));
  const login = client.authenticate(ANN, bob);
  const tag = await server.expect(`AUTHENTICATE PLAIN ${base64(`bob\0ann\0${SECRET}`)}`);
  await server.send(`${tag} ${IN}`);
  await login;
  client.shutdown();
  assertEquals(await first(ALL, TOKEN, bob), "AUTHENTICATE OAUTHBEARER");
  for (
    const [capabilities, credentials] of [
      ["", ANN],
      ["LOGINDISABLED AUTH=LOGIN", ANN],
      ["AUTH=XOAUTH2", TOKEN],
    ] as const
  ) assertInstanceOf(await first(capabilities, credentials, bob), CapabilityError);
  for (const name of ["LOGIN", "AUTH=LOGIN", "CRAM-MD5"] as const) {
    const error = await first(ALL, ANN, { ...bob, mechanisms: [name] });
    assertInstanceOf(error, InvalidArgumentError);
    assertStringIncludes(error.message, "authorizationIdentity");
  }
});

test("authenticate: what can't be a login → InvalidArgumentError, with nothing sent or shown [ext AUTHENTICATE]", async () => {
  const credentials: unknown[] = [
    null,
    undefined,
    SECRET,
    {},
    { user: "ann" },
    { password: SECRET },
    { user: "", password: SECRET },
    { user: "ann", password: SECRET, token: SECRET },
    { user: "ann", pass: SECRET },
    { user: "ann", password: Symbol("x") },
    { user: "ann", password: `${SECRET}\0` },
    { user: "a\0b", password: SECRET },
    { user: "ann", password: `${SECRET}\ud800` },
    { user: "\ud800", password: SECRET },
    { user: "ann", token: "" },
    { user: "ann", token: `${SECRET}\n` },
    { user: "ann\x01", token: SECRET },
    { user: "ann", tokenProvider: SECRET },
    { user: "ann", tokenProvider: () => 7 },
    { user: "ann", tokenProvider: () => "" },
    { user: "ann", tokenProvider: () => `${SECRET}\x01` },
    { anonymous: "a@" },
    { anonymous: "x", user: "ann" },
  ];
  for (const it of credentials) {
    const error = await first(`${ALL} AUTH=ANONYMOUS`, it as Credentials);
    assertInstanceOf(error, InvalidArgumentError, String(error));
    assert(!`${error.stack} ${JSON.stringify(error)}`.includes(SECRET), error.message);
  }
  const options: unknown[] = [
    null,
    SECRET, // as for login: authenticate("ann", SECRET)
    [SECRET],
    { mechanisms: [] },
    { mechanisms: "PLAIN" },
    { mechanisms: [SECRET] },
    { mechanisms: ["PLAIN", 7] },
    { mechanisms: ["XOAUTH2"] },
    { authorizationIdentity: "b\0" },
    { authorizationIdentity: 7 },
    { allowPlaintext: "yes" },
    { allowPlainText: true },
  ];
  for (const it of options) {
    const error = await first(ALL, ANN, it as AuthenticateOptions);
    assertInstanceOf(error, InvalidArgumentError, `${JSON.stringify(it)}: ${error}`);
    assert(!error.message.includes(SECRET), error.message);
  }
});

test("authenticate: logged in already → IllegalStateError [ext AUTHENTICATE]", async () => {
  const { client, server } = await connectFake({}, "* PREAUTH [CAPABILITY IMAP4rev1] hello");
  assertInstanceOf(await outcome(client.authenticate(ANN)), IllegalStateError);
  assert(await server.isSilent());
  client.shutdown();
});

test("authenticate: wrong password → LoginError, and no second try [ext AUTHENTICATE]", async () => {
  for (const words of ["NO [AUTHENTICATIONFAILED] no", "NO no", "NO [EXPIRED] old", "NO"]) {
    const { client, server } = await connectFake({}, greeting(`SASL-IR ${ALL}`));
    const login = outcome(client.authenticate(ANN, { mechanisms: ["PLAIN", "LOGIN"] }));
    assertEquals(await refuse(server, words), "AUTHENTICATE PLAIN");
    assertInstanceOf(await login, LoginError);
    assert(await server.isSilent());
    client.shutdown();
  }
});

test("authenticate: a refusal that is not for the credentials → ImapError, no second try [ext AUTHENTICATE]", async () => {
  for (const code of ["UNAVAILABLE", "LIMIT", "INUSE", "CONTACTADMIN", "PRIVACYREQUIRED"]) {
    const { client, server } = await connectFake({}, greeting("AUTH=SCRAM-SHA-256 AUTH=PLAIN"));
    const login = outcome(client.authenticate(ANN));
    assertEquals(await refuse(server, `NO [${code}] no`), "AUTHENTICATE SCRAM-SHA-256");
    const error = await login;
    assertInstanceOf(error, ImapError);
    assertEquals([error.name, error.code], ["ImapError", code]);
    assert(await server.isSilent());
    client.shutdown();
  }
});

/** How servers say that they can't use a mechanism, or not for this user. */
const CANT = ["BAD unknown", "NO [CANNOT] not so", "NO no", "NO [AUTHENTICATIONFAILED] no"];

test("authenticate: SCRAM refused before the salt → the next one [ext AUTHENTICATE]", async () => {
  for (const words of CANT) {
    const log = new KeptLog();
    const { client, server } = await connectFake(
      { logger: log },
      greeting("SASL-IR AUTH=SCRAM-SHA-1 AUTH=SCRAM-SHA-256 AUTH=PLAIN"),
    );
    const login = client.authenticate(ANN);
    assertEquals(await refuse(server, words), "AUTHENTICATE SCRAM-SHA-256");
    assertEquals(await refuse(server, words), "AUTHENTICATE SCRAM-SHA-1");
    const tag = await server.expect(`AUTHENTICATE PLAIN ${base64(`\0ann\0${SECRET}`)}`);
    await server.send(`${tag} ${IN}`);
    assertEquals(await login, {
      mechanism: "PLAIN",
      text: "[CAPABILITY IMAP4rev1] in",
      refused: ["SCRAM-SHA-256", "SCRAM-SHA-1"],
    });
    assertStringIncludes(log.text, "SCRAM-SHA-1 failed; trying PLAIN");
    assert(!log.text.includes(SECRET));
    client.shutdown();
  }
});

test("authenticate: a server that has not proved itself → no PLAIN after SCRAM [ext AUTHENTICATE]", async () => {
  for (const tls of [{ dangerouslyDisableVerification: true }, { checkHostname: false }]) {
    const capabilities = greeting("AUTH=SCRAM-SHA-256 AUTH=SCRAM-SHA-1 AUTH=PLAIN LOGINDISABLED");
    const { client, server } = await connectFake({ host: "h", tls }, capabilities);
    const login = outcome(client.authenticate(ANN));
    await refuse(server, "NO [AUTHENTICATIONFAILED] no");
    await refuse(server, "NO [AUTHENTICATIONFAILED] no");
    const error = await login;
    assertInstanceOf(error, LoginError);
    assertEquals(error.code, "AUTHENTICATIONFAILED");
    assertStringIncludes(error.message, "PLAIN not tried");
    assert(await server.isSilent());
    // Who names both has asked for it.
    const mechanisms = ["SCRAM-SHA-256", "PLAIN"] as const;
    const named = outcome(client.authenticate(ANN, { mechanisms }));
    await refuse(server, "NO [AUTHENTICATIONFAILED] no");
    assertEquals(await refuse(server, "NO no"), "AUTHENTICATE PLAIN");
    assertInstanceOf(await named, LoginError);
    client.shutdown();
  }
  // Nor over a connection where plain text is allowed.
  const { client, server } = await connectPlain(greeting("AUTH=SCRAM-SHA-256 AUTH=PLAIN"));
  const login = outcome(client.authenticate(ANN, { allowPlaintext: true }));
  await refuse(server, "BAD no");
  assertInstanceOf(await login, ImapError);
  assert(await server.isSilent());
  client.shutdown();
});

test("authenticate: SCRAM refused after the salt → final [ext AUTHENTICATE]", async () => {
  const { client, server } = await connectFake({}, greeting("AUTH=SCRAM-SHA-256 AUTH=PLAIN"));
  const login = outcome(client.authenticate(ANN));
  const { tag } = await command(server);
  await server.send("+ ");
  const nonce = /r=(.*)$/.exec(text(await server.line()))![1];
  await server.send(`+ ${base64(`r=${nonce}x,s=c2FsdHk=,i=4096`)}`);
  await server.line();
  await server.send(`${tag} NO [AUTHENTICATIONFAILED] no`);
  assertInstanceOf(await login, LoginError);
  assert(await server.isSilent());
  client.shutdown();
});

test("authenticate: SCRAM that the client breaks off → final [ext AUTHENTICATE]", async () => {
  for (const first of [`r=NONCEx,s=c2FsdHk=,i=1`, `r=NONCEx,s=c2FsdHk=,i=999999999`, "x", ""]) {
    const { client, server } = await connectFake({}, greeting("AUTH=SCRAM-SHA-256 AUTH=PLAIN"));
    const login = outcome(client.authenticate(ANN));
    const { tag } = await command(server);
    await server.send("+ ");
    const nonce = /r=(.*)$/.exec(text(await server.line()))![1];
    await server.send(`+ ${base64(first.replace("NONCE", nonce))}`);
    assertEquals(await server.line(), "*");
    await server.send(`${tag} BAD cancelled`);
    assertInstanceOf(await login, LoginError);
    assert(await server.isSilent());
    client.shutdown();
  }
});

test("authenticate: OK before the proof → the connection is closed [ext AUTHENTICATE]", async () => {
  const { client, server } = await connectFake({}, greeting("AUTH=SCRAM-SHA-256 AUTH=PLAIN"));
  const login = outcome(client.authenticate(ANN));
  const { tag } = await command(server);
  await server.send(`${tag} OK come in`);
  assertInstanceOf(await login, LoginError);
  assert(client.closed);
});

test("authenticate: PLAIN is not known after all → LOGIN [ext AUTHENTICATE]", async () => {
  for (const words of ["BAD unknown", "NO [CANNOT] not so"]) {
    const { client, server } = await connectFake({}, greeting("SASL-IR AUTH=PLAIN"));
    const login = client.authenticate(ANN);
    await refuse(server, words);
    const { tag, command: name } = await command(server);
    assertEquals(name, "LOGIN");
    await server.send(`${tag} ${IN}`);
    assertEquals((await login).refused, ["PLAIN"]);
    client.shutdown();
  }
});

test("authenticate: the last one refused → its error [ext AUTHENTICATE]", async () => {
  const { client, server } = await connectFake({}, greeting("AUTH=SCRAM-SHA-1 LOGINDISABLED"));
  const login = outcome(client.authenticate(ANN));
  await refuse(server, "BAD what is SCRAM?");
  const error = await login;
  assertInstanceOf(error, LoginError);
  assertStringIncludes(error.message, "what is SCRAM?");
  client.shutdown();
});

test("authenticate: a password that SASLprep forbids → PLAIN [ext AUTHENTICATE]", async () => {
  const it = { user: "ann", password: `${SECRET}\x07` };
  assertEquals(await first("AUTH=SCRAM-SHA-256 AUTH=PLAIN", it), "AUTHENTICATE PLAIN");
  const error = await first("AUTH=SCRAM-SHA-256 LOGINDISABLED", it);
  assertInstanceOf(error, InvalidArgumentError);
});

test("authenticate: news in between → told, and the login goes on [ext AUTHENTICATE]", async () => {
  const { client, server } = await connectFake({}, greeting("AUTH=PLAIN"));
  const heard: string[] = [];
  client.listen(({ type }) => void heard.push(type));
  const login = client.authenticate(ANN);
  const { tag } = await command(server);
  await server.send("* OK [ALERT] soon closed", "* SEARCH 1 2", "+ ");
  await server.line();
  await server.send("* 3 EXISTS", "* BYEBYE 7", `${tag} ${IN}`);
  assertEquals((await login).mechanism, "PLAIN");
  assertEquals(heard.slice(0, 2), ["OK", "SEARCH"]);
  client.shutdown();
});

test("authenticate: aborted at each moment → the signal's reason, and the session can be used [ext AUTHENTICATE]", async () => {
  for (const moment of ["before", "asked", "answered", "refused"]) {
    const { client, server } = await connectFake({}, greeting("AUTH=SCRAM-SHA-1 AUTH=PLAIN"));
    const aborted = new AbortController();
    const reason = new Error("changed my mind");
    const { signal } = aborted;
    if (moment === "before") aborted.abort(reason);
    const login = outcome(client.authenticate(ANN, { signal }));
    if (moment !== "before") {
      const { tag } = await command(server);
      if (moment === "asked") {
        aborted.abort(reason);
        await server.send("+ ");
        assertEquals(await server.line(), "*");
        await server.send(`${tag} BAD cancelled`);
      } else if (moment === "answered") {
        await server.send("+ ");
        await server.line();
        aborted.abort(reason);
        await server.send(`${tag} NO [CANNOT] no`);
      } else {
        await server.send(`${tag} NO [CANNOT] no`);
        await server.line(); // PLAIN
        aborted.abort(reason);
        await server.send("+ ");
        assertEquals(await server.line(), "*");
        await server.send("A2 BAD cancelled");
      }
    }
    assertEquals(await login, reason, moment);
    const noop = client.noop();
    await server.answer("NOOP");
    await noop;
    assertEquals(client.state, "not authenticated");
    client.shutdown();
  }
});

test("authenticate: the connection is cut → no second mechanism [ext AUTHENTICATE]", async () => {
  const { client, server } = await connectFake({}, greeting("AUTH=SCRAM-SHA-1 AUTH=PLAIN"));
  const login = outcome(client.authenticate(ANN));
  await command(server);
  server.break();
  assertInstanceOf(await login, ImapError);
  assert(client.closed);
  // A refusal after which the server hangs up.
  const other = await connectFake({}, greeting("AUTH=SCRAM-SHA-1 AUTH=PLAIN"));
  const second = outcome(other.client.authenticate(ANN));
  const { tag } = await command(other.server);
  await other.server.send("* BYE too many", `${tag} NO [CANNOT] no`);
  await other.server.end();
  assertInstanceOf(await second, ImapError);
  other.client.shutdown();
});

test("authenticate: calls that are made meanwhile → wait for it [ext AUTHENTICATE]", async () => {
  const { client, server } = await connectFake({}, greeting("AUTH=SCRAM-SHA-1 AUTH=PLAIN"));
  const login = client.authenticate(ANN);
  const select = client.selectFolder("INBOX");
  assertEquals(await refuse(server, "BAD unknown"), "AUTHENTICATE SCRAM-SHA-1");
  const { tag } = await command(server);
  await server.send("+ ");
  await server.line();
  await server.send(`${tag} ${IN}`);
  await login;
  await server.answer('SELECT "INBOX"', "* 0 EXISTS");
  await select;
  client.shutdown();
});

test("authenticate: credentials that are wiped after the call → those of the call [ext AUTHENTICATE]", async () => {
  const { client, server } = await connectFake({}, greeting("SASL-IR AUTH=PLAIN"));
  const credentials = { user: "ann", password: SECRET };
  const mechanisms: AuthenticationMechanism[] = ["PLAIN"];
  const login = outcome(client.authenticate(credentials, { mechanisms }));
  Object.assign(credentials, { user: "", password: "" });
  mechanisms[0] = "CRAM-MD5";
  const tag = await server.expect(`AUTHENTICATE PLAIN ${base64(`\0ann\0${SECRET}`)}`);
  await server.send(`${tag} ${IN}`);
  assert(!(await login instanceof Error));
  client.shutdown();
});

/** A client whose connection yields one kind of channel binding, and its server. */
async function connectBinding(
  capabilities: string,
  options: ConnectOptions = {},
  types: readonly ChannelBindingType[] = ["tls-exporter"],
) {
  const { transport, server } = fakeNetwork();
  const connecting = ImapClient.connect({
    transport: async (signal) => ({
      ...await transport(signal),
      channelBinding: (type) => Promise.resolve(types.includes(type) ? bytesOf("bound") : null),
    }),
    ...options,
  });
  await server.send(greeting(capabilities));
  return { client: await connecting, server };
}

const PLUS = "SASL-IR AUTH=SCRAM-SHA-256 AUTH=SCRAM-SHA-256-PLUS AUTH=SCRAM-SHA-1-PLUS AUTH=PLAIN";

test("authenticate: a connection that yields a binding → -PLUS first [ext AUTHENTICATE, CHANNEL-BINDING]", async () => {
  const { client, server } = await connectBinding(PLUS);
  const login = outcome(client.authenticate(ANN));
  const [tag, , mechanism, message] = (await server.line()).split(" ");
  assertEquals(mechanism, "SCRAM-SHA-256-PLUS");
  assert(text(message).startsWith("p=tls-exporter,,n=ann,r="));
  await server.send(`+ ${base64("e=channel-bindings-dont-match")}`);
  await server.line();
  await server.send(`${tag} NO [AUTHENTICATIONFAILED] no`);
  const error = await login;
  assertInstanceOf(error, LoginError);
  assertStringIncludes(error.message, "somebody may sit in between");
  assert(await server.isSilent());
  client.shutdown();
  assertEquals(await first(PLUS, ANN), "AUTHENTICATE SCRAM-SHA-256");
});

test("authenticate: a binding that the server does not know → SCRAM without [ext AUTHENTICATE, CHANNEL-BINDING]", async () => {
  const { client, server } = await connectBinding(PLUS);
  const login = outcome(client.authenticate(ANN));
  const tag = (await server.line()).split(" ")[0];
  await server.send(`+ ${base64("e=unsupported-channel-binding-type")}`);
  await server.line();
  await server.send(`${tag} NO no`);
  const [second, , mechanism, message] = (await server.line()).split(" ");
  assertEquals(mechanism, "SCRAM-SHA-256");
  assert(text(message).startsWith("n,,n=ann,r="));
  await server.send(`${second} NO [AUTHENTICATIONFAILED] no`);
  // Not for this user; SCRAM-SHA-1-PLUS would not do either.
  const { tag: third, command: name } = await command(server);
  assertEquals(name, "AUTHENTICATE PLAIN");
  await server.send(`${third} ${IN}`);
  assertEquals(await login, {
    mechanism: "PLAIN",
    text: "[CAPABILITY IMAP4rev1] in",
    refused: ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"],
  });
  client.shutdown();
});

/** Answers AUTHENTICATE as a server that does not know the binding; returns the tag. */
async function unknownBinding(server: FakeServer): Promise<string> {
  const tag = (await server.line()).split(" ")[0];
  await server.send(`+ ${base64("e=unsupported-channel-binding-type")}`);
  await server.line();
  return tag;
}

test("authenticate: no binding, and the server has not proved itself → no SCRAM without [ext AUTHENTICATE, CHANNEL-BINDING]", async () => {
  const tls = { dangerouslyDisableVerification: true };
  const { client, server } = await connectBinding(PLUS, { host: "h", tls });
  const login = outcome(client.authenticate(ANN));
  await server.send(`${await unknownBinding(server)} NO no`);
  const error = await login;
  assertInstanceOf(error, LoginError);
  assertStringIncludes(error.message, "SCRAM-SHA-256 and PLAIN and LOGIN not tried");
  assert(await server.isSilent());
  // Who names it has asked for it.
  const mechanisms = ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"] as const;
  const named = outcome(client.authenticate(ANN, { mechanisms }));
  await server.send(`${await unknownBinding(server)} NO no`);
  assertEquals(await refuse(server, "NO no"), "AUTHENTICATE SCRAM-SHA-256");
  assertInstanceOf(await named, LoginError);
  client.shutdown();
});

test("authenticate: OK to a binding that the server does not know → LoginError, the connection is closed [ext AUTHENTICATE, CHANNEL-BINDING]", async () => {
  const { client, server } = await connectBinding(PLUS, {}, ["tls-exporter", "tls-unique"]);
  const login = outcome(client.authenticate(ANN));
  await server.send(`${await unknownBinding(server)} OK in`);
  const error = await login;
  assertInstanceOf(error, LoginError);
  assertStringIncludes(error.message, "did not prove");
  assert(client.closed);
});

test("authenticate: what fails after the login → its error, no other mechanism [ext AUTHENTICATE, CHANNEL-BINDING]", async () => {
  const { client, server } = await connectBinding(PLUS, {}, ["tls-exporter", "tls-unique"]);
  const login = outcome(client.authenticate(ANN));
  await server.send(`${await unknownBinding(server)} NO no`);
  const [tag, , , first] = (await server.line()).split(" ");
  const scram = new ScramServer("SHA-256", SECRET);
  await server.send(`+ ${base64(scram.challenge(text(first), bytesOf("salt"), 4096))}`);
  await server.send(`+ ${base64(scram.verify(text(await server.line()))!)}`);
  await server.line();
  await server.send(`${tag} OK in`);
  await server.send(`${await server.expect("CAPABILITY")} NO not now`);
  const error = await login;
  assertInstanceOf(error, ImapError);
  assertEquals(error.text, "not now");
  assertEquals(client.state, "authenticated");
  assert(await server.isSilent());
  client.shutdown();
});
