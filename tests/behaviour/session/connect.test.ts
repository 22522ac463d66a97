// Connecting, the greeting, and the options of a connection.
import { assert, assertEquals, assertFalse, assertRejects, assertStrictEquals } from "@std/assert";
import {
  CertificateError,
  ConnectError,
  ConnectionClosedError,
  type ConnectOptions,
  type Duplex,
  IllegalStateError,
  ImapAbortError,
  ImapClient,
  ImapError,
  InvalidArgumentError,
  ProtocolError,
  ReadOnlyError,
  type SocketTimeout,
  TimeoutError,
  TlsError,
  type UntaggedResponse,
} from "../../../mod.ts";
import {
  bytesOf,
  connectFake,
  connectPlain,
  fakeNetwork,
  GREETING,
  isPending,
  KeptLog,
  outcome,
  selectFake,
  STARTTLS_GREETING,
  test,
  textOf,
  turns,
} from "../../support/fake_server.ts";

test("A1 A12 connect resolves with the greeting read, whatever the options", async () => {
  const { transport, server } = fakeNetwork();
  const connecting = ImapClient.connect({
    transport,
    host: "imap.test",
    port: 1993,
    ssl: true,
    tls: { minVersion: "TLSv1.3" },
    timeout: { connect: 5, read: 6 },
    useUid: false,
    limits: { nesting: 10 },
    logger: new KeptLog(),
    signal: new AbortController().signal,
  });
  assert(await isPending(connecting));
  await server.send("* OK [CAPABILITY IMAP4rev1 IDLE] Fake ready");
  const client = await connecting;
  assertEquals(client.welcome, "[CAPABILITY IMAP4rev1 IDLE] Fake ready");
  assertFalse(client.useUid);
  assert(await server.isSilent());
  client.shutdown();
});

test("A1 E1 a greeting without capabilities makes the client ask once", async () => {
  const { transport, server } = fakeNetwork();
  const connecting = ImapClient.connect({ transport });
  await server.send("* OK ready");
  await server.answer("CAPABILITY", "* CAPABILITY imap4rev1 Idle");
  const client = await connecting;
  assertEquals(await client.capabilities(), ["IMAP4REV1", "IDLE"]);
  assertEquals(client.welcome, "ready");
  assert(await server.isSilent());
  client.shutdown();
});

test("A2 A4 the port is 993, or 143 without implicit TLS", async () => {
  // An address that nobody has (RFC 5737), aborted at once: the error names the place.
  const place = async (options: ConnectOptions) => {
    const error = await assertRejects(
      () => ImapClient.connect({ host: "192.0.2.1", timeout: 0.001, ...options }),
      ImapAbortError,
    );
    return /192\.0\.2\.1:(\d+)/.exec(error.message)?.[1];
  };
  assertEquals(await place({}), "993");
  assertEquals(await place({ ssl: true }), "993");
  assertEquals(await place({ ssl: false }), "143");
  assertEquals(await place({ starttls: true }), "143");
  assertEquals(await place({ port: 1234 }), "1234");
});

test("A2 port 143 with implicit TLS is warned of, and no other", async () => {
  const warning = /warn imapclient\.imapclient: Attempting to establish an encrypted connection/;
  const warned = async (options: ConnectOptions) => {
    const logger = new KeptLog();
    const { client } = await connectFake({ ...options, logger });
    client.shutdown();
    return warning.test(logger.text);
  };
  assert(await warned({ port: 143 }));
  assertFalse(await warned({ port: 143, ssl: false }));
  assertFalse(await warned({ port: 993 }));
});

test("A3 P11 useUid holds from call to call and may be flipped", async () => {
  const { client, server } = await selectFake();
  assert(client.useUid);
  for (const prefix of ["UID ", ""]) {
    client.useUid = prefix !== "";
    const calls = [client.fetch(5, "FLAGS"), client.search("ALL")];
    await server.answer(`${prefix}FETCH 5 (FLAGS)`);
    await server.answer(`${prefix}SEARCH ALL`);
    await Promise.all(calls);
  }
  client.shutdown();
});

