// watchFolders: what happens in several folders, by NOTIFY (RFC 5465) or by IDLE, STATUS and LIST.
import { describe } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  ConnectionClosedError,
  type FolderNews,
  type FolderNewsType,
  IllegalStateError,
  ImapClient,
  InvalidArgumentError,
  type WatchFoldersOptions,
} from "@imapclient/imapclient";
import { type CapabilityOptions, MemoryServer } from "@imapclient/imapclient/testing";
import {
  type FakeServer,
  loggedInFake,
  outcome,
  selectFake,
  test,
  turns,
} from "../../support/fake_server.ts";

const mail = "Subject: x\n\nx\n";
const ALL: readonly FolderNewsType[] = [
  ...["new", "expunged", "flags", "created", "renamed", "deleted", "subscribed"] as const,
];
const FAST = { pollEvery: 0.05, listEvery: 0.05 };

/** News in short: `new a 2 from 5`. */
function shown(news: FolderNews): string {
  if (news.type === "overflow") return news.type;
  const folder = `${news.type} ${news.folder}`;
  if (news.type === "new") return `${folder} ${news.count} from ${news.firstUid}`;
  if (news.type === "expunged") return `${folder} ${news.count}`;
  if (news.type === "renamed") return `${folder} from ${news.oldName}`;
  return news.type === "subscribed" ? `${folder} ${news.subscribed}` : folder;
}

/** A server with the folders INBOX, a and b, and a client that watches. */
async function scene(capabilities: CapabilityOptions, options: WatchFoldersOptions = {}) {
  const commands: string[] = [];
  const log = (side: string, text: string) => {
    if (side === "client") commands.push(text.replace(/^\S+ |\r\n$/g, ""));
  };
  const server = new MemoryServer({ capabilities, log });
  const ann = server.addUser("ann", "secret");
  for (const name of ["a", "b"]) ann.createFolder(name, { subscribed: false });
  for (let i = 0; i < 3; i++) ann.append("a", mail);
  const open = async () => {
    const client = await ImapClient.connect({ transport: server.transport });
    await client.login("ann", "secret");
    return client;
  };
  const [client, other] = [await open(), await open()];
  await client.selectFolder("INBOX");
  const watching = client.watchFolders({ ...FAST, ...options });
  const next = async () => shown((await watching.next()).value as FolderNews);
  /** The next news, which is awaited before the change is made, once the watch has begun. */
  const after = async (change: () => unknown) => {
    const first = next();
    await begun(commands);
    await change();
    return await first;
  };
  return { server, ann, client, other, watching, next, after, commands };
}

/** Waits until the watch waits in IDLE. */
async function begun(commands: readonly string[]): Promise<void> {
  while (commands.findLastIndex((it) => it === "IDLE") < commands.lastIndexOf("DONE") + 1) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await turns();
}

const WAYS: readonly (readonly [name: string, capabilities: CapabilityOptions])[] = [
  ["NOTIFY", { add: ["NOTIFY", "OBJECTID"] }],
  ["LIST-STATUS", { add: ["OBJECTID"] }],
  ["STATUS", { add: ["OBJECTID"], omit: ["LIST-STATUS", "LIST-EXTENDED"] }],
];

