// notify: what the server tells unasked (NOTIFY, RFC 5465), and that no call takes it for its
// answer.
import { describe } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  IllegalStateError,
  type ImapClient,
  ImapError,
  InvalidArgumentError,
  type NotifySet,
  type UntaggedResponse,
} from "@imapclient/imapclient";
import { testExtensionCall } from "../../support/extension_call.ts";
import { type FakeServer, outcome, selectFake, test } from "../../support/fake_server.ts";

const SETS: readonly NotifySet[] = [
  {
    mailboxes: "selected-delayed",
    events: ["MessageNew", "MessageExpunge", "FlagChange"],
    fetch: ["FLAGS", "BODY.PEEK[HEADER.FIELDS (SUBJECT)]"],
  },
  { mailboxes: "personal", events: ["MessageNew", "MessageExpunge", "MailboxName"] },
];
const SENT = "NOTIFY SET (SELECTED-DELAYED (MessageNew (UID FLAGS BODY.PEEK[HEADER.FIELDS " +
  "(SUBJECT)]) MessageExpunge FlagChange)) (PERSONAL (MessageNew MessageExpunge MailboxName))";
const CAPABILITIES = "IMAP4rev1 NOTIFY LIST-EXTENDED LIST-STATUS METADATA";

testExtensionCall({
  ext: "NOTIFY",
  capability: "NOTIFY",
  call: (client, signal) => client.notify(null, { signal }),
  sent: "NOTIFY NONE",
  lines: [],
  expected: { text: "done", status: [], noAccess: [] },
  malformed: [],
});

testExtensionCall({
  ext: "NOTIFY",
  capability: "NOTIFY",
  call: (client, signal) =>
    client.notify([{ mailboxes: "inboxes", events: ["MessageNew", "MessageExpunge"] }], {
      status: true,
      signal,
    }),
  sent: "NOTIFY SET STATUS (INBOXES (MessageNew MessageExpunge))",
  lines: [
    "* STATUS Lists/a (UIDVALIDITY 4 UIDNEXT 9999 MESSAGES 500 X-OTHER 1 UNSEEN x)",
    '* LIST (\\NoAccess) "/" "Secret"',
    "* STATUS &AOQ- (HIGHESTMODSEQ 18446744073709551615 UIDNEXT 99999999999999999999)",
  ],
  expected: {
    text: "done",
    status: [
      { folder: "Lists/a", status: { MESSAGES: 500, UIDNEXT: 9999, UIDVALIDITY: 4 } },
      { folder: "ä", status: { HIGHESTMODSEQ: 18446744073709551615n } },
    ],
    noAccess: ["Secret"],
  },
  malformed: [],
});

/** A client whose server tells of everything, and what listeners have heard. */
async function notified(sets: readonly NotifySet[] = SETS, sent = SENT) {
  const { client, server } = await selectFake({}, CAPABILITIES);
  const asking = client.notify(sets);
  await server.answer(sent);
  await asking;
  const heard: UntaggedResponse[] = [];
  client.listen((response) => heard.push(response));
  return { client, server, heard };
}

/** Plays a call, during which `lines` come, and returns its result and what listeners heard. */
async function during<Result>(
  call: (client: ImapClient) => Promise<Result>,
  part: (server: FakeServer) => Promise<void>,
): Promise<readonly [Result, readonly string[]]> {
  const { client, server, heard } = await notified();
  const result = call(client);
  await part(server);
  const got = await result;
  client.shutdown();
  return [got, heard.map(shown)];
}

function shown(response: UntaggedResponse): string {
  if (response.type === "LIST" || response.type === "STATUS") {
    return `${response.type} ${new TextDecoder().decode(response.name)}`;
  }
  return response.type === "FETCH" ? `FETCH ${response.uid}` : response.type;
}