test("A6 options that contradict each other throw before anything is opened", async () => {
  const transport = () => {
    throw new Error("opened");
  };
  const bad: [ConnectOptions, string][] = [
    [{ stream: "imap", port: 143 }, "can't set 'port' with 'stream'"],
    [{ stream: ["imap"], ssl: true }, "can't use 'ssl' with 'stream'"],
    [{ stream: "imap", starttls: true }, "can't use 'starttls' with 'stream'"],
    [{ stream: "imap", transport }, "not both"],
    [{ transport, ssl: true, starttls: true }, "'starttls'"],
    [{ transport, port: 0 }, "'port'"],
    [{ transport, port: 65536 }, "'port'"],
    [{ transport, port: 1.5 }, "'port'"],
    [{}, "'host'"],
    [{ host: "" }, "'host'"],
    [{ host: "a b" }, "'host'"],
    [{ host: "ann@imap.test" }, "'host'"],
    [{ host: "imap.test\r\n" }, "'host'"],
    [{ transport, timeout: 0 }, "timeout"],
    [{ transport, timeout: -1 }, "timeout"],
    [{ transport, timeout: NaN }, "timeout"],
    [{ transport, timeout: { connect: 1, read: 0 } }, "timeout"],
  ];
  for (const [options, message] of bad) {
    await assertRejects(() => ImapClient.connect(options), InvalidArgumentError, message);
  }
});

test("A6 A9 a command speaks IMAP on its standard input and output", async () => {
  const stream = "printf '* PREAUTH [CAPABILITY IMAP4rev1] in\\r\\n'; cat >/dev/null";
  const client = await ImapClient.connect({ stream });
  assertEquals([client.host, client.port, client.stream], [null, null, stream]);
  assertEquals(client.state, "authenticated");
  client.shutdown();
});

test("A7 A8 a connection that is not made in time throws, and is given up", async () => {
  for (const timeout of [0.02, { connect: 0.02, read: 60 } satisfies SocketTimeout]) {
    let signal: AbortSignal | undefined;
    let late: (duplex: Duplex) => void = () => {};
    let closed = 0;
    const connecting = ImapClient.connect({
      host: "imap.test",
      timeout,
      transport: (it) => {
        signal = it;
        return new Promise((resolve) => late = resolve);
      },
    });
    const error = await assertRejects(() => connecting, TimeoutError);
    assertEquals(error.message, "no connection to imap.test within 0.02 seconds");
    assert(signal!.aborted);
    // A connection that comes too late is closed, even if closing fails.
    const close = () => {
      closed++;
      throw new Error("closed before");
    };
    late({ readable: new ReadableStream(), writable: new WritableStream(), secure: true, close });
    await turns();
    assertEquals(closed, 1);
  }
});

test("A7 a server that does not greet in time throws, and is hung up on", async () => {
  const { transport, server } = fakeNetwork();
  const connecting = ImapClient.connect({ transport, timeout: { connect: 60, read: 0.05 } });
  await assertRejects(() => connecting, TimeoutError, "no greeting within 0.05 seconds");
  assert(await server.isOver());
});

test("plain text to a port for TLS: silence, or the end → the error mentions TLS [fault D13]", async () => {
  const hint = "if the port expects TLS from the first byte (as 993 does)";
  for (const options of [{ ssl: false }, { starttls: true }]) {
    const silent = fakeNetwork({ plain: true });
    const { transport } = silent;
    const waiting = ImapClient.connect({ ...options, transport, port: 993, timeout: 0.05 });
    const late = await assertRejects(() => waiting, TimeoutError);
    assert(late.message.startsWith("no greeting within 0.05 seconds; "), late.message);
    assert(late.message.includes(hint), late.message);

    const ending = fakeNetwork({ plain: true });
    const ended = ImapClient.connect({ ...options, transport: ending.transport });
    await ending.server.close();
    await assertRejects(() => ended, ConnectionClosedError, hint);
  }
});

test("TLS in place of a greeting → an error that says so, however it is cut [fault D13]", async () => {
  // Alerts of several versions and kinds, and the beginning of a handshake.
  const starts = [
    ...[
      "\x15\x03\x01\x00\x02\x02\x46",
      "\x15\x03\x03\x00\x02\x01\x00",
      "\x15\x03\x00\x00\x02\x02\n",
    ],
    ...["\x15", "\x16\x03\x03\x00\x7a\x02\x00", "\x15\x03\x03\x00\x02\x02\x28\r\n* OK ready\r\n"],
  ];
  for (const start of starts) {
    const { transport, server } = fakeNetwork({ plain: true });
    const connecting = ImapClient.connect({ transport, ssl: false });
    await server.send(bytesOf(start));
    await assertRejects(() => connecting, TlsError, "speaks TLS from the first byte");
    assert(await server.isOver());
  }
});