for (const [way, capabilities] of WAYS) {
  describe(`watchFolders by ${way}`, () => {
    test("new and expunged messages in folders that are not selected [ext NOTIFY]", async () => {
      const { ann, client, other, watching, next, after } = await scene(capabilities);
      assertEquals(await after(() => ann.append("a", mail)), "new a 1 from 4");
      await other.selectFolder("a");
      await other.deleteMessages([1, 2]);
      await other.expunge();
      let gone = 0;
      while (gone < 2) {
        const news = (await watching.next()).value!;
        assert(news.type === "expunged" && news.folder === "a");
        gone += news.count!;
      }
      assertEquals(gone, 2);
      const waiting = next();
      ann.append("b", mail);
      assertEquals(await waiting, "new b 1 from 1");
      await watching.return();
      client.shutdown();
      other.shutdown();
    });

    test("new and expunged messages in the selected folder, and in the next one [ext NOTIFY]", async () => {
      const { ann, client, other, watching, next, after } = await scene(capabilities);
      assertEquals(await after(() => ann.append("INBOX", mail)), "new INBOX 1 from null");
      const waiting = next();
      await other.selectFolder("INBOX");
      await other.deleteMessages(1);
      await other.expunge();
      assertEquals(await waiting, "expunged INBOX 1");
      const second = next();
      await client.selectFolder("a");
      ann.append("a", mail);
      assertEquals(await second, "new a 1 from 4");
      const third = next();
      ann.append("INBOX", mail);
      assertEquals((await third).slice(0, 11), "new INBOX 1");
      await watching.return();
      client.shutdown();
      other.shutdown();
    });

    test("created, renamed and deleted folders; subscriptions; flags [ext NOTIFY]", async () => {
      const { ann, client, other, watching, next, after } = await scene(capabilities, {
        events: ALL,
      });
      assertEquals(await after(() => ann.createFolder("c", { subscribed: false })), "created c");
      let waiting = next();
      await other.renameFolder("a", "z");
      assertEquals(await waiting, "renamed z from a");
      waiting = next();
      await other.subscribeFolder("z");
      assertEquals(await waiting, "subscribed z true");
      waiting = next();
      await other.deleteFolder("c");
      assertEquals(await waiting, "deleted c");
      waiting = next();
      await other.selectFolder("z");
      await other.addFlags(1, "\\Seen");
      assertEquals(await waiting, "flags z");
      waiting = next();
      ann.append("z", mail);
      assertEquals(await waiting, "new z 1 from 4");
      await watching.return();
      client.shutdown();
      other.shutdown();
    });

    test("status → the state of every folder, before anything else [ext NOTIFY]", async () => {
      const { client, other, watching } = await scene(capabilities, { events: ["status", "new"] });
      const states = new Map<unknown, number | undefined>();
      while (states.size < 3) {
        const news = (await watching.next()).value!;
        assert(news.type === "status");
        states.set(news.folder, news.status.MESSAGES);
      }
      assertEquals([states.get("INBOX"), states.get("a"), states.get("b")], [0, 3, 0]);
      await watching.return();
      client.shutdown();
      other.shutdown();
    });

    test("a new message, which is then read → no old counts, and its flags are told [ext NOTIFY]", async () => {
      const { ann, client, other, watching, commands } = await scene(capabilities, { events: ALL });
      const arriving = watching.next();
      await begun(commands);
      ann.append("b", mail);
      const { value: arrived } = await arriving;
      assert(arrived?.type === "new" && arrived.folder === "b");
      assert(arrived.status.UNSEEN !== 0, "UNSEEN is from before the message");
      const reading = watching.next();
      await other.selectFolder("b");
      await other.addFlags(1, "\\Seen");
      const { value: read } = await reading;
      assert(read?.type === "flags" && read.folder === "b");
      assertEquals([read.status.MESSAGES, read.status.UNSEEN], [1, 0]);
      await watching.return();
      client.shutdown();
      other.shutdown();
    });

    test("only these folders, or a subtree [ext NOTIFY]", async () => {
      for (const folders of [["b", "c"], { subtree: "b" }]) {
        const { ann, client, other, watching, next, after } = await scene(capabilities, {
          folders,
        });
        const name = Array.isArray(folders) ? "c" : "b/c";
        assertEquals(
          await after(() => {
            ann.append("a", mail);
            ann.createFolder("bc");
            ann.createFolder(name);
          }),
          `created ${name}`,
        );
        const waiting = next();
        ann.append("INBOX", mail);
        ann.append("b", mail);
        assertEquals(await waiting, "new b 1 from 1");
        await watching.return();
        client.shutdown();
        other.shutdown();
      }
    });

    test("the subscribed folders, as they change [ext NOTIFY]", async () => {
      const { ann, client, other, watching, next, after } = await scene(capabilities, {
        folders: "subscribed",
        events: ["new", "subscribed"],
      });
      assertEquals(await after(() => other.subscribeFolder("b")), "subscribed b true");
      const waiting = next();
      ann.append("a", mail);
      ann.append("b", mail);
      // By NOTIFY, nothing is told of the UIDs before.
      assert(["new b 1 from null", "new b 1 from 1"].includes(await waiting));
      const left = next();
      await other.unsubscribeFolder("b");
      assertEquals(await left, "subscribed b false");
      await watching.return();
      client.shutdown();
      other.shutdown();
    });

    test("calls made meanwhile, and a held folder → all work [ext NOTIFY]", async () => {
      const { ann, client, other, watching, next, after } = await scene(capabilities);
      assertEquals(await after(() => ann.append("b", mail)), "new b 1 from 1");
      const waiting = next();
      assertEquals((await client.folderStatus("a")).MESSAGES, 3);
      assertEquals((await client.listFolders()).length, 3);
      await client.withFolder("a", {}, async (folder) => {
        assertEquals((await folder.fetch([1, 2], ["FLAGS"])).size, 2);
        await assertRejects(() => folder.watch().next(), IllegalStateError, "under way");
        ann.append("b", mail);
        assertEquals(await waiting, "new b 1 from 2");
      });
      await assertRejects(() => client.watchFolders().next(), IllegalStateError, "under way");
      await assertRejects(() => client.watch().next(), IllegalStateError, "under way");
      await watching.return();
      client.shutdown();
      other.shutdown();
    });

    test("nobody takes the news → it is merged by folder [ext NOTIFY]", async () => {
      const { ann, client, other, watching, next, after } = await scene(capabilities);
      assertEquals(await after(() => ann.append("b", mail)), "new b 1 from 1");
      for (let i = 0; i < 20; i++) ann.append("a", mail);
      ann.append("b", mail);
      const wanted = new Set(["new a 20 from 4", "new b 1 from 2"]);
      await client.noop();
      await turns();
      assertEquals(new Set([await next(), await next()]), wanted);
      await watching.return();
      client.shutdown();
      other.shutdown();
    });

    test("left, aborted or closed → nothing is left over, and it can begin again [ext NOTIFY]", async () => {
      const controller = new AbortController();
      const { ann, client, other, after, next, commands } = await scene(capabilities, {
        signal: controller.signal,
      });
      assertEquals(await after(() => ann.append("b", mail)), "new b 1 from 1");
      const reason = new Error("enough");
      const waiting = outcome(next());
      await turns();
      controller.abort(reason);
      assertEquals(await waiting, reason);
      await client.noop();
      const asBefore = "NOTIFY SET (SELECTED-DELAYED (MessageNew MessageExpunge FlagChange))";
      assertEquals(commands.includes(asBefore), way === "NOTIFY");
      const again = client.watchFolders(FAST);
      const failing = outcome(again.next());
      await begun(commands);
      ann.append("b", mail);
      assertEquals(shown((await failing as { value: FolderNews }).value), "new b 1 from 2");
      ann.append("b", mail);
      for await (const news of again) {
        assert(news.type !== "overflow");
        break;
      }
      // What other calls rely on is told as before.
      const count = ann.append("INBOX", mail);
      assertEquals((await client.noop()).responses[0], {
        kind: "untagged",
        type: "EXISTS",
        number: count,
      });
      const last = outcome(client.watchFolders(FAST).next());
      await begun(commands);
      await client.logout();
      assertInstanceOf(await last, ConnectionClosedError);
      other.shutdown();
    });
  });
}

