import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  ARCHIVE,
  CapabilityError,
  IllegalStateError,
  type ImapClient,
  ImapError,
  InvalidArgumentError,
  ProtocolError,
  SENT,
  TRASH,
} from "../../../mod.ts";
import {
  connectFake,
  type FakeServer,
  outcome,
  selectFake,
  test,
} from "../../support/fake_server.ts";

/** A logged-in client and its server. */
function loggedIn(capabilities = ""): Promise<{ client: ImapClient; server: FakeServer }> {
  return connectFake({ enable: [] }, `* PREAUTH [CAPABILITY IMAP4rev1 ${capabilities}] hello`);
}

const LIST_ALL = 'LIST "" "*"';

test("G1 G2 create, delete, rename and subscriptions return the server's text", async () => {
  const { client, server } = await loggedIn();
  for (
    const [call, sent] of [
      [() => client.createFolder("Entwürfe & x"), 'CREATE "Entw&APw-rfe &- x"'],
      [() => client.deleteFolder('a"b'), 'DELETE "a\\"b"'],
      [() => client.renameFolder("a", "ü"), 'RENAME "a" "&APw-"'],
      [() => client.subscribeFolder("123"), 'SUBSCRIBE "123"'],
      [() => client.unsubscribeFolder("a\\b"), 'UNSUBSCRIBE "a\\\\b"'],
    ] as const
  ) {
    const result = call();
    await server.send(`${await server.expect(sent)} OK [METADATA x] done it`);
    assertEquals(await result, "[METADATA x] done it");
    const refused = outcome(call());
    await server.send(`${await server.expect(sent)} NO [ALREADYEXISTS] can't`);
    const error = await refused;
    assertInstanceOf(error, ImapError);
    assertEquals([error.code, error.text], ["ALREADYEXISTS", "can't"]);
    assertEquals(error.message, `${sent.split(" ")[0]} failed: can't`);
  }
  client.shutdown();
});

test("B7 a folder name given as bytes must be ASCII, and names are sent as they are", async () => {
  const { client, server } = await loggedIn();
  const bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
  await assertRejects(() => client.createFolder(bytes("a\xff")), InvalidArgumentError, "ASCII");
  const created = client.createFolder(bytes("stuff &- things"));
  await server.answer('CREATE "stuff &- things"');
  await created;
  client.folderEncode = false;
  const renamed = client.renameFolder("a&b", bytes("&APw-"));
  await server.answer('RENAME "a&b" "&APw-"');
  await renamed;
  await assertRejects(() => client.deleteFolder("ü"), InvalidArgumentError, "folderEncode");
  client.shutdown();
});

test("F2 F3 subscribed folders by LSUB, Gmail's old attributes by XLIST [ext LSUB, XLIST]", async () => {
  const { client, server } = await loggedIn("XLIST");
  const subscribed = client.listSubFolders("a", "%");
  await server.answer('LSUB "a" "%"', '* LSUB () "." "a.&APw-"', '* LIST () "." other');
  assertEquals(await subscribed, [{ flags: [], delimiter: ".", name: "a.ü" }]);
  const marked = client.xlistFolders();
  await server.answer('XLIST "" "*"', '* XLIST (\\HasNoChildren \\AllMail) "/" "All Mail"');
  assertEquals((await marked)[0].flags, ["\\HasNoChildren", "\\AllMail"]);
  client.shutdown();
});

test("F3 E3 XLIST, UNSELECT and NAMESPACE need their capabilities", async () => {
  const { client, server } = await selectFake();
  for (const call of ["xlistFolders", "unselectFolder", "namespace"] as const) {
    await assertRejects(() => client[call](), CapabilityError, "Server does not support");
  }
  assert(await server.isSilent());
  client.shutdown();
});