describe("notify: what is sent", () => {
  test("sets of all kinds → sent as the grammar wants them [ext NOTIFY]", async () => {
    const { client, server } = await selectFake({}, CAPABILITIES);
    const asking = client.notify([
      { mailboxes: "selected", events: "none" },
      { mailboxes: { subtree: "Ä" }, events: ["MailboxName", "SubscriptionChange"] },
      {
        mailboxes: { mailboxes: ["a", "b c"] },
        events: ["MessageExpunge", "MessageNew", "FlagChange", "AnnotationChange"],
      },
      {
        mailboxes: "subscribed",
        events: ["MailboxMetadataChange", "ServerMetadataChange", "MailboxMetadataChange"],
      },
    ], { status: true });
    await server.answer(
      'NOTIFY SET STATUS (SELECTED NONE) (SUBTREE "&AMQ-" (MailboxName SubscriptionChange)) ' +
        '(MAILBOXES ("a" "b c") (MessageExpunge MessageNew FlagChange AnnotationChange)) ' +
        "(SUBSCRIBED (MailboxMetadataChange ServerMetadataChange))",
    );
    assertEquals((await asking).status, []);
    client.shutdown();
  });

  const both = ["MessageNew", "MessageExpunge"] as const;
  const WRONG: readonly (readonly [what: string, sets: unknown, text: string])[] = [
    ["no sets", [], "no sets"],
    ["no list of sets", { mailboxes: "personal" }, "expected sets"],
    ["a set that is none", [null], "not a set"],
    ["an unknown member", [{ mailboxes: "personal", event: "none" }], '"event"'],
    ["unknown folders", [{ mailboxes: "all", events: "none" }], "'mailboxes' must be one of"],
    ["no folders", [{ mailboxes: { subtree: [] }, events: "none" }], "no folders"],
    [
      "folders of two kinds",
      [{ mailboxes: { subtree: "a", mailboxes: "b" }, events: "none" }],
      [
        "either",
      ].join(),
    ],
    ["no events", [{ mailboxes: "personal", events: [] }], "must be a list of events"],
    ["an unknown event", [{ mailboxes: "personal", events: ["Messagenew"] }], "no event"],
    ["MessageNew alone", [{ mailboxes: "personal", events: ["MessageNew"] }], "go together"],
    ["MessageExpunge alone", [{ mailboxes: "personal", events: ["MessageExpunge"] }], "together"],
    ["FlagChange alone", [{ mailboxes: "selected", events: ["FlagChange"] }], "FlagChange needs"],
    [
      "AnnotationChange alone",
      [{ mailboxes: "inboxes", events: ["AnnotationChange"] }],
      "AnnotationChange needs",
    ],
    ["the selected folder twice", [
      { mailboxes: "selected", events: both },
      { mailboxes: "selected-delayed", events: "none" },
    ], "only one set"],
    [
      "MailboxName of the selected folder",
      [{ mailboxes: "selected", events: ["MailboxName"] }],
      "MailboxName can't",
    ],
    ["items of another folder", [{ mailboxes: "personal", events: both, fetch: "UID" }], "'fetch'"],
    ["items of no message", [{ mailboxes: "selected", events: "none", fetch: "UID" }], "'fetch'"],
    ["items that mark as seen", [{ mailboxes: "selected", events: both, fetch: "BODY[]" }], "seen"],
  ];
  for (const [what, sets, text] of WRONG) {
    test(`${what} → InvalidArgumentError, nothing is sent [ext NOTIFY]`, async () => {
      const { client, server } = await selectFake({}, CAPABILITIES);
      await assertRejects(() => client.notify(sets as []), InvalidArgumentError, text);
      assert(await server.isSilent());
      client.shutdown();
    });
  }

  test("NO [BADEVENT] and NO [NOTIFICATIONOVERFLOW] → an error that tells, and the sets before stay [ext NOTIFY]", async () => {
    const { client, server } = await notified([
      { mailboxes: "selected", events: ["MessageNew", "MessageExpunge"] },
    ], "NOTIFY SET (SELECTED (MessageNew MessageExpunge))");
    for (const [code, events] of [["BADEVENT (MessageNew FlagChange)", 2], ["BADEVENT X", 1]]) {
      const failing = outcome(client.notify(null));
      await server.send(`${await server.expect("NOTIFY NONE")} NO [${code}] no`);
      const error = await failing;
      assertInstanceOf(error, ImapError);
      assertEquals([error.code, error.responseCode?.events?.length], ["BADEVENT", events]);
    }
    const failing = outcome(client.notify(null));
    await server.send(`${await server.expect("NOTIFY NONE")} NO [NOTIFICATIONOVERFLOW] too much`);
    assertEquals((await failing as ImapError).code, "NOTIFICATIONOVERFLOW");
    client.useUid = false;
    await assertRejects(() => client.fetch(5, ["FLAGS"]), IllegalStateError, "notify()");
    client.shutdown();
  });
});

