// What a server says without a tag before it closes the connection, or stays silent, is part of the
// error.
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  ConnectionClosedError,
  ImapClient,
  ImapError,
  LoginError,
  ProtocolError,
  TimeoutError,
} from "../../../mod.ts";
import {
  bytesOf,
  connectFake,
  fakeNetwork,
  GREETING,
  KeptLog,
  outcome,
  selectFake,
  test,
} from "../../support/fake_server.ts";

/** The error of a call if the server sends this and closes the connection. */
async function lastError(...what: readonly (string | Uint8Array)[]): Promise<ImapError> {
  const { client, server } = await selectFake();
  const search = outcome(client.search("ALL"));
  await server.expect("UID SEARCH ALL");
  await server.send(...what);
  server.close();
  const error = await search;
  assertInstanceOf(error, ImapError);
  assert(client.closed);
  return error;
}

for (
  const [said, text, code] of [
    ["* NO [UNAVAILABLE] backend is gone", "backend is gone", "UNAVAILABLE"],
    ["* BAD internal error", "internal error", null],
    ["* BAD [ALERT] disk failure", "disk failure", "ALERT"],
    ["* OK [ALERT] going down in a minute", "going down in a minute", "ALERT"],
    ["* BYE Autologout; idle for too long", "Autologout; idle for too long", null],
    ["* NO [SERVERBUG]", "", "SERVERBUG"],
  ] as const
) {
  test(`the connection ends after ${said} → it is in the error [fault D9]`, async () => {
    const error = await lastError(said, "* 5 EXISTS", "* OK [X] nothing");
    assertInstanceOf(error, ConnectionClosedError);
    assertEquals([error.text, error.code], [text, code]);
    assert(error.message.includes(text || code!), error.message);
  });
}

for (
  const line of [
    "* BYE Connection closed. 14",
    "* BYE Connection closed. 14\r",
    "* NO Connection closed. 14",
    "* BAD [ALERT] Connection closed. 14",
    "* bye [UNAVAILABLE] Connection closed. 14",
  ]
) {
  test(`${JSON.stringify(line)} without a line end, then the end → it is in the error [fault D9]`, async () => {
    const error = await lastError(bytesOf(line));
    assertInstanceOf(error, ConnectionClosedError);
    assertEquals(error.text, "Connection closed. 14");
    assert(error.message.includes("Connection closed. 14"), error.message);
  });
}

test("a tagged NO without a line end, then the end → the command was refused [fault D9]", async () => {
  const error = await lastError(bytesOf("A2 NO [NOPERM] not yours"));
  assertEquals([error.name, error.code, error.text], ["ImapError", "NOPERM", "not yours"]);
  // An OK without a line end may be incomplete.
  assertInstanceOf(await lastError(bytesOf("A2 OK done")), ConnectionClosedError);
  assertInstanceOf(await lastError(bytesOf("A2 N")), ConnectionClosedError);
});

test("a reset after NO → the words and the reset [fault D9]", async () => {
  const { client, server } = await selectFake();
  const search = outcome(client.search("ALL"));
  await server.expect("UID SEARCH ALL");
  await server.send("* NO too much for me");
  server.break();
  const error = await search as ImapError;
  assertInstanceOf(error, ConnectionClosedError);
  assert(/reset by peer.*too much for me/.test(error.message), error.message);
});

test("silence after NO → TimeoutError with the words [fault D9]", async () => {
  const { client, server } = await selectFake({ timeout: 0.1 });
  const search = outcome(client.search("ALL"));
  await server.expect("UID SEARCH ALL");
  await server.send("* NO [INUSE] busy, try later");
  const error = await search as ImapError;
  assertInstanceOf(error, TimeoutError);
  assertEquals([error.text, error.code], ["busy, try later", "INUSE"]);
  assert(/no answer to UID SEARCH.*busy, try later/.test(error.message), error.message);
});

test("very many and very long words → the last, cut short [fault D9]", async () => {
  const error = await lastError(
    ...Array.from({ length: 500 }, (_, i) => `* NO attempt ${i}`),
    `* NO [X ${"y".repeat(100_000)}] last ${"z".repeat(100_000)}`,
  );
  assert(error.text!.startsWith("last zzz") && error.message.length < 5000, error.message);
  assert(error.responseCode!.argument.length < 5000);
});

test("the client's own close after NO → no text of the server [fault D9]", async () => {
  const { client, server } = await selectFake();
  const search = outcome(client.search("ALL"));
  await server.expect("UID SEARCH ALL");
  await server.send("* NO not well");
  await new Promise((resolve) => setTimeout(resolve, 5));
  client.shutdown();
  assertEquals((await search as ImapError).text, null);
});