test("F10 findSpecialFolder takes the folder that is marked, in any case", async () => {
  const { client, server } = await loggedIn();
  const found = client.findSpecialFolder(SENT);
  await server.answer(
    LIST_ALL,
    '* LIST () "/" Sent',
    '* LIST (\\HasNoChildren \\sent) "/" "Sent &- more"',
  );
  assertEquals(await found, "Sent & more");
  client.shutdown();
});

test("F10 marks that the server keeps to itself are asked for", async () => {
  const { client, server } = await loggedIn("SPECIAL-USE LIST-EXTENDED");
  const found = client.findSpecialFolder(TRASH);
  await server.answer(LIST_ALL, '* LIST () "/" Trash', '* LIST () "/" Bin');
  await server.answer(
    'LIST "" "*" RETURN (SPECIAL-USE)',
    '* LIST () "/" Trash',
    '* LIST (\\Trash) "/" Bin',
  );
  assertEquals(await found, "Bin");
  client.shutdown();
});

test("F10 F11 popular names are tried below each personal namespace", async () => {
  for (
    const [capabilities, names, use, expected] of [
      ["", ["INBOX", "Sent Items"], SENT, "Sent Items"],
      ["", ["INBOX.Sent", "Other.Sent"], SENT, "INBOX.Sent"],
      ["", ["Sent Messages"], SENT, "Sent Messages"],
      ["", ["Deleted"], TRASH, "Deleted"],
      ["", ["Spam"], "\\Junk", "Spam"],
      ["", ["Drafts"], "\\Drafts", "Drafts"],
      ["", ["Archive"], ARCHIVE, "Archive"],
      ["", ["Old"], ARCHIVE, null],
      ["NAMESPACE", ["Sent", "mine/Sent"], SENT, "mine/Sent"],
    ] as const
  ) {
    const { client, server } = await loggedIn(capabilities);
    const found = client.findSpecialFolder(use);
    await server.answer(LIST_ALL, ...names.map((name) => `* LIST () "/" "${name}"`));
    if (capabilities !== "") {
      await server.answer("NAMESPACE", '* NAMESPACE (("mine/" "/")) NIL NIL');
    }
    assertEquals(await found, expected);
    client.shutdown();
  }
});

test("F12 Z13 folderExists looks for this very name", async () => {
  const { client, server } = await loggedIn();
  for (
    const [folder, pattern, listed, expected] of [
      ["Sent", '"Sent"', ['* LIST () "/" Sent'], true],
      ["Sent", '"Sent"', [], false],
      ["a%", '"a%"', ['* LIST () "/" ab', '* LIST () "/" ac'], false],
      ["a*", '"a*"', ['* LIST () "/" ab', '* LIST () "/" "a*"'], true],
      ["ü & o", '"&APw- &- o"', ['* LIST () "/" "&APw- &- o"'], true],
      ["inbox", '"inbox"', ['* LIST () "/" INBOX'], true],
      ["gone", '"gone"', ['* LIST (\\NonExistent) "/" gone'], false],
      ["parent", '"parent"', ['* LIST (\\Noselect) "/" parent'], true],
    ] as const
  ) {
    const exists = client.folderExists(folder);
    await server.answer(`LIST "" ${pattern}`, ...listed);
    assertEquals(await exists, expected, folder);
  }
  const bytes = client.folderExists(new TextEncoder().encode("&APw-"));
  await server.answer('LIST "" "&APw-"', '* LIST () "/" "&APw-"');
  assert(await bytes);
  client.shutdown();
});

test("G4 alerts and capabilities among the answers to SELECT are for others", async () => {
  const { client, server } = await loggedIn();
  const heard: string[] = [];
  client.listen((response) => heard.push("text" in response ? response.text : response.type));
  const selected = client.selectFolder("x");
  await server.answer(
    'SELECT "x"',
    "* OK [ALERT] the disk is full",
    "* OK [CAPABILITY IMAP4rev1 X-NEW] more now",
    "* OK [UIDNEXT 5] next",
  );
  assertEquals(await selected, { EXISTS: 0, FLAGS: [], RECENT: 0, UIDNEXT: 5 });
  assertEquals(heard, ["the disk is full", "more now"]);
  assert(await client.hasCapability("X-NEW"));
  client.shutdown();
});

