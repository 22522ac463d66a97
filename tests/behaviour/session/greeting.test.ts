import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { ConnectionClosedError, ImapClient, TlsError } from "../../../mod.ts";
import { bytesOf, connectFake, fakeNetwork, outcome, test } from "../../support/fake_server.ts";

const CAPABLE = "* OK [CAPABILITY IMAP4rev1 IDLE STARTTLS] ready";
const PREAUTH = "* PREAUTH [CAPABILITY IMAP4rev1] hello ann";

/** A client whose greeting arrived as these bytes, all at once. */
async function greeted(...lines: readonly string[]) {
  const { transport, server } = fakeNetwork();
  const connecting = ImapClient.connect({ transport });
  await server.send(bytesOf(lines.map((line) => `${line}\r\n`).join("")));
  return { client: await connecting, server };
}

for (const nuls of ["\0", "\0\0\0\0"]) {
  test(`greeting: ${nuls.length} NULs before it → it is read [fault C19]`, async () => {
    const { client, server } = await greeted(`${nuls}${CAPABLE}`);
    assertEquals(client.state, "not authenticated");
    // Also before later responses.
    const noop = client.noop();
    await server.send(`${nuls}* 3 EXISTS`, `${nuls}${await server.expect("NOOP")} OK done`);
    assertEquals((await noop).responses.map(({ type }) => type), ["EXISTS"]);
    client.shutdown();
  });
}

for (
  const [what, lines] of Object.entries({
    "an alert": ["* OK [ALERT] the disk is nearly full"],
    "two alerts": ["* OK [ALERT] one", "* OK [ALERT] two"],
    "an OK with capabilities": [CAPABLE],
    "an OK and a NO": ["* OK hello", "* NO [ALERT] the disk is full"],
  })
) {
  test(`PREAUTH: after ${what} → authenticated (Courier) [fault C19]`, async () => {
    const { client, server } = await greeted(...lines, PREAUTH);
    assertEquals(client.state, "authenticated");
    const selecting = client.selectFolder("x");
    await server.answer('SELECT "x"');
    await selecting;
    client.shutdown();
  });
}

test("PREAUTH: after an alert and the request for capabilities → it counts [fault C19]", async () => {
  const { transport, server } = fakeNetwork();
  const connecting = ImapClient.connect({ transport });
  await server.send("* OK [ALERT] the disk is nearly full");
  const tag = await server.expect("CAPABILITY");
  await server.send("* PREAUTH hello", "* CAPABILITY IMAP4rev1", `${tag} OK done`);
  const client = await connecting;
  assertEquals(client.state, "authenticated");
  client.shutdown();
});

test("PREAUTH: once anything else was asked → no login [fault C19]", async () => {
  const { client, server } = await connectFake({}, CAPABLE);
  const noop = client.noop();
  const tag = await server.expect("NOOP");
  await server.send(PREAUTH, `${tag} OK done`);
  await noop;
  assertEquals(client.state, "not authenticated");
  const capabilities = client.capabilities({ refresh: true } as object);
  await server.send(PREAUTH);
  await outcome(capabilities);
  assertEquals(client.state, "not authenticated");
  client.shutdown();
});

for (
  const [when, before] of [
    ["with the greeting", true],
    ["in the answer to CAPABILITY", false],
  ] as const
) {
  test(`PREAUTH: ${when}, if TLS is to be started → TlsError [fault C19]`, async () => {
    const { transport, server } = fakeNetwork();
    const connecting = outcome(ImapClient.connect({ transport, starttls: true }));
    if (before) await server.send(CAPABLE, PREAUTH);
    else {
      await server.send("* OK [ALERT] hello");
      const tag = await server.expect("CAPABILITY");
      await server.send(PREAUTH, "* CAPABILITY IMAP4rev1 STARTTLS", `${tag} OK done`);
    }
    assertInstanceOf(await connecting, TlsError);
  });
}

for (const bye of ["BYE so long", "bye", "BYE [ALERT] so long"]) {
  test(`LOGOUT: answered by a tagged ${bye} → resolves [fault C19]`, async () => {
    const { client, server } = await connectFake({}, PREAUTH);
    const logout = client.logout();
    await server.send(`${await server.expect("LOGOUT")} ${bye}`);
    assertEquals(await logout, bye.replace(/^bye ?/i, ""));
    assert(client.closed);
  });
}

test("LOGOUT: an untagged BYE before the tagged one → resolves", async () => {
  const { client, server } = await connectFake({}, PREAUTH);
  const logout = client.logout();
  await server.send("* BYE first", `${await server.expect("LOGOUT")} BYE so long`);
  assertEquals(await logout, "so long");
});

test("a tagged BYE to any other command → the end, with the server's text [fault C19]", async () => {
  const { client, server } = await connectFake({}, PREAUTH);
  const noop = outcome(client.noop());
  await server.send(`${await server.expect("NOOP")} BYE [UNAVAILABLE] shutting down`);
  server.end();
  const error = await noop;
  assertInstanceOf(error, ConnectionClosedError);
  assertEquals([error.text, error.code], ["shutting down", "UNAVAILABLE"]);
  await assertRejects(() => client.noop(), ConnectionClosedError);
});