/** A watch with a server that is played by hand, which has begun. */
async function played(options: WatchFoldersOptions = {}, capabilities = "IMAP4rev1 IDLE NOTIFY") {
  const { client, server } = await selectFake({}, capabilities);
  const watching = client.watchFolders(options);
  const next = watching.next();
  return { client, server, watching, next };
}

const SENT = "NOTIFY SET STATUS (SELECTED-DELAYED (MessageNew MessageExpunge FlagChange)) " +
  "(PERSONAL (MessageNew MessageExpunge MailboxName))";
const AS_BEFORE = "NOTIFY SET (SELECTED-DELAYED (MessageNew MessageExpunge FlagChange))";

/** Plays the beginning with the folders INBOX and a, and returns the tag of IDLE. */
async function playBeginning(server: FakeServer, lines: readonly string[] = []): Promise<string> {
  await server.answer(SENT, "* STATUS a (MESSAGES 5 UIDNEXT 6 UIDVALIDITY 1)");
  await server.answer('LIST "" "*"', '* LIST () "/" INBOX', '* LIST () "/" a', ...lines);
  const idle = await server.expect("IDLE");
  await server.send("+ idling");
  return idle;
}

/** Plays the end. */
async function playEnd(server: FakeServer, idle: string): Promise<void> {
  assertEquals(await server.line(), "DONE");
  await server.send(`${idle} OK done`);
  await server.answer(AS_BEFORE);
}

