import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  CapabilityError,
  type ChannelBindingType,
  ConnectionClosedError,
  type ConnectOptions,
  type Duplex,
  ImapClient,
  ImapError,
  LoginError,
  type SaslMechanism,
  scramSha1Plus,
  scramSha256,
  scramSha256Plus,
  scramSha512Plus,
} from "../../../mod.ts";
import { bytes } from "../../support/wire.ts";
import {
  fakeNetwork,
  type FakeServer,
  isPending,
  KeptLog,
  outcome,
  test,
} from "../../support/fake_server.ts";
import { ScramServer } from "../../support/scram_server.ts";

type Yields = (type: ChannelBindingType) => Promise<Uint8Array | null>;

const BOTH = "AUTH=SCRAM-SHA-256 AUTH=SCRAM-SHA-256-PLUS";
const IN = "OK [CAPABILITY IMAP4rev1] in";
const EXPORTED = bytes("exported");

/** A connection that yields bindings of these types. */
const yielding = (...types: readonly ChannelBindingType[]): Yields => (type) =>
  Promise.resolve(types.includes(type) ? EXPORTED : null);

const ALL = yielding("tls-exporter", "tls-unique", "tls-server-end-point");

/** A client on a connection that yields bindings, and its server. */
async function connectBound(
  channelBinding: Yields | undefined,
  capabilities: string,
  options: ConnectOptions = {},
  hello = "hello",
): Promise<{ client: ImapClient; server: FakeServer }> {
  const { transport, server } = fakeNetwork();
  const bound = async (signal: AbortSignal): Promise<Duplex> => {
    return { ...await transport(signal), channelBinding };
  };
  const connecting = ImapClient.connect({ transport: bound, ...options });
  await server.send(`* OK [CAPABILITY IMAP4rev1 SASL-IR ${capabilities}] ${hello}`);
  return { client: await connecting, server };
}

const base64 = (text: string) => btoa(text);

/** Reads AUTHENTICATE, whose message must begin with the header. */
async function begun(
  server: FakeServer,
  mechanism: string,
  header: string,
): Promise<{ tag: string; first: string }> {
  const [tag, name, wanted, message] = (await server.line()).split(" ");
  assertEquals([name, wanted], ["AUTHENTICATE", mechanism]);
  const first = atob(message);
  assert(first.startsWith(`${header}n=`), first);
  return { tag, first };
}

/** Refuses a login by an error of SCRAM. */
async function refuse(server: FakeServer, tag: string, error: string, no = "NO no"): Promise<void> {
  await server.send(`+ ${base64(`e=${error}`)}`);
  assertEquals(await server.line(), "");
  await server.send(`${tag} ${no}`);
}

/** Goes on with a login up to the server's proof; returns what the client said of the channel. */
async function proven(server: FakeServer, first: string): Promise<string> {
  const scram = new ScramServer("SHA-256", "secret");
  await server.send(`+ ${base64(scram.challenge(first, bytes("salt"), 4096))}`);
  const final = atob(await server.line());
  await server.send(`+ ${base64(scram.verify(final)!)}`);
  assertEquals(await server.line(), "");
  return ScramServer.channelOf(final);
}

const plus = (client: ImapClient) => client.saslLogin(scramSha256Plus("ann", "secret"));

test("PLUS → header and data of the connection, and logged in [ext CHANNEL-BINDING]", async () => {
  const log = new KeptLog();
  const { client, server } = await connectBound(ALL, BOTH, { logger: log });
  const login = plus(client);
  const { tag, first } = await begun(server, "SCRAM-SHA-256-PLUS", "p=tls-exporter,,");
  assertEquals(await proven(server, first), "p=tls-exporter,,exported");
  await server.send(`${tag} ${IN}`);
  await login;
  assertEquals(client.state, "authenticated");
  assert(!log.text.includes(base64(first)));
  client.shutdown();
});