describe("notify: what comes is not taken for an answer", () => {
  test("STATUS of the same and of another folder during STATUS → the asked one's items [ext NOTIFY]", async () => {
    const [status, heard] = await during(
      (client) => client.folderStatus("B", ["MESSAGES", "UNSEEN"]),
      (server) =>
        server.answer(
          'STATUS "B" (MESSAGES UNSEEN)',
          "* STATUS C (MESSAGES 1 UNSEEN 1)",
          "* STATUS B (MESSAGES 7 UIDNEXT 9)",
          "* STATUS B (MESSAGES 8 UNSEEN 3)",
          "* STATUS C (MESSAGES 2 UIDNEXT 2)",
          "* STATUS B (MESSAGES 9 UIDNEXT 11)",
        ),
    );
    assertEquals({ ...status }, { MESSAGES: 9, UNSEEN: 3, UIDNEXT: 11 } as object);
    assertEquals(heard, ["STATUS C", "STATUS B", "STATUS C", "STATUS B"]);
  });

  test("STATUS during LIST-STATUS → no row is spoilt, and news is heard [ext NOTIFY]", async () => {
    const [rows, heard] = await during(
      (client) => client.listFolders("", "*", { status: ["MESSAGES", "UNSEEN"] }),
      (server) =>
        server.answer(
          'LIST "" "*" RETURN (STATUS (MESSAGES UNSEEN))',
          '* LIST () "/" A',
          "* STATUS A (MESSAGES 1 UNSEEN 1)",
          "* STATUS A (MESSAGES 2 UIDNEXT 9)",
        ),
    );
    assertEquals(rows.map(({ status }) => ({ ...status })), [{ MESSAGES: 2, UNSEEN: 1 }]);
    assertEquals(heard, ["STATUS A"]);
  });

  test("LIST of created, renamed and deleted folders during LIST → the list as it is then [ext NOTIFY]", async () => {
    const [rows, heard] = await during(
      (client) => client.listFolders("", "A*"),
      (server) =>
        server.answer(
          'LIST "" "A*"',
          '* LIST () "/" A',
          '* LIST () "/" A/b',
          '* LIST () "/" Other',
          '* LIST () "/" A/c',
          '* LIST () "/" Azure ("OLDNAME" (A))',
          '* LIST (\\NonExistent) "/" A/x',
          '* LIST (\\Noinferiors) "/" Azure',
          '* LIST () "/" Away',
          '* LIST (\\NonExistent) "/" Away',
          '* LIST (\\NoAccess) "/" Aha',
        ),
    );
    assertEquals(rows, [{ flags: ["\\Noinferiors"], delimiter: "/", name: "Azure" }]);
    assertEquals(
      heard,
      ["Other", "Azure", "A/x", "Azure", "Away", "Aha"].map((it) => `LIST ${it}`),
    );
  });

  test("LIST of a folder during LIST (SUBSCRIBED) → only the subscribed ones [ext NOTIFY]", async () => {
    const [rows] = await during(
      (client) => client.listFolders("", "%", { select: "SUBSCRIBED" }),
      (server) =>
        server.answer(
          'LIST (SUBSCRIBED) "" "%"',
          '* LIST (\\Subscribed \\NonExistent) "/" gone',
          '* LIST () "/" new',
          '* LIST (\\Subscribed) "/" a/b',
          '* LIST (\\Subscribed) "/" inbox',
        ),
    );
    assertEquals(rows.map(({ name }) => name), ["gone", "inbox"]);
  });

  test("METADATA with names alone during GETMETADATA → news [ext NOTIFY]", async () => {
    const [{ values }, heard] = await during(
      (client) => client.getMetadata("B", ["/shared/comment"]),
      (server) =>
        server.answer(
          'GETMETADATA "B" (/shared/comment)',
          '* METADATA "B" /shared/comment',
          '* METADATA "B" (/shared/comment "x")',
        ),
    );
    assertEquals([values.size, heard], [1, ["UNKNOWN"]]);
  });

  const NEW = "* 1001 FETCH (UID 1001 FLAGS () BODY[HEADER.FIELDS (SUBJECT)] {4}\r\nx: y)";

  test("FETCH of a new message during FETCH of others → not in the result [ext NOTIFY]", async () => {
    const [messages, heard] = await during(
      (client) => client.fetch("1:*", ["FLAGS", "ENVELOPE", "BODYSTRUCTURE"]),
      (server) =>
        server.answer(
          "UID FETCH 1:* (FLAGS ENVELOPE BODYSTRUCTURE)",
          "* 1 FETCH (UID 1 FLAGS ())",
          "* 1001 EXISTS",
          NEW,
          "* 1 FETCH (UID 1 ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) BODYSTRUCTURE NIL)",
        ),
    );
    assertEquals([...messages.keys()], [1]);
    assertEquals(messages.get(1)!.FLAGS, []);
    assertEquals(heard, ["FETCH 1", "EXISTS", "FETCH 1001"]);
  });

  test("FETCH of a new message during fetchEach → not handed out [ext NOTIFY]", async () => {
    const [uids, heard] = await during(
      async (client) => {
        const uids: number[] = [];
        for await (const { UID } of client.fetchEach("1:*", ["RFC822.SIZE"])) uids.push(UID);
        return uids;
      },
      (server) =>
        server.answer(
          "UID FETCH 1:* (RFC822.SIZE)",
          "* 1 FETCH (UID 1 RFC822.SIZE 9)",
          "* 1001 EXISTS",
          NEW,
          "* 2 FETCH (UID 2 RFC822.SIZE 9)",
        ),
    );
    assertEquals(uids, [1, 2]);
    assertEquals(heard, ["EXISTS", "FETCH 1001"]);
  });

  test("EXISTS and EXPUNGE between commands → the folder's numbers stay right [ext NOTIFY]", async () => {
    const { client, server } = await notified();
    client.useUid = false;
    const ids = client.search("ALL");
    await server.answer("SEARCH ALL", "* SEARCH 1 2 3");
    const found = await ids;
    await server.send("* 1001 EXISTS", "* 2 EXPUNGE");
    await server.isSilent();
    await assertRejects(() => client.fetch(found, ["FLAGS"]), IllegalStateError, "expunged");
    client.shutdown();
  });

  test('"selected" → calls by sequence number are refused; by UID they work [ext NOTIFY]', async () => {
    const { client, server } = await notified([
      { mailboxes: "selected", events: ["MessageNew", "MessageExpunge"] },
    ], "NOTIFY SET (SELECTED (MessageNew MessageExpunge))");
    client.useUid = false;
    for (
      const call of [
        () => client.fetch(1, ["FLAGS"]),
        () => client.search("ALL"),
        () => client.addFlags(1, "\\Seen"),
        () => client.copy(1, "B"),
      ]
    ) await assertRejects(call, IllegalStateError, '"selected"');
    assert(await server.isSilent());
    client.useUid = true;
    const flags = client.getFlags(5);
    await server.answer("UID FETCH 5 (FLAGS)", "* 9 EXPUNGE", "* 4 FETCH (UID 5 FLAGS (\\Seen))");
    assertEquals((await flags).get(5), ["\\Seen"]);
    // An overflow ends it, as NOTIFY NONE does.
    await server.send("* OK [NOTIFICATIONOVERFLOW] too much");
    await server.isSilent();
    client.useUid = false;
    const fetching = client.fetch(1, ["FLAGS"]);
    await server.answer("FETCH 1 (FLAGS)", "* 1 FETCH (FLAGS ())");
    await fetching;
    client.shutdown();
  });

  test("a flood of news between commands → nothing is kept [ext NOTIFY]", async () => {
    const { client, server, heard } = await notified();
    heard.length = 0;
    for (let i = 0; i < 50; i++) {
      await server.send(...Array.from({ length: 100 }, (_, n) => `* STATUS f${n} (MESSAGES ${i})`));
    }
    const noop = client.noop();
    await server.answer("NOOP");
    assertEquals((await noop).responses, []);
    assertEquals(heard.length, 5000);
    client.shutdown();
  });
});