test("G7 closeFolder and G8 unselectFolder leave the folder", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 UNSELECT");
  const closed = client.closeFolder();
  await server.answer("CLOSE");
  assertEquals([await closed, client.state], ["done", "authenticated"]);
  await assertRejects(() => client.search(), IllegalStateError);
  await assertRejects(() => client.unselectFolder(), IllegalStateError);
  const selected = client.selectFolder("INBOX");
  await server.answer('SELECT "INBOX"');
  await selected;
  const left = client.unselectFolder();
  await server.answer("UNSELECT");
  assertEquals([await left, client.state], ["done", "authenticated"]);
  await assertRejects(() => client.search(), IllegalStateError);
  client.shutdown();
});

test("G8 Z7 a refused UNSELECT throws, and the folder stays selected", async () => {
  for (const status of ["NO", "BAD"]) {
    const { client, server } = await selectFake({}, "IMAP4rev1 UNSELECT");
    const left = outcome(client.unselectFolder());
    await server.send(`${await server.expect("UNSELECT")} ${status} not now`);
    assertInstanceOf(await left, ImapError);
    assertEquals(client.state, "selected");
    client.shutdown();
  }
});

test("G9 folderStatus asks for five items, or for those named", async () => {
  const { client, server } = await loggedIn("CONDSTORE OBJECTID STATUS=SIZE");
  const five = client.folderStatus("Entwürfe");
  await server.answer(
    'STATUS "Entw&APw-rfe" (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN)',
    '* STATUS "Entw&APw-rfe" (MESSAGES 4 RECENT 0 UIDNEXT 5 UIDVALIDITY 77 UNSEEN 1)',
  );
  assertEquals(await five, { MESSAGES: 4, RECENT: 0, UIDNEXT: 5, UIDVALIDITY: 77, UNSEEN: 1 });
  const some = client.folderStatus("x", ["messages", "HIGHESTMODSEQ", "MAILBOXID", "SIZE"]);
  await server.answer(
    'STATUS "x" (MESSAGES HIGHESTMODSEQ MAILBOXID SIZE)',
    "* STATUS x (MESSAGES 1 HIGHESTMODSEQ 7 MAILBOXID (F2212) SIZE 99)",
  );
  const status = await some;
  assertEquals(status, { MESSAGES: 1, HIGHESTMODSEQ: 7n, MAILBOXID: "F2212", SIZE: 99 });
  const typed: [number, bigint, string | null] = [
    status.SIZE,
    status.HIGHESTMODSEQ,
    status.MAILBOXID,
  ];
  assertEquals(typed, [99, 7n, "F2212"]);
  client.shutdown();
});

test("G9 an item that the server leaves out throws when it is looked at", async () => {
  const { client, server } = await loggedIn();
  const call = client.folderStatus("x", ["MESSAGES", "UNSEEN"]);
  await server.answer('STATUS "x" (MESSAGES UNSEEN)', "* STATUS x (MESSAGES 3)");
  const status = await call;
  assertEquals(status.MESSAGES, 3);
  const error = outcome((async () => await Promise.resolve(status.UNSEEN))());
  assertInstanceOf(await error, ProtocolError);
  client.shutdown();
});

test("G9 IMAP4rev2 has no RECENT to ask for", async () => {
  const { client, server } = await loggedIn("IMAP4rev2 ENABLE");
  const enabled = client.enable("IMAP4rev2");
  await server.answer("ENABLE IMAP4REV2", "* ENABLED IMAP4rev2");
  await enabled;
  const status = client.folderStatus("x");
  await server.answer(
    'STATUS "x" (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)',
    "* STATUS x (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 3 UNSEEN 0)",
  );
  assertEquals((await status).MESSAGES, 1);
  client.shutdown();
});