test("a type that the server does not know → the next, and later calls wait", async () => {
  const { client, server } = await connectBound(ALL, BOTH);
  const login = plus(client);
  const noop = client.noop();
  for (const type of ["tls-exporter", "tls-unique"]) {
    const { tag } = await begun(server, "SCRAM-SHA-256-PLUS", `p=${type},,`);
    await refuse(server, tag, "unsupported-channel-binding-type");
  }
  const { tag, first } = await begun(server, "SCRAM-SHA-256-PLUS", "p=tls-server-end-point,,");
  assertEquals(await proven(server, first), "p=tls-server-end-point,,exported");
  await server.send(`${tag} ${IN}`);
  await login;
  await server.answer("NOOP");
  await noop;
  client.shutdown();
});

test("no type that the server knows → LoginError, and the connection goes on", async () => {
  const { client, server } = await connectBound(ALL, BOTH);
  const login = outcome(plus(client));
  for (const type of ["tls-exporter", "tls-unique", "tls-server-end-point"]) {
    const { tag } = await begun(server, "SCRAM-SHA-256-PLUS", `p=${type},,`);
    await refuse(server, tag, "unsupported-channel-binding-type");
  }
  const error = await login;
  assertInstanceOf(error, LoginError);
  assertStringIncludes(error.message, "does not know tls-server-end-point");
  const noop = client.noop();
  await server.answer("NOOP");
  await noop;
  client.shutdown();
});

for (
  const [error, meaning] of [
    ["channel-bindings-dont-match", "somebody may sit in between"],
    ["channel-binding-not-supported", "do without the -PLUS mechanism"],
    ["invalid-proof", "(invalid-proof)"],
  ]
) {
  test(`PLUS refused by ${error} → LoginError, and nothing else is tried`, async () => {
    const { client, server } = await connectBound(ALL, BOTH);
    const login = outcome(plus(client));
    const { tag } = await begun(server, "SCRAM-SHA-256-PLUS", "p=tls-exporter,,");
    await refuse(server, tag, error);
    const failure = await login;
    assertInstanceOf(failure, LoginError);
    assertStringIncludes(failure.message, meaning);
    assert(await server.isSilent());
    client.shutdown();
  });
}

test("an unknown type, but the server is at fault → not tried again", async () => {
  const { client, server } = await connectBound(ALL, BOTH);
  const login = outcome(plus(client));
  const { tag } = await begun(server, "SCRAM-SHA-256-PLUS", "p=tls-exporter,,");
  await refuse(server, tag, "unsupported-channel-binding-type", "NO [UNAVAILABLE] later");
  const error = await login;
  assert(error instanceof ImapError && !(error instanceof LoginError));
  assert(await server.isSilent());
  client.shutdown();
});

test("somebody removed -PLUS from the list → found out [ext CHANNEL-BINDING]", async () => {
  const { client, server } = await connectBound(ALL, "AUTH=SCRAM-SHA-256 AUTH=PLAIN");
  const login = outcome(client.saslLogin(scramSha256("ann", "secret")));
  const { tag } = await begun(server, "SCRAM-SHA-256", "y,,");
  await refuse(server, tag, "server-does-support-channel-binding");
  const error = await login;
  assertInstanceOf(error, LoginError);
  assertStringIncludes(error.message, "the server offers SCRAM-SHA-256-PLUS");
  assertStringIncludes(error.message, "somebody in between may have removed it");
  assert(await server.isSilent());
  client.shutdown();
});

for (
  const [what, binding, capabilities, header] of [
    ["could bind, and the server can't", ALL, "AUTH=SCRAM-SHA-256", "y,,"],
    ["can't bind", yielding(), "AUTH=SCRAM-SHA-256", "n,,"],
    ["has no such method", undefined, "AUTH=SCRAM-SHA-256", "n,,"],
    ["could bind, and need not", ALL, BOTH, "n,,"],
  ] as const
) {
  test(`SCRAM on a connection that ${what} → ${header}`, async () => {
    const { client, server } = await connectBound(binding, capabilities);
    const login = client.saslLogin(scramSha256("ann", "secret"));
    const { tag, first } = await begun(server, "SCRAM-SHA-256", header);
    assertEquals(await proven(server, first), header);
    await server.send(`${tag} ${IN}`);
    await login;
    client.shutdown();
  });
}