test("other answers and ends → the error does not mention TLS [fault D13]", async () => {
  const secure = fakeNetwork();
  const silent = ImapClient.connect({ transport: secure.transport, timeout: 0.05 });
  const late = await assertRejects(() => silent, TimeoutError);
  assertEquals(late.message, "no greeting within 0.05 seconds");
  const plain = fakeNetwork({ plain: true });
  const refused = ImapClient.connect({ transport: plain.transport, ssl: false });
  await plain.server.send("* BYE too many connections");
  const bye = await assertRejects(() => refused, ConnectionClosedError);
  assertFalse(bye.message.includes("TLS"), bye.message);
  // Control characters after the beginning belong to the text.
  const { client, server } = await connectPlain("* OK [CAPABILITY IMAP4rev1] \x15\x03 ready");
  const noop = client.noop();
  await server.answer("NOOP", "* OK \x16 done");
  await noop;
  client.shutdown();
});

test("TLS to a silent port → the TimeoutError names starttls, but not on 993 [fault D13]", async () => {
  for (const port of [143, 993]) {
    const options = { host: "imap.test", port, timeout: 0.05 };
    const error = await assertRejects(
      () => ImapClient.connect({ ...options, transport: () => new Promise(() => {}) }),
      TimeoutError,
    );
    assertEquals(error.message.includes("starttls: true"), port === 143, error.message);
  }
});

test("an option of TLS that there is not → refused before anything is opened [fault E9]", async () => {
  const transport = () => {
    throw new Error("opened");
  };
  const wrong: [object, string][] = [
    [{ rejectUnauthorized: false }, "'tls.dangerouslyDisableVerification'"],
    [{ requestCert: true }, "'tls.dangerouslyDisableVerification'"],
    [{ servername: "imap.test" }, "'tls.serverName'"],
    [{ hostname: "imap.test" }, "'tls.serverName'"],
    [{ checkServerIdentity: () => undefined }, "'tls.checkHostname'"],
    [{ unsafelyDisableHostnameVerification: true }, "'tls.checkHostname'"],
    [{ secureContext: {} }, "'tls.ca'"],
    [{ caCerts: [] }, "'tls.ca'"],
    [{ CA: "" }, "'tls.ca'"],
    [{ dangerouslyDisableVerfication: true }, "'tls.dangerouslyDisableVerification'"],
    [{ maxVersion: "TLSv1.2" }, "'tls.minVersion'"],
    [{ checkHostname: "false" }, "'tls.checkHostname' must be true or false"],
    [{ ca: new Uint8Array(3) }, "'tls.ca' must be a string or a list of strings"],
    [{ ca: [new Uint8Array(3)] }, "'tls.ca' must be a string or a list of strings"],
    [{ minVersion: "TLSv1" }, "'tls.minVersion' must be"],
  ];
  for (const [tls, message] of wrong) {
    const connecting = () => ImapClient.connect({ transport, tls });
    await assertRejects(connecting, InvalidArgumentError, message);
  }
  const { client, server } = await connectPlain();
  const tls: object = { rejectUnauthorized: false };
  await assertRejects(() => client.starttls(tls), InvalidArgumentError, "'tls.dangerously");
  const noop = client.noop();
  await server.answer("NOOP");
  await noop;
  client.shutdown();
});

test("A7 without a limit the client waits", async () => {
  const { transport, server } = fakeNetwork();
  const connecting = ImapClient.connect({ transport, timeout: null });
  assert(await isPending(connecting));
  await server.send(GREETING);
  (await connecting).shutdown();
});

test("A7 Q9 an error of a transport becomes the cause of a ConnectError", async () => {
  const cause = new Error("no route");
  const transports = [
    () => Promise.reject(cause),
    () => {
      throw cause;
    },
  ];
  for (const transport of transports) {
    const error = await assertRejects(
      () => ImapClient.connect({ transport, host: "imap.test", port: 993 }),
      ConnectError,
    );
    assertEquals(error.message, "no connection to imap.test:993: no route");
    assertStrictEquals(error.cause, cause);
  }
  const own = new CertificateError("expired");
  const transport = () => Promise.reject(own);
  assertStrictEquals(await outcome(ImapClient.connect({ transport })), own);
});