test("E6 A10 namespace prefixes are text, or bytes if folderEncode is off", async () => {
  const { client, server } = await loggedIn("NAMESPACE");
  const answer = '* NAMESPACE (("&AP8-." "/")) NIL (("a" ".")("b" NIL))';
  const texts = client.namespace();
  await server.answer("NAMESPACE", answer);
  assertEquals(await texts, {
    personal: [{ prefix: "ÿ.", delimiter: "/" }],
    other: null,
    shared: [{ prefix: "a", delimiter: "." }, { prefix: "b", delimiter: null }],
  });
  client.folderEncode = false;
  const bytes = client.namespace();
  await server.answer("NAMESPACE", answer);
  assertEquals((await bytes).personal![0].prefix, new TextEncoder().encode("&AP8-."));
  client.shutdown();
});

test("Z6 getQuotaRoot encodes the folder's name", async () => {
  const { client, server } = await loggedIn("QUOTA");
  const roots = client.getQuotaRoot("Übung 1");
  await server.answer(
    'GETQUOTAROOT "&ANw-bung 1"',
    '* QUOTAROOT "&ANw-bung 1" "User quota"',
    '* QUOTA "User quota" (STORAGE 10 512)',
  );
  assertEquals(await roots, [
    { mailbox: "Übung 1", quotaRoots: ["User quota"] },
    [{ quotaRoot: "User quota", resource: "STORAGE", usage: 10, limit: 512 }],
  ]);
  client.shutdown();
});

test("N4 N5 N7 quotas of a folder, of a root, and new ones", async () => {
  const { client, server } = await loggedIn("QUOTA");
  const quota = { quotaRoot: "User quota", resource: "STORAGE", usage: 0, limit: 1000 };
  const inbox = client.getQuota();
  await server.answer(
    'GETQUOTAROOT "INBOX"',
    "* QUOTAROOT INBOX",
    '* QUOTA "User quota" (STORAGE 0 1000)',
  );
  assertEquals(await inbox, [quota]);
  const root = client.getQuotaByRoot();
  await server.answer('GETQUOTA ""', '* QUOTA "User quota" (STORAGE 0 1000)');
  assertEquals(await root, [quota]);
  const changed = client.setQuota([quota, { ...quota, resource: "MESSAGES" }]);
  await server.answer(
    'SETQUOTA "User quota" (STORAGE 1000 MESSAGES 1000)',
    '* QUOTA "User quota" (STORAGE 0 1000)',
  );
  assertEquals(await changed, [quota]);
  const silent = client.setQuota([quota]);
  await server.answer('SETQUOTA "User quota" (STORAGE 1000)'); // Cyrus answers no more than that
  await server.answer('GETQUOTA "User quota"', '* QUOTA "User quota" (STORAGE 0 1000)');
  assertEquals(await silent, [quota]);
  assertEquals(await client.setQuota([]), []);
  const two = [quota, { ...quota, quotaRoot: "other" }];
  await assertRejects(() => client.setQuota(two), InvalidArgumentError, "share one quota root");
  assert(await server.isSilent());
  client.shutdown();
});

test("N1 N2 rights are listed, set and taken", async () => {
  const { client, server } = await loggedIn("ACL");
  const listed = client.getacl("INBOX");
  await server.answer('GETACL "INBOX"', "* ACL INBOX Fred rwipslda Sally rwip");
  assertEquals(await listed, [{ who: "Fred", acl: "rwipslda" }, { who: "Sally", acl: "rwip" }]);
  const given = client.setacl("INBOX", "Fred ü", "+lr");
  const line = server.line();
  assert((await line).endsWith('SETACL "INBOX" {7}'), await line);
  await server.send("+");
  assertEquals(await server.line(), "Fred \xc3\xbc +lr");
  await server.send("A2 OK given");
  assertEquals(await given, "given");
  const taken = client.setacl("INBOX", "Fred", "");
  await server.answer('DELETEACL "INBOX" Fred');
  assertEquals(await taken, "done");
  await assertRejects(() => client.setacl("INBOX", "x", "L "), InvalidArgumentError);
  client.shutdown();
});

