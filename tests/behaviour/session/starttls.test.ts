// STARTTLS: what can be trusted before it and after it.
import { assert, assertEquals, assertFalse, assertRejects, assertStrictEquals } from "@std/assert";
import {
  CapabilityError,
  CertificateError,
  type ConnectOptions,
  IllegalStateError,
  ImapAbortError,
  ImapClient,
  ImapError,
  LoginError,
  ProtocolError,
  TimeoutError,
  TlsError,
} from "../../../mod.ts";
import {
  bytesOf,
  connectFake,
  connectPlain,
  type FakeNetwork,
  fakeNetwork,
  GREETING,
  outcome,
  STARTTLS_GREETING,
  test,
  turns,
} from "../../support/fake_server.ts";

/** Connects with `starttls`, and returns the result and the network. */
function connectStarttls(options: ConnectOptions = {}) {
  const network = fakeNetwork({ plain: true });
  const { transport } = network;
  const connecting = ImapClient.connect({
    transport,
    host: "imap.test",
    starttls: true,
    ...options,
  });
  return { connecting: outcome(connecting), ...network };
}

test("C5 A5 starttls starts TLS with the client's options and returns the text", async () => {
  const { client, server, handshake } = await connectPlain(STARTTLS_GREETING, {
    tls: { minVersion: "TLSv1.3" },
  });
  assertFalse(client.ssl);
  const starting = client.starttls();
  await server.answer("STARTTLS");
  await handshake.server.answer("CAPABILITY", "* CAPABILITY IMAP4rev1 AUTH=PLAIN");
  assertEquals(await starting, "done");
  assert(client.ssl);
  assertEquals(handshake.options, { minVersion: "TLSv1.3", serverName: "imap.test" });

  const noop = client.noop();
  await handshake.server.answer("NOOP");
  await noop;
  client.shutdown();
});

test("C5 starttls accepts its own TLS options", async () => {
  const { client, server, handshake } = await connectPlain();
  const starting = client.starttls({ serverName: "other.test" });
  await server.answer("STARTTLS");
  await handshake.server.answer("CAPABILITY", "* CAPABILITY IMAP4rev1");
  await starting;
  assertEquals(handshake.options, { serverName: "other.test" });
  client.shutdown();
});

test("C5 C7 connect with starttls sends nothing else before TLS", async () => {
  const { connecting, server, handshake } = connectStarttls();
  await server.send(STARTTLS_GREETING);
  await server.answer("STARTTLS");
  await handshake.server.answer("CAPABILITY", "* CAPABILITY IMAP4rev1 AUTH=PLAIN");
  const client = await connecting;
  assert(client instanceof ImapClient);
  assert(client.ssl);
  // Capabilities from before TLS are forgotten; until a login they are requested each time.
  const capabilities = client.capabilities();
  await handshake.server.answer("CAPABILITY", "* CAPABILITY IMAP4rev1 X-NEW");
  assertEquals(await capabilities, ["IMAP4REV1", "X-NEW"]);
  client.shutdown();
});

test("C6 a second starttls, or one over TLS, throws an ImapAbortError and sends nothing", async () => {
  const { client, server } = await connectFake({}, STARTTLS_GREETING);
  await assertRejects(
    () => client.starttls(),
    ImapAbortError,
    "TLS session already established",
  );
  assert(await server.isSilent());
  client.shutdown();
});

test("C6 starttls refused is an ordinary error with the server's text", async () => {
  for (const status of ["NO", "BAD"]) {
    const { client, server, handshake } = await connectPlain();
    const starting = outcome(client.starttls());
    const tag = await server.expect("STARTTLS");
    await server.send(`${tag} ${status} sorry`);
    const error = await starting;
    assert(error instanceof ImapError && !(error instanceof ImapAbortError));
    assertEquals(error.message, "STARTTLS failed: sorry");
    assertEquals(handshake.options, null);
    assertFalse(client.closed);
    client.shutdown();
  }
});