describe("watchFolders, with a server that is played by hand", () => {
  test("NOTIFICATIONOVERFLOW → told, asked again, and the differences are told [ext NOTIFY]", async () => {
    const { client, server, watching, next } = await played();
    const idle = await playBeginning(server);
    await server.send("* OK [NOTIFICATIONOVERFLOW] too much");
    assertEquals(shown((await next).value as FolderNews), "overflow");
    const second = watching.next();
    assertEquals(await server.line(), "DONE");
    await server.send(`${idle} OK done`);
    await server.answer(SENT, "* STATUS a (MESSAGES 7 UIDNEXT 8 UIDVALIDITY 1)");
    await server.answer('LIST "" "*"', '* LIST () "/" a', '* LIST () "/" b');
    assertEquals(shown((await second).value as FolderNews), "new a 2 from 6");
    assertEquals(shown((await watching.next()).value as FolderNews), "deleted INBOX");
    assertEquals(shown((await watching.next()).value as FolderNews), "created b");
    // A second one at once does not make it ask again at once.
    const again = await server.expect("IDLE");
    await server.send("+ idling", "* OK [NOTIFICATIONOVERFLOW] too much");
    assertEquals(shown((await watching.next()).value as FolderNews), "overflow");
    const leaving = watching.next();
    await turns();
    assert(await server.isSilent());
    client.shutdown();
    assertInstanceOf(await outcome(leaving), ConnectionClosedError);
    assert(again !== idle);
  });

  test("NO [BADEVENT] → without names; they are listed from time to time [ext NOTIFY]", async () => {
    const { server, client, watching, next } = await played({ listEvery: 0.01 });
    await server.send(`${await server.expect(SENT)} NO [BADEVENT (MessageNew)] no`);
    await server.answer(SENT.replace(" MailboxName", ""), "* STATUS a (MESSAGES 5 UIDNEXT 6)");
    await server.answer('LIST "" "*"', '* LIST () "/" a');
    const idle = await server.expect("IDLE");
    await server.send("+ idling");
    assertEquals(await server.line(), "DONE");
    await server.send(`${idle} OK done`);
    await server.answer('LIST "" "*"', '* LIST () "/" a', '* LIST () "/" b');
    assertEquals(shown((await next).value as FolderNews), "created b");
    client.shutdown();
    await outcome(watching.next());
  });

  test("STATUS of a folder that nobody knows → listed, and told [ext NOTIFY]", async () => {
    const { server, client, watching, next } = await played({ pollEvery: 0.01 });
    const idle = await playBeginning(server);
    await server.send("* STATUS b (MESSAGES 2 UIDNEXT 3 UIDVALIDITY 1)");
    assertEquals(await server.line(), "DONE");
    await server.send(`${idle} OK done`);
    await server.answer(
      'LIST "" "*"',
      ...["INBOX", "a", "b"].map((name) => `* LIST () "/" ${name}`),
      "* STATUS b (MESSAGES 3 UIDNEXT 4 UIDVALIDITY 1)",
    );
    assertEquals(shown((await next).value as FolderNews), "created b");
    assertEquals(shown((await watching.next()).value as FolderNews), "new b 3 from null");
    client.shutdown();
    await outcome(watching.next());
  });

  test("STATUS by NOTIFY right after that of LIST → the later one counts [ext NOTIFY]", async () => {
    const { server, client, watching, next } = await played(
      { listEvery: 0.01 },
      "IMAP4rev1 IDLE NOTIFY LIST-EXTENDED LIST-STATUS",
    );
    const list = 'LIST "" "*" RETURN (STATUS (MESSAGES UIDNEXT UIDVALIDITY))';
    await server.answer(SENT, "* STATUS a (MESSAGES 5 UIDNEXT 6 UIDVALIDITY 1)");
    await server.answer(
      list,
      '* LIST () "/" a',
      "* STATUS a (MESSAGES 5 UIDNEXT 6 UIDVALIDITY 1)",
    );
    const idle = await server.expect("IDLE");
    await server.send("+ idling");
    assertEquals(await server.line(), "DONE");
    await server.send(`${idle} OK done`);
    const tag = await server.expect(list);
    await server.send(
      '* LIST () "/" a',
      '* LIST () "/" b',
      "* STATUS a (MESSAGES 5 UIDNEXT 6 UIDVALIDITY 1)",
      "* STATUS b (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 2)",
      `${tag} OK done`,
      "* STATUS a (MESSAGES 6 UIDNEXT 7 UIDVALIDITY 1)",
      "* STATUS b (MESSAGES 2 UIDNEXT 3 UIDVALIDITY 2)",
    );
    const told: string[] = [shown((await next).value as FolderNews)];
    for (let i = 0; i < 2; i++) told.push(shown((await watching.next()).value as FolderNews));
    assertEquals(told, ["new a 1 from 6", "created b", "new b 2 from null"]);
    client.shutdown();
    await outcome(watching.next());
  });

  test("a server whose MAILBOXID is wrong → not asked for it [ext QUIRKS]", async () => {
    for (const wrongMailboxIds of [false, true]) {
      const quirks = { wrongMailboxIds };
      const { client, server } = await selectFake({ quirks }, "IMAP4rev1 IDLE OBJECTID");
      const failing = outcome(client.watchFolders().next());
      await server.answer('LIST "" "*"', '* LIST () "/" a');
      const wanted = wrongMailboxIds ? "" : " MAILBOXID";
      await server.expect(`STATUS "a" (MESSAGES UIDNEXT UIDVALIDITY${wanted})`);
      client.shutdown();
      await failing;
    }
  });

  for (const answer of ["NO [NOTIFICATIONOVERFLOW] too much", "BAD what?"]) {
    test(`${answer} → LIST and STATUS instead [ext NOTIFY]`, async () => {
      const { server, client, watching, next } = await played({
        events: ["new"],
        pollEvery: 0.01,
      });
      await server.send(
        `${await server.expect(SENT.replace(" MailboxName", ""))} ${answer}`,
      );
      await server.answer('LIST "" "*"', '* LIST () "/" INBOX', '* LIST (\\Noselect) "/" a');
      const idle = await server.expect("IDLE");
      await server.send("+ idling", "* 1001 EXISTS");
      assertEquals(shown((await next).value as FolderNews), "new INBOX 1 from null");
      const leaving = watching.return();
      assertEquals(await server.line(), "DONE");
      await server.send(`${idle} OK done`);
      await leaving;
      assert(await server.isSilent());
      client.shutdown();
    });
  }

  test("one folder that is refused or vanishes → the others are told [ext NOTIFY]", async () => {
    const { server, client, watching, next } = await played({ pollEvery: 0.01 }, "IMAP4rev1 IDLE");
    const items = "(MESSAGES UIDNEXT UIDVALIDITY)";
    await server.answer('LIST "" "*"', '* LIST () "/" a', '* LIST () "/" b', '* LIST () "/" c');
    const tags = async () => [
      await server.expect(`STATUS "a" ${items}`),
      await server.expect(`STATUS "b" ${items}`),
      await server.expect(`STATUS "c" ${items}`),
    ];
    const [a, b, c] = await tags();
    await server.send(`${a} NO not today`);
    await server.send(`* STATUS b (MESSAGES 1 UIDNEXT x)`, `${b} OK`);
    await server.send(`* STATUS c (MESSAGES 1 UIDNEXT 2)`, `${c} OK`);
    const idle = await server.expect("IDLE");
    await server.send("+ idling");
    assertEquals(await server.line(), "DONE");
    await server.send(`${idle} OK done`);
    const [a2, b2, c2] = await tags();
    await server.send(`${a2} NO [NONEXISTENT] gone`);
    await server.send(`* STATUS b (MESSAGES 0)`, `${b2} OK`);
    await server.send(`* STATUS c (MESSAGES 2 UIDNEXT 3)`, `${c2} OK`);
    const found = [shown((await next).value as FolderNews)];
    const third = watching.next();
    found.push(shown((await third).value as FolderNews));
    assertEquals(found, ["expunged b 1", "new c 1 from 2"]);
    const fourth = watching.next();
    await server.answer('LIST "" "*"', '* LIST () "/" b', '* LIST () "/" c');
    await server.expect(`STATUS "b" ${items}`);
    await server.expect(`STATUS "c" ${items}`);
    client.shutdown();
    await outcome(fourth);
  });

  test("hostile news: names that nobody watches, counts that make no sense [ext NOTIFY]", async () => {
    const { client, server, watching, next } = await played();
    const idle = await playBeginning(server);
    await server.send(
      "* STATUS z (MESSAGES 1)",
      "* STATUS a (MESSAGES -1 UIDNEXT 99999999999999999999 UIDVALIDITY (1 2))",
      "* STATUS a ()",
      '* LIST (\\NonExistent) "/" nobody',
      '* LIST () "/" a ("OLDNAME" (a))',
      '* LIST () NIL x ("OLDNAME" NIL)',
      "* STATUS a (MESSAGES 6 UIDNEXT 9)",
      "* STATUS a (MESSAGES 6 UIDNEXT 9 UIDVALIDITY 2)",
    );
    const heard = [shown((await next).value as FolderNews)];
    for (let i = 0; i < 3; i++) heard.push(shown((await watching.next()).value as FolderNews));
    assertEquals(heard, ["created x", "expunged a null", "new a null from 6", "status a"]);
    const leaving = watching.return();
    await playEnd(server, idle);
    await leaving;
    client.shutdown();
  });

  test("a flood of folders → overflow, and little memory [ext NOTIFY]", async () => {
    const { client, server, watching, next } = await played();
    await playBeginning(server);
    for (let i = 0; i < 300; i++) {
      const lines = Array.from({ length: 100 }, (_, n) => `* LIST () "/" f${i * 100 + n}`);
      await server.send(...lines);
    }
    const seen = new Map<string, number>();
    for (let news = (await next).value!; seen.get("overflow") !== 1;) {
      seen.set(news.type, (seen.get(news.type) ?? 0) + 1);
      if (news.type !== "overflow") news = (await watching.next()).value!;
    }
    assert((seen.get("created") ?? 0) < 10_002);
    client.shutdown();
    await outcome(watching.next());
  });

  for (const moment of ["NOTIFY", "LIST", "IDLE"]) {
    test(`aborted during ${moment} → the reason, and the client goes on [ext NOTIFY]`, async () => {
      const controller = new AbortController();
      const reason = new Error("enough");
      const { client, server, next } = await played({ signal: controller.signal });
      const failing = outcome(next);
      const answers = [];
      if (moment === "NOTIFY") answers.push(`${await server.expect(SENT)} OK`);
      else {
        await server.answer(SENT);
        const list = await server.expect('LIST "" "*"');
        if (moment === "LIST") answers.push(`${list} OK`);
        else {
          await server.send(`${list} OK`);
          answers.push(`${await server.expect("IDLE")} OK`);
          await server.send("+ idling");
          await turns();
        }
      }
      controller.abort(reason);
      assertEquals(await failing, reason);
      if (moment === "IDLE") assertEquals(await server.line(), "DONE");
      await server.send(...answers);
      await server.answer(AS_BEFORE);
      const noop = client.noop();
      await server.answer("NOOP");
      await noop;
      client.shutdown();
    });

    test(`cut during ${moment} → ImapAbortError [ext NOTIFY]`, async () => {
      const { server, next } = await played();
      const failing = outcome(next);
      if (moment !== "NOTIFY") await server.answer(SENT);
      if (moment === "IDLE") await server.answer('LIST "" "*"');
      await server.line();
      server.close();
      assertInstanceOf(await failing, ConnectionClosedError);
    });
  }

  test("notify() in force → refused; notify() meanwhile → refused [ext NOTIFY]", async () => {
    const { client, server } = await loggedInFake("IMAP4rev1 IDLE NOTIFY");
    const asking = client.notify([{ mailboxes: "personal", events: ["MailboxName"] }]);
    await server.answer("NOTIFY SET (PERSONAL (MailboxName))");
    await asking;
    await assertRejects(() => client.watchFolders().next(), IllegalStateError, "notify(null)");
    const ending = client.notify(null);
    await server.answer("NOTIFY NONE");
    await ending;
    const watching = client.watchFolders();
    const next = outcome(watching.next());
    await playBeginning(server);
    await assertRejects(() => client.notify(null), IllegalStateError, "watchFolders");
    client.shutdown();
    await next;
  });

  const WRONG: readonly (readonly [string, unknown, string])[] = [
    ["folders", "everything", "'folders' must be"],
    ["folders", [], "no folders"],
    ["folders", ["a", 5], "not a folder's name"],
    ["folders", { subtrees: "a" }, '"folders.subtrees"'],
    ["folders", { subtree: 5 }, "expected a folder's name"],
    ["events", [], "must be a list"],
    ["events", ["MessageNew"], "there is no kind of news"],
    ["pollEvery", 0, "'pollEvery'"],
    ["listEvery", NaN, "'listEvery'"],
    ["renewEvery", "1", "'renewEvery'"],
  ];
  for (const [name, value, text] of WRONG) {
    test(`${name}: ${JSON.stringify(value)} → InvalidArgumentError, nothing is sent`, async () => {
      const { client, server } = await loggedInFake("IMAP4rev1 IDLE NOTIFY");
      await assertRejects(
        () => client.watchFolders({ [name]: value }).next(),
        InvalidArgumentError,
        text,
      );
      assert(await server.isSilent());
      // It is not under way.
      const next = outcome(client.watchFolders().next());
      await server.expect(SENT);
      client.shutdown();
      await next;
    });
  }
});
