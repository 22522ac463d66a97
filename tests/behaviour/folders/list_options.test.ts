// listFolders with options: with LIST-EXTENDED and related extensions, and without them.
import { describe } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  CapabilityError,
  ConnectionClosedError,
  type FolderStatus,
  type ImapClient,
  ImapError,
  InvalidArgumentError,
  type ListFoldersOptions,
} from "@imapclient/imapclient";
import {
  type FakeServer,
  isPending,
  outcome,
  selectFake,
  test,
} from "../../support/fake_server.ts";

const PLAIN = "IMAP4rev1 ACL METADATA CHILDREN SPECIAL-USE";
const FULL = `${PLAIN} CONDSTORE LIST-EXTENDED LIST-STATUS LIST-MYRIGHTS LIST-METADATA`;

/** The result of a call, with the server's part played by `part`. */
async function play<Result>(
  capabilities: string,
  call: (client: ImapClient) => Promise<Result>,
  part: (server: FakeServer) => Promise<void>,
): Promise<Result> {
  const { client, server } = await selectFake({}, capabilities);
  const result = call(client);
  await part(server);
  const got = await result;
  client.shutdown();
  return got;
}

describe("listFolders with LIST-EXTENDED and related extensions", () => {
  test("all options → one command [ext LIST-EXTENDED, LIST-STATUS, LIST-MYRIGHTS, LIST-METADATA, SPECIAL-USE]", async () => {
    const rows = await play(FULL, (client) =>
      client.listFolders("", ["%", "a/*"], {
        select: ["SUBSCRIBED", "SPECIAL-USE"],
        subscribed: true,
        children: true,
        specialUse: true,
        status: ["unseen", "HIGHESTMODSEQ"],
        myRights: true,
        metadata: "/shared/comment",
      }), (server) =>
      server.answer(
        'LIST (SUBSCRIBED SPECIAL-USE) "" ("%" "a/*") RETURN (SUBSCRIBED CHILDREN SPECIAL-USE ' +
          "STATUS (UNSEEN HIGHESTMODSEQ) MYRIGHTS METADATA (/shared/comment))",
        '* LIST (\\Subscribed \\Sent) "/" Sent',
        "* STATUS Sent (UNSEEN 2 HIGHESTMODSEQ 7)",
        "* MYRIGHTS Sent lrs",
        '* METADATA Sent (/shared/comment "x")',
        '* LIST (\\NonExistent \\Subscribed \\Trash) "/" Bin',
      ));
    const [sent, bin] = rows;
    // The types follow from what was requested.
    const status: FolderStatus<"unseen" | "HIGHESTMODSEQ"> | null = sent.status;
    assertEquals({ ...status }, { UNSEEN: 2, HIGHESTMODSEQ: 7n });
    const rights: string | null = sent.myRights;
    assertEquals([rights, sent.specialUse, sent.metadata?.size], ["lrs", ["\\Sent"], 1]);
    assertEquals([bin.status, bin.myRights, bin.metadata], [null, null, null]);
    assertEquals(bin.specialUse, ["\\Trash"]);
  });

  test("no options → the plain command, and no more members", async () => {
    const rows = await play(FULL, (client) => client.listFolders(), (server) => {
      return server.answer('LIST "" "*"', '* LIST () "/" a');
    });
    assertEquals(rows, [{ flags: [], delimiter: "/", name: "a" }]);
  });

  test("another call's STATUS meanwhile → each gets its own", async () => {
    const { client, server } = await selectFake({}, FULL);
    const listing = client.listFolders("", "*", { status: "UNSEEN" });
    const asking = client.folderStatus("a", "UNSEEN");
    await server.answer(
      'LIST "" "*" RETURN (STATUS (UNSEEN))',
      '* LIST () "/" a',
      "* STATUS a (UNSEEN 1)",
    );
    await server.answer('STATUS "a" (UNSEEN)', "* STATUS a (UNSEEN 2)");
    assertEquals([(await listing)[0].status?.UNSEEN, (await asking).UNSEEN], [1, 2]);
    client.shutdown();
  });

  test("a server that advertises and refuses → ImapError", async () => {
    const { client, server } = await selectFake({}, FULL);
    for (const status of ["NO", "BAD"]) {
      const listing = outcome(client.listFolders("", "*", { myRights: true }));
      const tag = await server.expect('LIST "" "*" RETURN (MYRIGHTS)');
      await server.send(`${tag} ${status} no such thing`);
      assertInstanceOf(await listing, ImapError);
    }
    client.shutdown();
  });

  test("an abort → the reason, and the answer is thrown away", async () => {
    const { client, server } = await selectFake({}, FULL);
    const abort = new AbortController();
    const listing = outcome(client.listFolders("", "*", { children: true, signal: abort.signal }));
    const tag = await server.expect('LIST "" "*" RETURN (CHILDREN)');
    abort.abort(new Error("enough"));
    assertEquals((await listing as Error).message, "enough");
    await server.send('* LIST () "/" a', `${tag} OK`);
    const noop = client.noop();
    await server.answer("NOOP");
    await noop;
    client.shutdown();
  });

  test("made before a CREATE → sent before it", async () => {
    const { client, server } = await selectFake({}, FULL);
    const listing = client.listFolders("", "*", { children: true });
    const creating = client.createFolder("b");
    await server.answer('LIST "" "*" RETURN (CHILDREN)');
    await server.answer('CREATE "b"');
    assertEquals([await listing, await creating], [[], "done"]);
    client.shutdown();
  });
});