test("C6 connect with starttls never continues without TLS", async () => {
  for (const status of ["NO", "BAD"]) {
    const { connecting, server } = connectStarttls();
    await server.send(STARTTLS_GREETING);
    const tag = await server.expect("STARTTLS");
    await server.send(`${tag} ${status} sorry`);
    const error = await connecting;
    assert(error instanceof ImapError);
    assertEquals(error.message, "STARTTLS failed: sorry");
    assert(await server.isOver());
  }
});

test("C6 E3 starttls that the server does not offer throws before it is sent", async () => {
  const { client, server } = await connectPlain(GREETING);
  await assertRejects(
    () => client.starttls(),
    CapabilityError,
    "Server does not support STARTTLS capability",
  );
  assert(await server.isSilent());
  client.shutdown();

  const { connecting, server: other } = connectStarttls();
  await other.send(GREETING);
  assert(await connecting instanceof CapabilityError);
  assert(await other.isOver());
});

test("C6 A16 PREAUTH instead of a chance for STARTTLS is refused", async () => {
  const { connecting, server, handshake } = connectStarttls();
  await server.send("* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] welcome");
  const error = await connecting;
  assert(error instanceof TlsError, String(error));
  assertEquals(handshake.options, null);
  assert(await server.isOver());

  const greeting = "* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] welcome";
  const { client, server: other } = await connectPlain(greeting);
  await assertRejects(() => client.starttls(), IllegalStateError);
  assert(await other.isSilent());
  client.shutdown();
});

test("C6 bytes after the OK to STARTTLS are an injection, and end the connection [ext STARTTLS-INJECTION]", async () => {
  const injections = [
    "* CAPABILITY IMAP4rev1 AUTH=PLAIN",
    "A2 OK trust me",
    "* OK hi",
    bytesOf(" "),
  ];
  for (const injected of injections) {
    const { connecting, server, handshake } = connectStarttls();
    await server.send(STARTTLS_GREETING);
    const tag = await server.expect("STARTTLS");
    await server.send(`${tag} OK go`, injected);
    const error = await connecting;
    assert(error instanceof ProtocolError, String(error));
    assert(error.message.includes("injection"));
    assertEquals(handshake.options, null);
    assert(await server.isOver());
  }
});

test("C6 an answer to STARTTLS before it was sent is refused", async () => {
  const { connecting, server, handshake } = connectStarttls();
  await server.send(STARTTLS_GREETING, "A1 OK begin TLS");
  assert(await connecting instanceof ProtocolError);
  assertEquals(handshake.options, null);
});

test("C7 nothing from before TLS is believed after it", async () => {
  const { client, server, handshake } = await connectPlain();
  await server.send("* ENABLED UTF8=ACCEPT", "* CAPABILITY STARTTLS LITERAL+ X-OLD");
  await turns();
  const starting = client.starttls();
  await server.answer("STARTTLS");
  await handshake.server.answer("CAPABILITY", "* CAPABILITY IMAP4rev1");
  await starting;
  // If the lies had survived, a non-ASCII name would be sent as UTF-8 and as a literal without
  // asking.
  const login = client.login("ü", "x");
  assertEquals(await handshake.server.line(), "A3 LOGIN {2}");
  await handshake.server.send("A3 NO no");
  await assertRejects(() => login, LoginError);
  const known = client.hasCapability("X-OLD");
  await handshake.server.answer("CAPABILITY", "* CAPABILITY IMAP4rev1");
  assertFalse(await known);
  client.shutdown();
});

test("C7 capabilities from before TLS are gone even if new ones are refused", async () => {
  const { client, server, handshake } = await connectPlain();
  await server.send("* CAPABILITY STARTTLS X-OLD");
  await turns();
  const starting = outcome(client.starttls());
  await server.answer("STARTTLS");
  const tag = await handshake.server.expect("CAPABILITY");
  await handshake.server.send(`${tag} NO not now`);
  assert(await starting instanceof ImapError);
  await assertRejects(
    () => client.run({ name: "X-OLD", needs: "X-OLD", result: () => null }),
    CapabilityError,
  );
  client.shutdown();
});