test("logout after an alert, and the server just hangs up → no farewell [fault D9]", async () => {
  const { client, server } = await selectFake();
  const logout = outcome(client.logout());
  await server.expect("LOGOUT");
  await server.send("* OK [ALERT] quota is nearly used up");
  server.close();
  assertInstanceOf(await logout, ConnectionClosedError);
  const polite = await selectFake();
  const farewell = polite.client.logout();
  await polite.server.expect("LOGOUT");
  await polite.server.send("* OK [ALERT] quota", "* BYE see you");
  polite.server.close();
  assertEquals(await farewell, "see you");
});

test("a refusal without text → the text that came before it [fault D9]", async () => {
  const { client, server } = await selectFake();
  for (
    const [untagged, tagged, text, code] of [
      ["* NO [OVERQUOTA] no room", "NO", "no room", "OVERQUOTA"],
      ["* BAD no such verb", "BAD", "no such verb", null],
      ["* NO ignored", "NO [NOPERM] not yours", "not yours", "NOPERM"],
      ["* NO but why", "NO [NOPERM]", "but why", "NOPERM"],
    ] as const
  ) {
    const search = outcome(client.search("ALL"));
    const tag = await server.expect("UID SEARCH ALL");
    await server.send(untagged, `${tag} ${tagged}`);
    const error = await search as ImapError;
    assertEquals([error.text, error.code], [text, code]);
    assert(error.message.includes(`failed: ${text}`), error.message);
  }
  // What came before one command's answer is not used for the next.
  const search = outcome(client.search("ALL"));
  await server.send(`${await server.expect("UID SEARCH ALL")} NO`);
  assertEquals((await search as ImapError).text, "");
  client.shutdown();
});

// Greetings

for (
  const [greeting, text, code] of [
    ["* NO service not available", "service not available", null],
    ["* BAD [UNAVAILABLE] not now", "not now", "UNAVAILABLE"],
    ["* BYE too many connections from your IP address", "too many connections", null],
  ] as const
) {
  for (const end of ["\r\n", ""]) {
    test(`greeting ${greeting}${end ? "" : " without a line end"} → in the error [fault D9]`, async () => {
      const { transport, server } = fakeNetwork();
      const connecting = outcome(ImapClient.connect({ transport }));
      await server.send(bytesOf(greeting + end));
      server.close();
      const error = await connecting as unknown as ImapError;
      assertInstanceOf(error, ConnectionClosedError);
      assert(error.text!.startsWith(text) && error.message.includes(text), error.message);
      assertEquals(error.code, code);
    });
  }
}

test("a greeting that is not IMAP → ProtocolError; a valid one cut off → closed [fault D9]", async () => {
  for (
    const [greeting, kind] of [
      ["220 smtp.example.org\r\n", ProtocolError],
      ["* 5 EXISTS\r\n", ProtocolError],
      ["* OK hel", ConnectionClosedError],
    ] as const
  ) {
    const { transport, server } = fakeNetwork();
    const connecting = outcome(ImapClient.connect({ transport }));
    await server.send(bytesOf(greeting));
    server.close();
    assertInstanceOf(await connecting, kind);
  }
});

// Logins

const CHALLENGING = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready";

for (
  const [name, says] of [
    ["silence", ["* NO [AUTHENTICATIONFAILED] wrong password"]],
    ["BYE", ["* NO [AUTHENTICATIONFAILED] wrong password", "* BYE see you"]],
    ["the end", ["* NO [AUTHENTICATIONFAILED] wrong password"]],
    ["BYE with the code", ["* BYE [AUTHENTICATIONFAILED] wrong password"]],
    ["an empty NO", ["* NO [AUTHENTICATIONFAILED] wrong password", "A1 NO"]],
    ["BYE without words", ["* BAD wrong password", "* BYE"]],
  ] as const
) {
  for (const how of ["login", "plainLogin"] as const) {
    test(`${how} answered by untagged words and ${name} → LoginError [fault D9]`, async () => {
      const { client, server } = await connectFake({ timeout: 0.2 }, CHALLENGING);
      const login = outcome(client[how]("ann", "secret-word"));
      await server.line();
      if (how === "plainLogin") {
        await server.send("+ ");
        await server.line();
      }
      await server.send(...says);
      if (name !== "silence") server.close();
      const error = await login as ImapError;
      assertInstanceOf(error, LoginError);
      assertEquals(error.text, "wrong password");
      assert(error.message.endsWith("failed: wrong password"), error.message);
    });
  }
}

test("login answered by BYE without a code, or cut by the client → not a LoginError [fault D9]", async () => {
  const { client, server } = await connectFake();
  const login = outcome(client.login("ann", "secret-word"));
  await server.line();
  await server.send("* BYE restarting");
  server.close();
  assertInstanceOf(await login, ConnectionClosedError);

  const other = await connectFake();
  const cut = outcome(other.client.login("ann", "secret-word"));
  await other.server.line();
  await other.server.send("* NO hm");
  await new Promise((resolve) => setTimeout(resolve, 5));
  other.client.shutdown();
  assertInstanceOf(await cut, ConnectionClosedError);
});