describe("listFolders without them", () => {
  test("status → STATUS of each that can be selected, together [ext LIST-STATUS]", async () => {
    const { client, server } = await selectFake({}, PLAIN);
    const listing = client.listFolders("", "*", { status: ["UNSEEN"] });
    await server.answer(
      'LIST "" "*"',
      '* LIST () "/" a',
      '* LIST (\\Noselect) "/" b',
      '* LIST () "/" "Entw&APw-rfe"',
      '* LIST (\\NonExistent) "/" d',
      '* LIST () "/" e',
    );
    const tags = [
      await server.expect('STATUS "a" (UNSEEN)'),
      await server.expect('STATUS "Entw&APw-rfe" (UNSEEN)'),
      await server.expect('STATUS "e" (UNSEEN)'),
    ];
    await server.send(
      "* STATUS e (UNSEEN 3)",
      "* STATUS Entw&APw-rfe (UNSEEN 2)",
      `${tags[0]} NO [NONEXISTENT] gone`,
      `${tags[1]} OK`,
      `${tags[2]} OK`,
    );
    assertEquals((await listing).map(({ name, status }) => [name, status?.UNSEEN]), [
      ["a", undefined],
      ["b", undefined],
      ["Entwürfe", 2],
      ["d", undefined],
      ["e", 3],
    ]);
    client.shutdown();
  });

  test("status beside another STATUS → none gets the other's answer", async () => {
    const { client, server } = await selectFake({}, PLAIN);
    const listing = client.listFolders("", "*", { status: ["UNSEEN"] });
    const tag = await server.expect('LIST "" "*"');
    const asking = client.folderStatus("x", "UNSEEN");
    await server.send('* LIST () "/" a', '* LIST () "/" b', `${tag} OK`);
    await server.answer('STATUS "x" (UNSEEN)', "* STATUS X (UNSEEN 9)");
    const tags = [
      await server.expect('STATUS "a" (UNSEEN)'),
      await server.expect('STATUS "b" (UNSEEN)'),
    ];
    // It accepts any STATUS response, so it has to wait.
    const again = client.folderStatus("y", "UNSEEN");
    assert(await server.isSilent());
    await server.send("* STATUS a (UNSEEN 1)", "* STATUS b (UNSEEN 2)");
    await server.send(...tags.map((tag) => `${tag} OK`));
    assertEquals((await listing).map(({ status }) => status?.UNSEEN), [1, 2]);
    await server.answer('STATUS "y" (UNSEEN)', "* STATUS Y (UNSEEN 8)");
    assertEquals([(await asking).UNSEEN, (await again).UNSEEN], [9, 8]);
    client.shutdown();
  });

  test("a name that is spelled otherwise in STATUS → asked again alone", async () => {
    const rows = await play(
      PLAIN,
      (client) => client.listFolders("", "*", { status: ["UNSEEN"] }),
      async (server) => {
        await server.answer('LIST "" "*"', '* LIST () "/" "my box"');
        await server.answer('STATUS "my box" (UNSEEN)', '* STATUS "MY BOX" (UNSEEN 1)');
        await server.answer('STATUS "my box" (UNSEEN)', '* STATUS "MY BOX" (UNSEEN 1)');
      },
    );
    assertEquals(rows[0].status?.UNSEEN, 1);
  });

  test("an item that the server does not know at all → ImapError", async () => {
    const { client, server } = await selectFake({}, `${PLAIN} STATUS=SIZE`);
    const listing = outcome(client.listFolders("", "*", { status: ["SIZE"] }));
    await server.answer('LIST "" "*"', '* LIST () "/" a', '* LIST () "/" b');
    for (const name of ["a", "b"]) {
      const tag = await server.expect(`STATUS "${name}" (SIZE)`);
      await server.send(`${tag} BAD no SIZE`);
    }
    assertEquals((await listing as Error).message, "STATUS failed: no SIZE");
    client.shutdown();
  });

  test("myRights and metadata → MYRIGHTS and GETMETADATA [ext LIST-MYRIGHTS, LIST-METADATA]", async () => {
    const { client, server } = await selectFake({}, PLAIN);
    const listing = client.listFolders("", "*", { myRights: true, metadata: ["/shared/x"] });
    await server.answer('LIST "" "*"', '* LIST () "/" a', '* LIST () "/" b');
    const tags = [
      await server.expect('MYRIGHTS "a"'),
      await server.expect('GETMETADATA "a" (/shared/x)'),
      await server.expect('MYRIGHTS "b"'),
      await server.expect('GETMETADATA "b" (/shared/x)'),
    ];
    await server.send(
      '* METADATA b (/shared/x "2")',
      "* MYRIGHTS b lr",
      '* METADATA a (/shared/x "1")',
      "* MYRIGHTS a lrs",
      ...tags.map((tag) => `${tag} OK`),
    );
    const rows = await listing;
    assertEquals(rows.map(({ myRights }) => myRights), ["lrs", "lr"]);
    assertEquals(rows.map(({ metadata }) => String(metadata?.get("/shared/x"))), ["49", "50"]);
    client.shutdown();
  });

  test("many folders → in order, a few at a time", async () => {
    const { client, server } = await selectFake({}, PLAIN);
    const listing = client.listFolders("", "*", { status: ["UNSEEN"] });
    const tags: string[] = [];
    const keep = (tag: string) => void tags.push(tag);
    const names = Array.from({ length: 300 }, (_, i) => `f${i}`);
    await server.answer('LIST "" "*"', ...names.map((name) => `* LIST () "/" ${name}`));
    for (let i = 0; i < 64; i++) await server.expect(`STATUS "f${i}" (UNSEEN)`).then(keep);
    assert(await server.isSilent());
    for (let i = 0; i < 300; i++) {
      await server.send(`* STATUS f${i} (UNSEEN ${i})`, `${tags[i]} OK`);
      if (i + 64 < 300) await server.expect(`STATUS "f${i + 64}" (UNSEEN)`).then(keep);
    }
    assertEquals((await listing).map(({ status }) => status?.UNSEEN), names.map((_, i) => i));
    client.shutdown();
  });
  test("the connection ends between two STATUS → the call fails", async () => {
    const { client, server } = await selectFake({}, PLAIN);
    const listing = outcome(client.listFolders("", "*", { status: ["UNSEEN"] }));
    await server.answer('LIST "" "*"', '* LIST () "/" a', '* LIST () "/" b');
    await server.answer('STATUS "a" (UNSEEN)', "* STATUS a (UNSEEN 1)");
    server.close();
    assertInstanceOf(await listing, ConnectionClosedError);
    assert(client.closed);
  });

  test("an abort between two STATUS → the reason", async () => {
    const { client, server } = await selectFake({}, PLAIN);
    const abort = new AbortController();
    const { signal } = abort;
    const listing = outcome(client.listFolders("", "*", { status: ["UNSEEN"], signal }));
    await server.answer('LIST "" "*"', '* LIST () "/" a', '* LIST () "/" b');
    const tag = await server.expect('STATUS "a" (UNSEEN)');
    abort.abort(new Error("enough"));
    assertEquals((await listing as Error).message, "enough");
    await server.send(`${tag} OK`);
    assert(!await isPending(listing));
    client.shutdown();
  });

  test("several patterns → several LISTs, merged [ext LIST-EXTENDED]", async () => {
    const rows = await play(
      PLAIN,
      (client) => client.listFolders("", ["a*", "*b"]),
      async (server) => {
        await server.answer('LIST "" "a*"', '* LIST () "/" a', '* LIST () "/" ab');
        await server.answer('LIST "" "*b"', '* LIST () "/" ab', '* LIST () "/" b');
      },
    );
    assertEquals(rows.map(({ name }) => name), ["a", "ab", "b"]);
  });

  test("SUBSCRIBED → LSUB, with the flags of LIST [ext LIST-EXTENDED]", async () => {
    const options = { select: "SUBSCRIBED" } as const;
    const part = async (server: FakeServer) => {
      const tags = [await server.expect('LIST "" "%"'), await server.expect('LSUB "" "%"')];
      await server.send(
        '* LIST (\\HasNoChildren) "/" a',
        '* LIST (\\HasChildren) "/" b',
        '* LIST () "/" c',
        '* LSUB () "/" a',
        '* LSUB (\\Noselect) "/" b',
        '* LSUB () "/" gone',
        '* LSUB (\\Noselect) "/" above',
        ...tags.map((tag) => `${tag} OK`),
      );
    };
    const a = { flags: ["\\HasNoChildren", "\\Subscribed"], delimiter: "/", name: "a" };
    const gone = { flags: ["\\NonExistent", "\\Subscribed"], delimiter: "/", name: "gone" };
    assertEquals(await play(PLAIN, (client) => client.listFolders("", "%", options), part), [
      a,
      gone,
    ]);
    const recursive: ListFoldersOptions = { select: ["SUBSCRIBED", "RECURSIVEMATCH"] };
    const childInfo = ["SUBSCRIBED"];
    assertEquals(await play(PLAIN, (client) => client.listFolders("", "%", recursive), part), [
      a,
      { flags: ["\\HasChildren"], delimiter: "/", name: "b", childInfo },
      gone,
      { flags: ["\\NonExistent"], delimiter: "/", name: "above", childInfo },
    ]);
    const marked = await play(
      PLAIN,
      (client) => client.listFolders("", "%", { subscribed: true }),
      part,
    );
    assertEquals(marked.map(({ flags }) => flags.includes("\\Subscribed")), [true, false, false]);
  });

  test("SPECIAL-USE → by the attributes of LIST [ext SPECIAL-USE]", async () => {
    for (const capabilities of [PLAIN, "IMAP4rev2"]) {
      const rows = await play(
        capabilities,
        (client) => client.listFolders("", "*", { select: ["SPECIAL-USE"], specialUse: true }),
        (server) => server.answer('LIST "" "*"', '* LIST (\\sent) "/" a', '* LIST () "/" b'),
      );
      assertEquals(rows.map(({ name, specialUse }) => [name, specialUse]), [["a", ["\\sent"]]]);
    }
  });

  test("a folder's bytes → asked for as the server wrote them", async () => {
    const { client, server } = await selectFake({}, PLAIN);
    client.folderEncode = false;
    const listing = client.listFolders("", "*", { status: ["UNSEEN"] });
    await server.answer('LIST "" "*"', '* LIST () "/" "a &AOk-"');
    await server.answer('STATUS "a &AOk-" (UNSEEN)', '* STATUS "a &AOk-" (UNSEEN 5)');
    assertEquals((await listing)[0].status?.UNSEEN, 5);
    client.shutdown();
  });
});