test("C5 commands given during STARTTLS wait for TLS", async () => {
  const greeting = "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready";
  const { client, server, handshake } = await connectPlain(greeting);
  let finish: () => void = () => {};
  const encrypted = await handshake.result();
  handshake.result = () => new Promise((resolve) => finish = () => resolve(encrypted));
  const starting = client.starttls();
  const login = client.login("ann", "hunter2");
  const tag = await server.expect("STARTTLS");
  assert(await server.isSilent());
  await server.send(`${tag} OK go`);
  assert(await server.isSilent());
  assert(await handshake.server.isSilent());
  finish();
  await handshake.server.answer('LOGIN "ann" "hunter2"', "* CAPABILITY IMAP4rev1");
  await handshake.server.answer("CAPABILITY", "* CAPABILITY IMAP4rev1");
  await Promise.all([starting, login]);
  client.shutdown();
});

test("C5 an aborted STARTTLS leaves the connection usable or closed", async () => {
  const reason = new Error("enough");
  for (const step of ["queued", "sent", "handshake"]) {
    const { client, server, handshake } = await connectPlain();
    handshake.result = () => new Promise(() => {});
    const controller = new AbortController();
    const noop = step === "queued" ? client.noop() : null;
    const starting = outcome(client.starttls(undefined, { signal: controller.signal }));
    if (step === "queued") {
      controller.abort(reason);
      assertStrictEquals(await starting, reason);
      await server.answer("NOOP");
      await noop;
      assertFalse(client.closed);
      client.shutdown();
      continue;
    }
    const tag = await server.expect("STARTTLS");
    if (step === "sent") controller.abort(reason);
    await server.send(`${tag} OK go`);
    await turns();
    if (step === "handshake") controller.abort(reason);
    assertStrictEquals(await starting, reason);
    await turns();
    assert(client.closed, step);
    assert(await server.isOver());
  }
});

test("C5 A7 a TLS handshake that does not end throws, and a late one is closed", async () => {
  const { client, server, handshake } = await connectPlain(STARTTLS_GREETING, { timeout: 0.05 });
  const encrypted = await handshake.result();
  let finish: () => void = () => {};
  handshake.result = () => new Promise((resolve) => finish = () => resolve(encrypted));
  const starting = outcome(client.starttls());
  await server.answer("STARTTLS");
  const error = await starting;
  assert(error instanceof TimeoutError, String(error));
  assert(client.closed);
  finish();
  assert(await handshake.server.isOver());
});

test("C9 a failed handshake throws as it is and closes the connection", async () => {
  for (const failure of [new CertificateError("expired"), new TlsError("no common version")]) {
    const { connecting, server, handshake } = connectStarttls();
    handshake.result = () => Promise.reject(failure);
    await server.send(STARTTLS_GREETING);
    await server.answer("STARTTLS");
    assertStrictEquals(await connecting, failure);
    assert(await server.isOver());
  }
  const cause = new Error("odd");
  const { connecting, server, handshake }: FakeNetwork & { connecting: Promise<unknown> } =
    connectStarttls();
  handshake.result = () => Promise.reject(cause);
  await server.send(STARTTLS_GREETING);
  await server.answer("STARTTLS");
  const error = await connecting;
  assert(error instanceof ImapAbortError);
  assertStrictEquals(error.cause, cause);
});

test("C6 a transport that can't start TLS is refused", async () => {
  const { transport, server } = fakeNetwork({ plain: true });
  const connecting = ImapClient.connect({
    transport: async (signal) => ({ ...await transport(signal), startTls: undefined }),
  });
  await server.send(STARTTLS_GREETING);
  const client = await connecting;
  await assertRejects(() => client.starttls(), ImapAbortError, "can't start TLS");
  client.shutdown();
});