test("a connection that can't bind → LoginError, nothing sent", async () => {
  for (const binding of [undefined, yielding()]) {
    const { client, server } = await connectBound(binding, BOTH);
    const error = await assertRejects(() => plus(client), LoginError);
    assertStringIncludes(error.message, "SCRAM-SHA-256-PLUS failed: the connection yields no");
    assert(await server.isSilent());
    client.shutdown();
  }
});

test("a server without the mechanism → CapabilityError, nothing sent or asked", async () => {
  const asked: string[] = [];
  const { client, server } = await connectBound((type) => {
    asked.push(type);
    return Promise.resolve(EXPORTED);
  }, "AUTH=SCRAM-SHA-256");
  for (const make of [scramSha256Plus, scramSha1Plus, scramSha512Plus]) {
    const login = () => client.saslLogin(make("ann", "secret"));
    await assertRejects(login, CapabilityError, "-PLUS");
  }
  assertEquals(asked, []);
  assert(await server.isSilent());
  client.shutdown();
});

test("Cyrus → by tls-unique alone, unless told otherwise [ext QUIRKS]", async () => {
  const hello = "mail.example Cyrus IMAP 3.6.1-Debian-3.6.1-4 server ready";
  const modern = yielding("tls-exporter", "tls-server-end-point");
  const { client, server } = await connectBound(modern, BOTH, {}, hello);
  await assertRejects(() => plus(client), LoginError, "yields no channel binding");
  assert(await server.isSilent());
  client.shutdown();
  for (
    const [binding, options, header] of [
      [ALL, {}, "p=tls-unique,,"],
      [modern, { quirks: { channelBindings: null } }, "p=tls-exporter,,"],
      [
        modern,
        { quirks: { channelBindings: ["tls-server-end-point"] } },
        "p=tls-server-end-point,,",
      ],
    ] as const
  ) {
    const { client, server } = await connectBound(binding, BOTH, options, hello);
    const login = outcome(plus(client));
    const { tag } = await begun(server, "SCRAM-SHA-256-PLUS", header);
    await server.send(`${tag} NO bad protocol / cancel`);
    assertInstanceOf(await login, LoginError);
    client.shutdown();
  }
});

test("Cyrus without -PLUS in its list → told that this side could bind", async () => {
  const hello = "mail.example Cyrus IMAP 3.6.1-Debian-3.6.1-4 server ready";
  const { client, server } = await connectBound(
    yielding("tls-exporter"),
    "AUTH=SCRAM-SHA-256",
    {},
    hello,
  );
  const login = outcome(client.saslLogin(scramSha256("ann", "secret")));
  const { tag } = await begun(server, "SCRAM-SHA-256", "y,,");
  await server.send(`${tag} NO authentication failure`);
  assertInstanceOf(await login, LoginError);
  client.shutdown();
});

test("PLUS refused without a reason → the error names what may be wrong", async () => {
  const { client, server } = await connectBound(ALL, BOTH);
  const login = outcome(plus(client));
  const { tag, first } = await begun(server, "SCRAM-SHA-256-PLUS", "p=tls-exporter,,");
  const scram = new ScramServer("SHA-256", "secret");
  await server.send(`+ ${base64(scram.challenge(first, bytes("salt"), 4096))}`);
  await server.line();
  await server.send(`${tag} NO bad protocol / cancel`);
  const error = await login;
  assertInstanceOf(error, LoginError);
  assertStringIncludes(error.message, "may not accept the channel binding tls-exporter");
  assert(await server.isSilent());
  client.shutdown();
});

test("an OK before the server's proof → LoginError, the connection is closed", async () => {
  const { client, server } = await connectBound(ALL, BOTH);
  const login = outcome(plus(client));
  const { tag } = await begun(server, "SCRAM-SHA-256-PLUS", "p=tls-exporter,,");
  await server.send(`${tag} OK come in`);
  assertInstanceOf(await login, LoginError);
  assert(client.closed);
});