test("A7 an aborted signal ends connecting at each step", async () => {
  const reason = new Error("enough");
  const opened: boolean[] = [];
  await assertRejects(
    () => {
      const transport = () => {
        opened.push(true);
        return Promise.reject(new Error());
      };
      return ImapClient.connect({ transport, signal: AbortSignal.abort(reason) });
    },
    Error,
    "enough",
  );
  assertEquals(opened, []);

  for (const step of ["opening", "greeting", "capability", "starttls", "handshake"]) {
    const controller = new AbortController();
    const network = fakeNetwork({ plain: true });
    const { server, handshake } = network;
    handshake.result = () => new Promise(() => {});
    const transport = step === "opening" ? () => new Promise<Duplex>(() => {}) : network.transport;
    const starttls = step === "starttls" || step === "handshake";
    const connecting = outcome(
      ImapClient.connect({ transport, starttls, signal: controller.signal }),
    );
    if (step === "capability") {
      await server.send("* OK ready");
      await server.expect("CAPABILITY");
    } else if (starttls) {
      await server.send(STARTTLS_GREETING);
      const tag = await server.expect("STARTTLS");
      if (step === "handshake") await server.send(`${tag} OK go`);
    }
    await turns();
    controller.abort(reason);
    assertStrictEquals(await connecting, reason, step);
    if (step !== "opening") assert(await server.isOver(), step);
  }
});

test("A9 the options in force can be read", async () => {
  const tls = { serverName: "other.test" };
  const { client } = await connectFake({ host: "imap.test", port: 1993, tls });
  assertEquals([client.host, client.port, client.ssl], ["imap.test", 1993, true]);
  assertEquals(client.tls, tls);
  assertEquals(client.stream, null);
  client.shutdown();
  const bare = (await connectFake()).client;
  assertEquals([bare.host, bare.port, bare.tls, bare.stream], [null, null, {}, null]);
  bare.shutdown();
});

test("A10 folderEncode decides on names at each call", async () => {
  const { client, server } = await selectFake();
  assert(client.folderEncode);
  const encoded = client.listFolders("", "Ö*");
  await server.answer('LIST "" "&ANY-*"', '* LIST () "/" "&ANY-l"');
  assertEquals((await encoded)[0].name, "Öl");

  client.folderEncode = false;
  const raw = client.listFolders("", "&ANY-*");
  await server.answer('LIST "" "&ANY-*"', '* LIST () "/" "&ANY-l"');
  const { name } = (await raw)[0];
  assertEquals(name instanceof Uint8Array ? textOf(name) : name, "&ANY-l");
  await assertRejects(() => client.selectFolder("Öl"), InvalidArgumentError);
  assert(await server.isSilent());
  client.shutdown();
});

test("A11 normaliseTimes decides on dates at each call", async () => {
  const { client, server } = await selectFake();
  const shown: string[] = [];
  const times: number[] = [];
  for (const normalise of [true, false]) {
    client.normaliseTimes = normalise;
    const fetching = client.fetch(1, ["INTERNALDATE"]);
    await server.answer(
      "UID FETCH 1 (INTERNALDATE)",
      '* 1 FETCH (UID 1 INTERNALDATE " 9-Feb-2007 17:08:08 -0430")',
    );
    const date = (await fetching).get(1)!.INTERNALDATE!;
    assertEquals(date.offsetMinutes, -270);
    shown.push(date.toString());
    times.push(date.getTime());
  }
  const moment = Date.UTC(2007, 1, 9, 21, 38, 8);
  assertEquals(times, [moment, moment]);
  assertEquals(shown, [new Date(moment).toString(), "2007-02-09T17:08:08-04:30"]);
  client.shutdown();
});

test("A13 Q2 the error classes tell what kind of failure it was", () => {
  assertEquals(ImapClient.Error, ImapError);
  assertEquals(ImapClient.AbortError, ImapAbortError);
  assertEquals(ImapClient.ReadOnlyError, ReadOnlyError);
  assert(new ReadOnlyError("") instanceof ImapError);
  for (const Class of [ConnectError, TimeoutError, TlsError, CertificateError]) {
    assert(new Class("") instanceof ImapAbortError, Class.name);
  }
  assertFalse(new CertificateError("") instanceof TlsError);
  return Promise.resolve();
});

test("A14 disposing logs out and closes", async () => {
  const { client, server } = await connectFake();
  const disposing = client[Symbol.asyncDispose]();
  await server.answer("LOGOUT", "* BYE see you");
  await disposing;
  assert(client.closed);
  assert(await server.isOver());
});

