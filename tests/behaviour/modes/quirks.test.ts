// Which servers the client recognises, and what it does about their quirks.
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  CapabilityError,
  type ConnectOptions,
  ImapClient,
  InvalidArgumentError,
} from "@imapclient/imapclient";
import { MemoryServer } from "../../../src/testing/mod.ts";
import { connectFake, selectFake, test } from "../../support/fake_server.ts";

const NAMES: readonly (readonly [greeting: string, name: string | null, version?: string])[] = [
  ["The Microsoft Exchange IMAP4 service is ready. [TABQ...]", "Exchange"],
  ["Microsoft Exchange Server 2003 IMAP4rev1 server version 6.5.7638.1", "Exchange"],
  ["Dovecot (Debian) ready.", "Dovecot"],
  ["mail.test Cyrus IMAP 3.6.1-Debian-3.6.1-4 server ready", "Cyrus", "3.6.1"],
  ["Gimap ready for requests from 192.0.2.1 a1mb2", "Gmail"],
  ["Courier-IMAP ready. Copyright 1998-2022 Double Precision, Inc.", "Courier"],
  ["mail.test IMAP4rev1 2007f.404 at Mon, 30 Nov 2026 09:00:00 +0000", "UW IMAP", "2007f.404"],
  ["Coremail System IMap Server Ready(163com[10774b26])", "Coremail"],
  ["QQMail IMAP4Server ready", "QQ Mail"],
  ["Stalwart IMAP4rev2 at your service.", "Stalwart"],
  ["mox imap", "mox"],
  ["hello", null],
];
for (const [text, name, version = null] of NAMES) {
  test(`greeting ${JSON.stringify(text)} → ${name} [ext QUIRKS]`, async () => {
    const { client } = await connectFake({}, `* OK [CAPABILITY IMAP4rev1] ${text}`);
    assertEquals([client.server.name, client.server.version], [name, version]);
    client.shutdown();
  });
}

test("the answer to ID → name and version; a refused one → nothing [ext QUIRKS]", async () => {
  const { client, server } = await connectFake({}, "* OK [CAPABILITY IMAP4rev1 ID] hello");
  const refused = client.id().catch(() => {});
  await server.send('* ID ("name" "Dovecot")', `${await server.expect("ID NIL")} NO no`);
  await refused;
  assertEquals(client.server.name, null);
  const asking = client.id();
  await server.answer("ID NIL", '* ID ("name" "Dovecot" "version" "2.4.1")');
  await asking;
  assertEquals([client.server.name, client.server.version], ["Dovecot", "2.4.1"]);
  const other = client.id();
  await server.answer("ID NIL", '* ID ("name" "of its own" "version" NIL)');
  await other;
  assertEquals([client.server.name, client.server.version], ["of its own", null]);
  client.shutdown();
});

test("the introduction after a login → the server is known [ext QUIRKS]", async () => {
  const memory = new MemoryServer();
  memory.addUser("ann", "x");
  await using client = await ImapClient.connect({ transport: memory.transport });
  await client.login("ann", "x");
  await client.noop();
  assertEquals(client.server.name, "MemoryServer");
});

/** A client that is logged in by PREAUTH, with nothing enabled. */
async function preauth(capabilities: string, options: ConnectOptions = {}, text = "hello") {
  return await connectFake(options, `* PREAUTH [CAPABILITY ${capabilities}] ${text}`);
}

test("Exchange with IMAP4rev2 → not enabled by itself [ext QUIRKS]", async () => {
  const text = "The Microsoft Exchange IMAP4 service is ready.";
  const { client, server } = await preauth("IMAP4rev1 IMAP4rev2 ENABLE", {}, text);
  assertEquals(client.server.quirks.notEnabled, ["IMAP4REV2"]);
  assert(await server.isSilent());
  // The caller may know better.
  const enabling = client.enable("IMAP4rev2");
  await server.answer("ENABLE IMAP4REV2", "* ENABLED IMAP4rev2");
  assertEquals(await enabling, ["IMAP4REV2"]);
  client.shutdown();
});

test("Cyrus with IMAP4rev2 and UTF8=ACCEPT → not enabled by themselves [ext QUIRKS]", async () => {
  const text = "mail.test Cyrus IMAP 3.12.3 server ready";
  const { client, server } = await preauth("IMAP4rev1 IMAP4rev2 UTF8=ACCEPT ENABLE", {}, text);
  assert(await server.isSilent());
  client.shutdown();
});

test("Dovecot with UTF8=ACCEPT → not enabled by itself [ext QUIRKS]", async () => {
  const { client, server } = await preauth("IMAP4rev1 UTF8=ACCEPT ENABLE", {}, "Dovecot ready.");
  assert(await server.isSilent());
  client.shutdown();
});

const ICLOUD = "IMAP4rev1 XAPPLELITERAL ENABLE QRESYNC CONDSTORE ESEARCH BINARY METADATA";

test("iCloud → what does not work counts as missing [ext QUIRKS]", async () => {
  const { client, server } = await preauth(ICLOUD);
  assertEquals(client.server.name, "iCloud");
  for (const name of ["ESEARCH", "binary", "QRESYNC"]) {
    assertEquals(await client.hasCapability(name), false, name);
  }
  assert(await client.hasCapability("CONDSTORE"));
  assert((await client.capabilities()).includes("ESEARCH"));
  const command = { name: "X", needs: "ESEARCH", result: () => null };
  await assertRejects(() => client.run(command), CapabilityError);
  await assertRejects(() => client.append("x", "a\0b"), InvalidArgumentError, "NUL");
  assert(await server.isSilent());
  client.shutdown();
});