test("getMetadata and setMetadata: on a folder and on the server → their results", async () => {
  const { client, server } = await loggedIn("METADATA");
  const entries = ["/shared/comment", "/private/comment"];
  const read = client.getMetadata("Übung", entries, { depth: 1, maxSize: 9 });
  await server.answer(
    'GETMETADATA (DEPTH 1 MAXSIZE 9) "&ANw-bung" (/shared/comment /private/comment)',
    '* METADATA "&ANw-bung" (/shared/comment "a" /shared/comment/b ~{2}\r\n\0b)',
    '* METADATA "" /shared/admin',
  );
  assertEquals(await read, {
    values: new Map([
      ["/shared/comment", new Uint8Array([97])],
      ["/shared/comment/b", new Uint8Array([0, 98])],
    ]),
    longEntries: null,
  });
  const set = client.setMetadata("", { "/shared/comment": "b", "/private/comment": null });
  await server.answer('SETMETADATA "" (/shared/comment "b" /private/comment NIL)');
  assertEquals(await set, "done");
  client.shutdown();
});

test("getMetadata: updates about changes meanwhile → go to the listeners", async () => {
  const { client, server } = await loggedIn("METADATA");
  const heard: string[] = [];
  client.listen((response) => {
    if (response.type === "UNKNOWN") heard.push(`${response.name} ${response.values()}`);
  });
  const read = client.getMetadata("INBOX", "/shared/comment");
  await server.answer(
    'GETMETADATA "INBOX" (/shared/comment)',
    '* METADATA "INBOX" /shared/comment /private/comment',
    "* METADATA INBOX (/shared/comment NIL)",
  );
  assertEquals((await read).values.size, 0);
  assertEquals(heard, ["METADATA INBOX,/shared/comment,/private/comment"]);
  client.shutdown();
});

test("setMetadata: refused with a code → ImapError with the code and what it means", async () => {
  const { client, server } = await loggedIn("METADATA");
  const refused = outcome(client.setMetadata("INBOX", { "/private/comment": "long" }));
  const tag = await server.expect('SETMETADATA "INBOX" (/private/comment "long")');
  await server.send(`${tag} NO [METADATA MAXSIZE 3] too long`);
  const error = await refused as ImapError;
  assertEquals(
    error.message,
    "SETMETADATA failed: too long (a value may have at most 3 bytes)",
  );
  assertEquals([error.code, error.responseCode?.argument, error.responseCode?.number], [
    ...["METADATA", "MAXSIZE 3", 3],
  ]);
  client.shutdown();
});

test("getMetadata: on a server with METADATA-SERVER alone → the server's entries alone", async () => {
  const { client, server } = await loggedIn("METADATA-SERVER");
  const read = client.getMetadata("", "/shared/admin");
  await server.answer('GETMETADATA "" (/shared/admin)', '* METADATA "" (/shared/admin "mailto:x")');
  assertEquals((await read).values.size, 1);
  await assertRejects(() => client.getMetadata("INBOX", "/shared/a"), CapabilityError, "METADATA");
  await assertRejects(() => client.setMetadata("INBOX", { "/shared/a": "" }), CapabilityError);
  client.shutdown();
  const without = await loggedIn();
  const call = () => without.client.getMetadata("", "/shared/a");
  await assertRejects(call, CapabilityError, "METADATA or METADATA-SERVER");
  without.client.shutdown();
});

test("getMetadata: an option of another name → InvalidArgumentError names the right one", async () => {
  const { client, server } = await loggedIn("METADATA");
  const options = { maxsize: 5 } as never;
  const call = () => client.getMetadata("INBOX", "/shared/a", options);
  await assertRejects(call, InvalidArgumentError, "did you mean 'maxSize'?");
  assert(await server.isSilent());
  client.shutdown();
});