describe("listFolders that can't be", () => {
  const NEEDS: readonly (readonly [missing: string, options: ListFoldersOptions])[] = [
    ["LIST-EXTENDED", { select: ["REMOTE"] }],
    ["SPECIAL-USE", { select: ["SPECIAL-USE"] }],
    ["SPECIAL-USE", { specialUse: true }],
    ["LIST-EXTENDED or CHILDREN", { children: true }],
    ["ACL", { myRights: true }],
    ["METADATA", { metadata: "/shared/x" }],
  ];
  for (const [missing, options] of NEEDS) {
    test(`${JSON.stringify(options)} without ${missing} → CapabilityError, nothing sent`, async () => {
      const { client, server } = await selectFake({}, "IMAP4rev1");
      await assertRejects(() => client.listFolders("", "*", options), CapabilityError, missing);
      assert(await server.isSilent());
      client.shutdown();
    });
  }

  test("options that make no sense → InvalidArgumentError, nothing sent", async () => {
    const { client, server } = await selectFake({}, FULL);
    const wrong = [
      { select: ["RECURSIVEMATCH"] },
      { select: ["REMOTE", "RECURSIVEMATCH"] },
      { select: ["subscribed"] },
      { select: 5 },
      { status: [] },
      { status: ["a b"] },
      { status: 5 },
      { metadata: ["no slash"] },
      { metadata: [] },
      { children: "yes" },
      { substribed: true },
    ];
    for (const options of wrong) {
      const call = () => client.listFolders("", "*", options as never);
      await assertRejects(call, InvalidArgumentError, undefined, JSON.stringify(options));
    }
    await assertRejects(() => client.listFolders("", [], {}), InvalidArgumentError);
    await assertRejects(() => client.listFolders("", 5 as never, {}), InvalidArgumentError);
    assert(await server.isSilent());
    client.shutdown();
  });
});