test("words that repeat the password, whole or cut → not shown [fault D9]", async () => {
  for (
    const said of ["* NO not hunter-two-and-more\r\n", "* BYE not hunter-two-and-m", "* NO hunt"]
  ) {
    const log = new KeptLog();
    const { client, server } = await connectFake({ logger: log });
    const login = outcome(client.login("ann", "hunter-two-and-more"));
    await server.line();
    await server.send(bytesOf(said));
    server.close();
    const error = await login as ImapError;
    const shown = `${error.message} ${error.text} ${error.stack} ${log.text}`;
    assert(!shown.includes("hunt"), shown);
  }
});

for (
  const code of [
    "UNAVAILABLE",
    "LIMIT",
    "INUSE",
    "SERVERBUG",
    "CONTACTADMIN",
    "OVERQUOTA",
    "CANNOT",
    "CLIENTBUG",
    "CORRUPTION",
    "PRIVACYREQUIRED",
    "THROTTLED",
    "unavailable",
  ]
) {
  test(`login: NO [${code}] → ImapError with the code, no LoginError [fault D10]`, async () => {
    for (const how of ["login", "plainLogin"] as const) {
      const { client, server } = await connectFake({}, CHALLENGING);
      const login = outcome(client[how]("ann", "secret-word"));
      await server.line();
      await server.send(`A1 NO [${code}] try later`);
      const error = await login as ImapError;
      assertEquals([error.name, error.code, error.text], [
        "ImapError",
        code.toUpperCase(),
        "try later",
      ]);
      assertEquals(client.closed, false);
      client.shutdown();
    }
  });
}

for (
  const answer of [
    "NO [AUTHENTICATIONFAILED] no",
    "NO [AUTHORIZATIONFAILED] no",
    "NO [EXPIRED] no",
    "NO [ALERT] no",
    "NO [WEBALERT https://example.org] no",
    "NO [NOPERM] no",
    "NO no",
    "NO",
    "BAD no",
  ]
) {
  test(`login: ${answer} → LoginError [fault D10]`, async () => {
    const { client, server } = await connectFake();
    const login = outcome(client.login("ann", "secret-word"));
    await server.line();
    await server.send(`A1 ${answer}`);
    assertInstanceOf(await login, LoginError);
    client.shutdown();
  });
}

test("login: NO [UNAVAILABLE] without a tag, then silence → TimeoutError with the code [fault D10]", async () => {
  const { client, server } = await connectFake({ timeout: 0.1 });
  const login = outcome(client.login("ann", "secret-word"));
  await server.line();
  await server.send("* NO [UNAVAILABLE] the directory is down");
  const error = await login as ImapError;
  assertInstanceOf(error, TimeoutError);
  assertEquals(error.code, "UNAVAILABLE");
});

// LOGINDISABLED

for (
  const [offered, plain, ...words] of [
    ["AUTH=PLAIN", false, "use plainLogin"],
    ["AUTH=XOAUTH2 AUTH=OAUTHBEARER", false, "use oauth2Login, or oauthbearerLogin"],
    ["SASL-IR AUTH=PLAIN AUTH=XOAUTH2", false, "use plainLogin, or oauth2Login"],
    ["AUTH=SCRAM-SHA-256 AUTH=SCRAM-SHA-1", false, "scramSha256", "scramSha1"],
    ["AUTH=EXTERNAL", false, "saslLogin with external"],
    ["AUTH=GSSAPI AUTH=NTLM", false, "your own mechanism for GSSAPI, NTLM"],
    ["IDLE", false, "no other way to log in"],
    ["STARTTLS", true, "connect with TLS, or call starttls"],
    ["STARTTLS AUTH=PLAIN", true, "TLS, or call starttls; or use plainLogin"],
  ] as const
) {
  test(`login: LOGINDISABLED beside ${offered}${plain ? " without TLS" : ""} → named [fault D11]`, async () => {
    const { transport, server } = fakeNetwork({ plain });
    const connecting = ImapClient.connect({ transport, ssl: !plain });
    await server.send(GREETING.replace("IMAP4rev1", `IMAP4rev1 LOGINDISABLED ${offered}`));
    const client = await connecting;
    const error = await outcome(client.login("ann", "secret-word")) as unknown as ImapError;
    assertInstanceOf(error, LoginError);
    assert(error.message.includes("LOGINDISABLED"), error.message);
    for (const word of words) assert(error.message.includes(word), error.message);
    if (!plain) assert(!error.message.includes("TLS"), error.message);
    assert(await server.isSilent());
    client.shutdown();
  });
}