test("E3 ACL and QUOTA need their capabilities", async () => {
  const { client, server } = await loggedIn();
  for (const call of [() => client.getacl("x"), () => client.setacl("x", "a", "l")]) {
    await assertRejects(call, CapabilityError, "Server does not support ACL capability");
  }
  const quota = { quotaRoot: "", resource: "STORAGE", limit: 1 };
  for (
    const call of [
      () => client.getQuota(),
      () => client.getQuotaByRoot(),
      () => client.getQuotaRoot("x"),
      () => client.setQuota([quota]),
    ]
  ) {
    await assertRejects(call, CapabilityError, "Server does not support QUOTA capability");
  }
  assert(await server.isSilent());
  client.shutdown();
});

test("B7 a name that the server writes in its own way is sent back that way", async () => {
  const { client, server } = await loggedIn();
  const listing = client.listFolders();
  await server.answer(
    'LIST "" "*"',
    '* LIST () "/" "R&D"', // Yandex: a bare &
    new TextEncoder().encode('* LIST () "/" "Entwürfe"\r\n'), // raw UTF-8
    '* LIST () "/" "&AOQ-x"',
    '* LIST () "/" "&AOQAeA-"', // the same as the one before, written in a roundabout way
    '* LIST () "/" "A&-B"',
  );
  const names = (await listing).map(({ name }) => name);
  assertEquals(names, ["R&D", "Entwürfe", "äx", "äx", "A&B"]);
  for (
    const [name, written] of [
      ["R&D", '"R&D"'],
      ["äx", '"&AOQ-x"'],
      ["A&B", '"A&-B"'],
      ["R&D2", '"R&-D2"'],
    ]
  ) {
    const selecting = client.selectFolder(name);
    await server.answer(`SELECT ${written}`);
    await selecting;
  }
  const selecting = client.selectFolder("Entwürfe");
  const line = await server.line();
  assertEquals(line.slice(line.indexOf(" ") + 1), "SELECT {9}");
  await server.send("+ go on");
  assertEquals(await server.line(), "EntwÃ¼rfe"); // its bytes, one character each
  await server.send(`${line.split(" ")[0]} OK`);
  await selecting;
  client.shutdown();
});

test("SELECT: an untagged NO and an id → in the result, and passed to listeners [fault C14, C20]", async () => {
  const { client, server } = await connectFake({}, "* PREAUTH [CAPABILITY IMAP4rev1] hello");
  const heard: string[] = [];
  client.listen((response) => {
    if ("text" in response) heard.push(`${response.type} ${response.text}`);
  });
  const selecting = client.selectFolder("INBOX");
  await server.answer(
    'SELECT "INBOX"',
    "* 3 EXISTS",
    "* NO [UIDNOTSTICKY] non-persistent UIDs",
    "* NO [ALERT] the disk is nearly full",
    "* OK [MAILBOXID (90210)] id",
    "* NO without a code",
  );
  const result = await selecting;
  assertEquals([result.MAILBOXID, result.UIDNOTSTICKY, result.EXISTS], ["90210", true, 3]);
  assertEquals(Object.keys(result).includes("ALERT"), false);
  assertEquals(heard, [
    ...["NO non-persistent UIDs", "NO the disk is nearly full", "NO without a code"],
  ]);
  client.shutdown();
});

test("SELECT: MAILBOXID NIL → no MAILBOXID [fault C14]", async () => {
  const { client, server } = await connectFake({}, "* PREAUTH [CAPABILITY IMAP4rev1] hello");
  const selecting = client.selectFolder("INBOX");
  await server.answer('SELECT "INBOX"', "* OK [MAILBOXID NIL] none");
  assertEquals("MAILBOXID" in await selecting, false);
  client.shutdown();
});