for (
  const [what, challenge] of [
    ["not base64", "!"],
    ["not UTF-8", base64("\xff\xff")],
    ["the wrong nonce", base64("r=another,s=YWE=,i=4096")],
    ["too many iterations", base64("r=another,s=YWE=,i=99999999")],
    ["a megabyte", "A".repeat(1_000_000)],
  ]
) {
  test(`PLUS and a challenge that is ${what} → LoginError, cancelled`, async () => {
    const { client, server } = await connectBound(ALL, BOTH);
    const login = outcome(plus(client));
    const { tag } = await begun(server, "SCRAM-SHA-256-PLUS", "p=tls-exporter,,");
    await server.send(`+ ${challenge}`);
    assertEquals(await server.line(), "*");
    await server.send(`${tag} BAD cancelled`);
    assertInstanceOf(await login, LoginError);
    assert(await server.isSilent());
    client.shutdown();
  });
}

test("a binding that never comes → an abort or the end of the connection ends it", async () => {
  const never: Yields = () => new Promise(() => {});
  for (const end of ["abort", "shutdown", "cut"]) {
    const { client, server } = await connectBound(never, BOTH);
    const control = new AbortController();
    const mechanism = scramSha256Plus("ann", "secret");
    const login = outcome(client.saslLogin(mechanism, { signal: control.signal }));
    assert(await isPending(login));
    if (end === "abort") control.abort(new Error("enough"));
    if (end === "shutdown") client.shutdown();
    if (end === "cut") await server.close();
    const error = await login;
    if (end === "abort") assertEquals((error as Error).message, "enough");
    else assertInstanceOf(error, ConnectionClosedError);
    client.shutdown();
  }
});

test("a binding that fails → its error, and the connection goes on", async () => {
  const { client, server } = await connectBound(() => Promise.reject(new Error("odd")), BOTH);
  await assertRejects(() => plus(client), Error, "odd");
  const noop = client.noop();
  await server.answer("NOOP");
  await noop;
  client.shutdown();
});

test("aborted or cut between two attempts → nothing more is sent", async () => {
  for (const end of ["abort", "cut"]) {
    const { client, server } = await connectBound(ALL, BOTH);
    const control = new AbortController();
    const mechanism = scramSha256Plus("ann", "secret");
    const login = outcome(client.saslLogin(mechanism, { signal: control.signal }));
    const { tag } = await begun(server, "SCRAM-SHA-256-PLUS", "p=tls-exporter,,");
    await server.send(`+ ${base64("e=unsupported-channel-binding-type")}`);
    await server.line();
    if (end === "abort") control.abort(new Error("enough"));
    else await server.close();
    if (end === "abort") await server.send(`${tag} NO no`);
    const error = await login;
    if (end === "abort") assertEquals((error as Error).message, "enough");
    else assertInstanceOf(error, ConnectionClosedError);
    if (end === "abort") assert(await server.isSilent());
    client.shutdown();
  }
});

test("a mechanism of the caller's own → bound, and tried again as it says", async () => {
  const { client, server } = await connectBound(ALL, "AUTH=X-OWN AUTH=X-OTHER");
  const seen: unknown[] = [];
  let left = 2;
  const own: SaslMechanism = {
    name: "X-OWN",
    async bind(connection): Promise<void> {
      seen.push(connection.offers("X-OTHER"), connection.offers("PLAIN"));
      seen.push(await connection.channelBinding("tls-unique"));
    },
    initialResponse: () => bytes("hi"),
    respond: () => bytes(""),
    again: () => --left > 0,
  };
  const login = outcome(client.saslLogin(own));
  for (let i = 0; i < 2; i++) {
    const tag = await server.expect(`AUTHENTICATE X-OWN ${base64("hi")}`);
    await server.send(`${tag} NO no`);
  }
  assertInstanceOf(await login, LoginError);
  assertEquals(seen, [true, false, EXPORTED, true, false, EXPORTED]);
  client.shutdown();
});
