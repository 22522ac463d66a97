// UTF8=ACCEPT and UTF8=ONLY (RFC 9755, and RFC 6855 before it).
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type ImapClient, ImapError } from "@imapclient/imapclient";
import { connectFake, type FakeServer, outcome, test } from "../../support/fake_server.ts";

/** A client that is logged in at a server where UTF8=ACCEPT is on. */
async function utf8Client(capabilities = "IMAP4rev1 ENABLE UTF8=ACCEPT LITERAL+ MULTIAPPEND") {
  const { client, server } = await connectFake();
  const login = client.login("ann", "x");
  const tag = await server.expect('LOGIN "ann" "x"');
  await server.send(`${tag} OK [CAPABILITY ${capabilities}] in`);
  await server.answer("ENABLE UTF8=ACCEPT", "* ENABLED UTF8=ACCEPT");
  await login;
  return { client, server };
}

const MESSAGE = "Subject: Grün\r\n\r\nHallo\r\n";
const BYTES = "Subject: GrÃ¼n\r\n\r\nHallo\r\n";
const SIZE = BYTES.length;

/** Takes APPEND with the message as it is, and gives its tag. */
async function takePlain(server: FakeServer): Promise<string> {
  const tag = await server.expect(`APPEND "x" () {${SIZE}+}`);
  assertEquals(await server.bytes(SIZE), BYTES);
  assertEquals(await server.line(), "");
  return tag;
}

/** Takes APPEND with the message as RFC 6855 wants it, and gives its tag. */
async function takeItem(server: FakeServer): Promise<string> {
  const tag = await server.expect(`APPEND "x" () UTF8 (~{${SIZE}+}`);
  assertEquals(await server.bytes(SIZE), BYTES);
  assertEquals(await server.line(), ")");
  return tag;
}

test("names and searches in UTF-8, without CHARSET [ext UTF8=ACCEPT]", async () => {
  const { client, server } = await utf8Client();
  const selecting = client.selectFolder("Entwürfe");
  await server.answer('SELECT "EntwÃ¼rfe"', "* 5 EXISTS");
  await selecting;
  const searching = client.search({ subject: "Grün" });
  await server.answer('UID SEARCH SUBJECT "GrÃ¼n"', "* SEARCH 4");
  assertEquals([...await searching], [4]);
  const listing = client.listFolders();
  await server.answer('LIST "" "*"', '* LIST () "/" "EntwÃ¼rfe"', '* LIST () "/" "R&-D"');
  assertEquals((await listing).length, 2);
  client.shutdown();
});

test("UTF8=ONLY → ENABLE UTF8=ACCEPT before anything else [ext UTF8=ACCEPT]", async () => {
  const { client } = await utf8Client("IMAP4rev1 ENABLE UTF8=ONLY");
  assertEquals(client.enabled, ["UTF8=ACCEPT"]);
  client.shutdown();
});

test("append: UTF-8 in the header → as it is, as RFC 9755 has it [ext UTF8=ACCEPT]", async () => {
  const { client, server } = await utf8Client();
  const adding = client.append("x", MESSAGE);
  await server.send(`${await takePlain(server)} OK [APPENDUID 1 2] done`);
  assertEquals((await adding).uid, 2);
  client.shutdown();
});

for (const refusal of ["NO 8-bit header", "BAD syntax", "NO [CANNOT] 8-bit header"]) {
  test(`append: UTF-8 in the header, ${refusal} → once more as UTF8 (~{n}) [ext UTF8=ACCEPT]`, async () => {
    const { client, server } = await utf8Client();
    const adding = client.append("x", new TextEncoder().encode(MESSAGE));
    const listing = client.listFolders();
    await server.send(`${await takePlain(server)} ${refusal}`);
    await server.send(`${await takeItem(server)} OK [APPENDUID 1 2] done`);
    assertEquals((await adding).uid, 2);
    await server.answer('LIST "" "*"');
    await listing;
    client.shutdown();
  });
}