test("A14 S5 disposing just closes if logging out fails, and says so", async () => {
  const logger = new KeptLog();
  const { client, server } = await connectFake({ logger });
  const disposing = client[Symbol.asyncDispose]();
  const tag = await server.expect("LOGOUT");
  await server.send(`${tag} BAD not now`);
  await disposing;
  assert(client.closed);
  assert(
    logger.lines.some((line) =>
      /^info imapclient\.imapclient: Could not close the connection cleanly: .*not now/.test(line)
    ),
  );
  assert(await server.isOver());
});

test("A14 disposing of a closed client does nothing", async () => {
  const logger = new KeptLog();
  const { client } = await connectFake({ logger });
  client.shutdown();
  const before = logger.lines.length;
  await client[Symbol.asyncDispose]();
  assertEquals(logger.lines.length, before);
});

test("A16 an OK greeting leaves the login to do", async () => {
  const { client } = await connectFake();
  assertEquals(client.state, "not authenticated");
  await assertRejects(() => client.listFolders(), IllegalStateError);
  client.shutdown();
  assertEquals(client.state, "logout");
});

test("A16 a PREAUTH greeting is a login", async () => {
  const { client, server } = await connectFake({}, "* PREAUTH [CAPABILITY IMAP4rev1] hello");
  assertEquals(client.state, "authenticated");
  const listing = client.listFolders();
  await server.answer('LIST "" "*"');
  assertEquals(await listing, []);
  client.shutdown();
});

test("A16 a BYE greeting throws with its text", async () => {
  const { transport, server } = fakeNetwork();
  const connecting = outcome(ImapClient.connect({ transport }));
  await server.send("* BYE [UNAVAILABLE] come back later");
  const error = await connecting;
  assert(error instanceof ConnectionClosedError);
  assertEquals(error.message, "the server refused: come back later");
  assertEquals([error.text, error.code], ["come back later", "UNAVAILABLE"]);
  assert(await server.isOver());
});

test("Q8 lines that begin no response, before the greeting: they are let pass [fault B2]", async () => {
  const { transport, server } = fakeNetwork();
  const connecting = ImapClient.connect({ transport });
  await server.send("", " ", ")", "* OK [CAPABILITY IMAP4rev1] ready");
  assertEquals((await connecting).welcome, "[CAPABILITY IMAP4rev1] ready");
});

test("A16 Q8 a greeting that is not IMAP throws a ProtocolError at once", async () => {
  const lines = [
    "HTTP/1.1 400 Bad Request",
    "SSH-2.0-OpenSSH_9.6",
    "220 smtp.test ESMTP",
    "+OK POP3 ready",
    "* 3 EXISTS",
    "* CAPABILITY IMAP4rev1",
    "A1 OK hello",
  ];
  for (const line of lines) {
    const { transport, server } = fakeNetwork();
    const connecting = outcome(ImapClient.connect({ transport, timeout: 10 }));
    await server.send(line);
    const error = await connecting;
    assert(error instanceof ProtocolError, `${line}: ${error}`);
    assert(await server.isOver());
  }
});

test("A16 hanging up without a greeting throws", async () => {
  for (const greeting of ["", "* OK rea"]) {
    const { transport, server } = fakeNetwork();
    const connecting = outcome(ImapClient.connect({ transport }));
    await server.send(bytesOf(greeting));
    await server.end();
    const error = await connecting;
    assert(error instanceof ConnectionClosedError);
    assertEquals(error.message, "the server closed the connection before its greeting");
  }
});

test("A17 there is no access to the socket; listen reports what arrives", async () => {
  const { client, server } = await selectFake();
  for (const name of ["socket", "_sock", "sock"]) assertFalse(name in client);
  const heard: UntaggedResponse["type"][] = [];
  const stop = client.listen(({ type }) => heard.push(type));
  await server.send(
    "* 1001 EXISTS",
    "* 7 EXPUNGE",
    "* 3 FETCH (FLAGS (\\Seen))",
    "* OK still here",
  );
  await turns();
  assertEquals(heard, ["EXISTS", "EXPUNGE", "FETCH", "OK"]);
  stop();
  await server.send("* 1002 EXISTS");
  await turns();
  assertEquals(heard.length, 4);
  client.shutdown();
});
