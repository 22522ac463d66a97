// What the client enables by itself after a login.
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  ConnectionClosedError,
  type ConnectOptions,
  ImapClient,
  type Modes,
  version,
} from "@imapclient/imapclient";
import { connectFake, fakeNetwork, KeptLog, outcome, test } from "../../support/fake_server.ts";

const BOTH = "IMAP4rev1 IMAP4rev2 ENABLE UTF8=ACCEPT UIDONLY CONDSTORE";

/** A server that is logged in to; the login's answer names its capabilities. */
async function logIn(capabilities: string, options: ConnectOptions = {}) {
  const { client, server } = await connectFake(options);
  const login = client.login("ann", "x");
  const tag = await server.expect('LOGIN "ann" "x"');
  await server.send(`${tag} OK [CAPABILITY ${capabilities}] in`);
  return { client, server, login };
}

const SENT: readonly (readonly [capabilities: string, enable: Modes | undefined, sent: string])[] =
  [
    [BOTH, undefined, "ENABLE IMAP4REV2 UTF8=ACCEPT"],
    [BOTH, "best", "ENABLE IMAP4REV2 UTF8=ACCEPT"],
    ["IMAP4rev1 ENABLE UTF8=ACCEPT QRESYNC", undefined, "ENABLE UTF8=ACCEPT"],
    ["IMAP4rev1 ENABLE UTF8=ONLY", undefined, "ENABLE UTF8=ACCEPT"],
    ["IMAP4rev1 ENABLE IMAP4rev2", undefined, "ENABLE IMAP4REV2"],
    ["IMAP4rev2 ENABLE UTF8=ACCEPT", undefined, "ENABLE UTF8=ACCEPT"],
    [BOTH, ["uidonly", "X-NONE", "UIDONLY"], "ENABLE UIDONLY"],
    ["IMAP4rev1 UIDONLY", ["UIDONLY"], "ENABLE UIDONLY"],
  ];
for (const [capabilities, enable, sent] of SENT) {
  const wanted = JSON.stringify(enable) ?? "nothing said";
  test(`${capabilities}, ${wanted} → ${sent}, and the login waits [ext IMAP4rev2, UTF8=ACCEPT]`, async () => {
    const { client, server, login } = await logIn(capabilities, { enable });
    const listing = client.listFolders();
    const tag = await server.expect(sent);
    assert(await server.isSilent());
    const names = sent.slice("ENABLE ".length);
    await server.send(`* ENABLED ${names}`, `${tag} OK done`);
    await login;
    assertEquals(client.enabled, names.split(" "));
    await server.answer('LIST "" "*"');
    await listing;
    client.shutdown();
  });
}

const UNSENT: readonly (readonly [capabilities: string, enable: Modes | undefined])[] = [
  ["IMAP4rev1", undefined],
  ["IMAP4rev1 ENABLE CONDSTORE QRESYNC UIDONLY", undefined],
  ["IMAP4rev1 IMAP4rev2 UTF8=ACCEPT", undefined],
  ["IMAP4rev2 ENABLE", undefined],
  ["IMAP4rev2", ["IMAP4rev2"]],
  [BOTH, []],
  [BOTH, ["QRESYNC"]],
  ["IMAP4rev1 X-ONE", ["X-ONE"]],
];
for (const [capabilities, enable] of UNSENT) {
  const wanted = JSON.stringify(enable) ?? "nothing said";
  test(`${capabilities}, ${wanted} → nothing sent [ext IMAP4rev2, UTF8=ACCEPT]`, async () => {
    const { client, server, login } = await logIn(capabilities, { enable });
    await login;
    assertEquals(client.enabled, []);
    assert(await server.isSilent());
    client.shutdown();
  });
}

test("capabilities only when asked for → ENABLE after them, and ID with the next command", async () => {
  const { client, server } = await connectFake();
  const login = client.login("ann", "x");
  const selecting = client.selectFolder("Entwürfe");
  await server.answer('LOGIN "ann" "x"');
  await server.answer("CAPABILITY", `* CAPABILITY ${BOTH} ID`);
  await server.answer("ENABLE IMAP4REV2 UTF8=ACCEPT", "* ENABLED IMAP4rev2");
  // It was called before the login had its answer, and is written for a session in UTF-8.
  await server.answer('SELECT "EntwÃ¼rfe"', "* 1 EXISTS");
  await login;
  await selecting;
  await server.answer(`ID ("name" "imapclient" "version" "${version}")`, "* ID NIL");
  client.shutdown();
});

test("PREAUTH → enabled before connect returns", async () => {
  const { transport, server } = fakeNetwork();
  const connecting = ImapClient.connect({ transport });
  await server.send(`* PREAUTH [CAPABILITY ${BOTH}] hello`);
  await server.answer("ENABLE IMAP4REV2 UTF8=ACCEPT", "* ENABLED IMAP4rev2 UTF8=ACCEPT");
  const client = await connecting;
  assertEquals(client.enabled, ["IMAP4REV2", "UTF8=ACCEPT"]);
  client.shutdown();
});

for (const answer of ["NO not now", "BAD what?", "OK nothing enabled"]) {
  test(`ENABLE: ${answer} → logged in, nothing enabled [ext IMAP4rev2, UTF8=ACCEPT]`, async () => {
    const logger = new KeptLog();
    const { client, server, login } = await logIn(BOTH, { logger });
    await server.send(`${await server.expect("ENABLE IMAP4REV2 UTF8=ACCEPT")} ${answer}`);
    await login;
    assertEquals(client.enabled, []);
    const making = client.createFolder("Entwürfe");
    await server.answer('CREATE "Entw&APw-rfe"');
    await making;
    assert(logger.text.includes(answer.startsWith("OK") ? "Enabled nothing" : "Not enabled:"));
    client.shutdown();
  });
}

test("ENABLED with more than was requested, or malformed → only what was requested", async () => {
  const { client, server, login } = await logIn(BOTH, { enable: ["CONDSTORE"] });
  await server.answer("ENABLE CONDSTORE", "* 1 EXISTS", "* ENABLED (", "* ENABLED UTF8=ACCEPT");
  await login;
  assertEquals(client.enabled, []);
  client.shutdown();
});

test("the connection breaks at ENABLE → the login fails", async () => {
  const { client, server, login } = await logIn(BOTH);
  const failing = outcome(login);
  await server.expect("ENABLE IMAP4REV2 UTF8=ACCEPT");
  server.close();
  assertInstanceOf(await failing, ConnectionClosedError);
  assert(client.closed);
});

test("an abort at ENABLE → its reason; what the server enabled counts", async () => {
  const { client, server } = await connectFake();
  const controller = new AbortController();
  const login = client.login("ann", "x", { signal: controller.signal });
  const tag = await server.expect('LOGIN "ann" "x"');
  await server.send(`${tag} OK [CAPABILITY ${BOTH}] in`);
  const other = await server.expect("ENABLE IMAP4REV2 UTF8=ACCEPT");
  controller.abort(new Error("enough"));
  await assertRejects(() => login, Error, "enough");
  await server.send("* ENABLED IMAP4rev2", `${other} OK done`);
  const making = client.createFolder("Entwürfe");
  await server.answer('CREATE "EntwÃ¼rfe"');
  await making;
  client.shutdown();
});