test("append: refused in both forms → the second refusal, and no third try", async () => {
  const { client, server } = await utf8Client();
  const adding = outcome(client.append("x", MESSAGE));
  await server.send(`${await takePlain(server)} NO first`);
  await server.send(`${await takeItem(server)} NO [OVERQUOTA] second`);
  assertEquals((await adding as ImapError).code, "OVERQUOTA");
  assert(await server.isSilent());
  client.shutdown();
});

test("multiappend: only the message with UTF-8 in its header is UTF8 (~{n}) [ext UTF8=ACCEPT]", async () => {
  const { client, server } = await utf8Client();
  const adding = client.multiappend("x", ["Subject: a\r\n\r\nü\r\n", MESSAGE]);
  const tag = await server.expect('APPEND "x" () {18+}');
  await server.bytes(18);
  assertEquals(await server.line(), ` () {${SIZE}+}`);
  await server.bytes(SIZE);
  assertEquals(await server.line(), "");
  await server.send(`${tag} BAD no`);
  const other = await server.expect('APPEND "x" () {18+}');
  await server.bytes(18);
  assertEquals(await server.line(), ` () UTF8 (~{${SIZE}+}`);
  await server.bytes(SIZE);
  assertEquals(await server.line(), ")");
  await server.send(`${other} OK [APPENDUID 1 2:3] done`);
  assertEquals((await adding).uids, [2, 3]);
  client.shutdown();
});

/** Appends that are not repeated, whatever the server says. */
const ONCE: readonly (readonly [
  what: string,
  call: (client: ImapClient) => Promise<unknown>,
  refusal: string,
])[] = [
  ["no such folder", (client) => client.append("x", MESSAGE), "NO [TRYCREATE] no such folder"],
  ["no room", (client) => client.append("x", MESSAGE), "NO [OVERQUOTA] full"],
  ["UTF-8 in the body alone", (client) => client.append("x", "A: b\r\n\r\nü"), "NO no"],
  ["no header", (client) => client.append("x", "\r\nü"), "NO no"],
];
for (const [what, call, refusal] of ONCE) {
  test(`append: ${what} → not repeated [ext UTF8=ACCEPT]`, async () => {
    const { client, server } = await utf8Client();
    const adding = outcome(call(client));
    const line = await server.line();
    const [, size] = /\{(\d+)\+\}$/.exec(line)!;
    await server.bytes(Number(size) + 2);
    await server.send(`${line.split(" ")[0]} ${refusal}`);
    assert(await adding instanceof ImapError);
    assert(await server.isSilent());
    client.shutdown();
  });
}

test("append: a stream is sent once", async () => {
  const { client, server } = await utf8Client();
  const stream = new Blob([MESSAGE]).stream();
  const adding = outcome(client.append("x", { stream, size: SIZE }));
  await server.send(`${await takePlain(server)} NO no`);
  assert(await adding instanceof ImapError);
  assert(await server.isSilent());
  client.shutdown();
});

test("append: an abort before the second try → no second try", async () => {
  const { client, server } = await utf8Client();
  const controller = new AbortController();
  const adding = client.append("x", MESSAGE, { signal: controller.signal });
  const tag = await takePlain(server);
  controller.abort(new Error("enough"));
  await assertRejects(() => adding, Error, "enough");
  await server.send(`${tag} NO no`);
  assert(await server.isSilent());
  client.shutdown();
});

test("UTF8=ACCEPT not enabled → nothing is repeated [ext UTF8=ACCEPT]", async () => {
  const { client, server } = await connectFake(
    { enable: [] },
    "* PREAUTH [CAPABILITY IMAP4rev1 ENABLE UTF8=ACCEPT LITERAL+] hi",
  );
  const adding = outcome(client.append("x", MESSAGE));
  await server.send(`${await takePlain(server)} NO no`);
  assert(await adding instanceof ImapError);
  assert(await server.isSilent());
  client.shutdown();
});