test("iCloud enables without saying so → enabled; others → not [ext QUIRKS]", async () => {
  const { client, server } = await preauth(ICLOUD);
  const enabling = client.enable(["CONDSTORE", "X-NONE"]);
  await server.answer("ENABLE CONDSTORE X-NONE");
  assertEquals(await enabling, ["CONDSTORE"]);
  const again = client.enable(["METADATA", "CONDSTORE"]);
  await server.answer("ENABLE METADATA CONDSTORE", "* ENABLED");
  assertEquals(await again, []);
  client.shutdown();

  const other = await preauth("IMAP4rev1 ENABLE CONDSTORE");
  const silent = other.client.enable("CONDSTORE");
  await other.server.answer("ENABLE CONDSTORE");
  assertEquals(await silent, []);
  other.client.shutdown();
});

test("Yahoo → short commands, and no pairs of a MOVE of several messages [ext QUIRKS]", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 MOVE UIDPLUS XYMHIGHESTMODSEQ");
  assert(client.server.quirks.notes.some((note) => note.includes("UIDONLY")));
  const moving = client.move("3,5", "x");
  await server.answer('UID MOVE 3,5 "x"', "* OK [COPYUID 9 3,5 70:71] moved");
  assertEquals((await moving).uids.size, 0);
  const one = client.move(4, "x");
  await server.answer('UID MOVE 4 "x"', "* OK [COPYUID 9 4 72] moved");
  assertEquals((await one).uids.get(4), 72);
  const ids = Array.from({ length: 500 }, (_, i) => 2 * i + 100_001);
  const fetching = client.getFlags(ids);
  for (let left = 3500; left > 0;) {
    const line = await server.line();
    const [, tag, set] = /^(\S+) UID FETCH (\S+) \(FLAGS\)$/.exec(line)!;
    assert(set.length <= 1000);
    left -= set.length + 1;
    await server.send(`${tag} OK done`);
  }
  await fetching;
  client.shutdown();
});

test("Courier → UTF8 (~{n}) at once for a header in UTF-8 [ext QUIRKS, UTF8=ACCEPT]", async () => {
  const text = "Courier-IMAP ready.";
  const { client, server } = await preauth("IMAP4rev1 ENABLE UTF8=ACCEPT LITERAL+", {
    enable: [],
  }, text);
  const enabling = client.enable("UTF8=ACCEPT");
  await server.answer("ENABLE UTF8=ACCEPT", "* ENABLED UTF8=ACCEPT");
  await enabling;
  const adding = client.append("x", "A: ü\r\n\r\n");
  const tag = await server.expect('APPEND "x" () UTF8 (~{9+}');
  await server.bytes(9);
  assertEquals(await server.line(), ")");
  await server.send(`${tag} OK done`);
  await adding;
  const ascii = client.append("x", "A: b\r\n\r\nü");
  const other = await server.expect('APPEND "x" () {10+}');
  await server.bytes(10 + 2);
  await server.send(`${other} OK done`);
  await ascii;
  client.shutdown();
});

test("connect({ quirks }) → replaces single entries, or all [ext QUIRKS]", async () => {
  const own = await preauth(ICLOUD, {
    quirks: { broken: ["metadata"], ids: 20, notes: undefined },
  });
  const { quirks } = own.client.server;
  assertEquals([quirks.broken, quirks.ids, quirks.silentEnable], [["METADATA"], 20, true]);
  assertEquals(quirks.notes.length, 1);
  assertEquals(await own.client.hasCapability("ESEARCH"), true);
  assertEquals(await own.client.hasCapability("METADATA"), false);
  own.client.shutdown();

  const none = await preauth(ICLOUD, { quirks: false });
  assertEquals(none.client.server.name, "iCloud");
  assertEquals(await none.client.hasCapability("ESEARCH"), true);
  assertEquals(none.client.server.quirks.silentEnable, false);
  none.client.shutdown();
});

test("limits.ids of the caller → before the server's budget [ext QUIRKS]", async () => {
  const options = { limits: { ids: 20 }, quirks: { ids: 1000 } };
  const { client, server } = await selectFake(options);
  const fetching = client.getFlags([10001, 10003, 10005, 10007, 10009]);
  for (let i = 0; i < 2; i++) {
    const line = await server.line();
    assertMatch(line, /UID FETCH [\d,]{5,20} \(FLAGS\)$/);
    await server.send(`${line.split(" ")[0]} OK done`);
  }
  await fetching;
  client.shutdown();
});

const WRONG: readonly (readonly [quirks: unknown, message: string])[] = [
  [true, "'quirks' must be an object or false, not a boolean"],
  [{ ids: 0 }, "'quirks.ids' must be a number above 0 or null, not 0"],
  [{ broken: "ESEARCH" }, "'quirks.broken' must be a list of texts, not a string"],
  [{ id: 5 }, "there is no option \"quirks.id\": did you mean 'quirks.ids'?"],
];
for (const [quirks, message] of WRONG) {
  test(`quirks: ${JSON.stringify(quirks)} → InvalidArgumentError [ext QUIRKS]`, async () => {
    const transport = () => Promise.reject(new Error("opened"));
    const options = { transport, quirks } as unknown as ConnectOptions;
    await assertRejects(() => ImapClient.connect(options), InvalidArgumentError, message);
  });
}
