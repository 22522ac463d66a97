import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { ImapClient, ImapError, PartialCopyError, PartialMoveError } from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import { connectFake, outcome, selectFake, test } from "../../support/fake_server.ts";

const MESSAGES = 60;
/** Every second message, so that no ranges can be formed. */
const ODD = Array.from({ length: MESSAGES / 2 }, (_, i) => 2 * i + 1);

/**
 * A client with a folder of sixty messages and 20 characters of ids per command, and its commands.
 */
async function openMany(omit: readonly string[] = []): Promise<{
  client: ImapClient;
  server: MemoryServer;
  commands: string[];
  /** Called with each command before it is carried out. */
  watcher: { see: (command: string) => void };
  texts: (folder: string) => number[];
}> {
  const commands: string[] = [];
  const watcher = { see: (_command: string) => {} };
  const server = new MemoryServer({
    greeting: "PREAUTH",
    capabilities: { omit },
    log: (side, text) => {
      if (side !== "client") return;
      const command = text.slice(text.indexOf(" ") + 1).trim();
      commands.push(command);
      watcher.see(command);
    },
  });
  const ann = server.addUser("ann", "secret");
  ann.createFolder("Other");
  for (let i = 1; i <= MESSAGES; i++) ann.append("INBOX", `Subject: ${i}\n\nx\n`);
  const client = await ImapClient.connect({ transport: server.transport, limits: { ids: 20 } });
  await client.selectFolder("INBOX");
  commands.length = 0;
  const texts = (folder: string) =>
    ann.messages(folder).map(({ bytes }) => {
      return Number(/Subject: (\d+)/.exec(new TextDecoder().decode(bytes))![1]);
    }).sort((a, b) => a - b);
  return { client, server, commands, watcher, texts };
}

const EVEN = ODD.map((id) => id + 1);
const isShort = (command: string) => /^[A-Z ]+ [\d,:]{1,20}(?: |$)/.test(command);

test("many ids are sent in several commands, with one result [ext LONG-SETS]", async () => {
  const { client, commands } = await openMany();
  assertEquals([...(await client.fetch(ODD, ["RFC822.SIZE"])).keys()].sort((a, b) => a - b), ODD);
  assertEquals((await client.getFlags(ODD)).size, ODD.length);
  assertEquals((await client.addFlags(ODD, "$x")).size, ODD.length);
  const each: number[] = [];
  for await (const { UID } of client.fetchEach(ODD, "FLAGS")) each.push(UID);
  assertEquals(each, ODD);
  assert(commands.length > 16, `${commands.length}`);
  assert(commands.every(isShort), commands.join("\n"));
  await client.logout();
});

test("many messages are copied, moved and expunged in several commands", async () => {
  for (const useUid of [true, false]) {
    for (const omit of [[], ["MOVE"]]) {
      if (!useUid && omit.length > 0) continue;
      const { client, commands, texts } = await openMany(omit);
      client.useUid = useUid;
      const copied = await client.copy(ODD, "Other");
      assertEquals(copied.uids.size, ODD.length);
      assertEquals(texts("Other"), ODD);
      const moved = await client.move(EVEN, "Other");
      assertEquals([...moved.uids.keys()].sort((a, b) => a - b), EVEN);
      assertEquals(texts("INBOX"), ODD);
      client.useUid = true;
      await client.deleteMessages(ODD.slice(1));
      const expunged = await client.uidExpunge(ODD.slice(1, -1));
      assertEquals(expunged.responses.filter(({ type }) => type === "EXPUNGE").length, 28);
      assertEquals(texts("INBOX"), [1, 59]);
      const written = commands.filter((command) => !command.startsWith("UID SEARCH"));
      assert(written.every(isShort), written.join("\n"));
      await client.logout();
    }
  }
});

test("a short set is sent as it was given", async () => {
  const { client, commands } = await openMany();
  await client.fetch([5, 3, 4, 1], ["FLAGS"]);
  assertEquals(commands, ["UID FETCH 5,3:4,1 (FLAGS)"]);
  await client.logout();
});

test("a copy that fails half-way → the error says what was copied", async () => {
  const { client, server, watcher, texts } = await openMany();
  const copying = outcome(client.copy(ODD, "Other"));
  server.faults.refuse("COPY", { code: "OVERQUOTA", times: 1 });
  const first = await copying;
  assertInstanceOf(first, ImapError);
  assert(!(first instanceof PartialCopyError), "nothing was copied yet");
  assertEquals(texts("Other"), []);

  let copies = 0;
  watcher.see = (command) => {
    if (command.startsWith("UID COPY") && ++copies === 3) {
      server.faults.refuse("COPY", { code: "OVERQUOTA", times: 1 });
    }
  };
  const error = await outcome(client.copy(ODD, "Other"));
  assertInstanceOf(error, PartialCopyError);
  assertEquals([error.code, error.uids.size], ["OVERQUOTA", texts("Other").length]);

  copies = 0;
  watcher.see = (command) => {
    if (command.startsWith("UID MOVE") && ++copies === 2) {
      server.faults.refuse("MOVE", { code: "OVERQUOTA", times: 1 });
    }
  };
  const before = texts("INBOX").length;
  const half = await outcome(client.move(EVEN, "Other"));
  assertInstanceOf(half, PartialMoveError);
  assertEquals(texts("INBOX").length, before - half.uids.size);
  await client.logout();
});

test("in an empty folder sequence numbers are not asked for, and UIDs are", async () => {
  const { client, server } = await connectFake({}, "* PREAUTH [CAPABILITY IMAP4rev1] x");
  const selecting = client.selectFolder("x");
  await server.answer('SELECT "x"', "* 0 EXISTS");
  await selecting;
  client.useUid = false;
  assertEquals((await client.fetch("1:*", ["FLAGS"])).size, 0);
  assertEquals((await client.addFlags("1:*", "x")).size, 0);
  for await (const _ of client.fetchEach("1:*", "FLAGS")) assert(false);
  assert(await server.isSilent());
  client.useUid = true;
  const fetching = client.fetch("1:*", ["FLAGS"]);
  await server.answer("UID FETCH 1:* (FLAGS)");
  await fetching;
  client.shutdown();
});

test("a client reports the end of its connection, and why", async () => {
  const { client, server } = await selectFake();
  const over = client.over;
  await server.send("* BYE see you");
  server.close();
  const reason = await over;
  assertEquals(reason.text, "see you");
  assertEquals(await outcome(client.noop()), reason);
});
