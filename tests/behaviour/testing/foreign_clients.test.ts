import { Buffer } from "node:buffer";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Listener } from "@imapclient/imapclient/testing";
import { bounded } from "../../support/fake_server.ts";
import { runProgram } from "../../support/patience.ts";
import { skipLive } from "../../support/skip.ts";
import { makeCertificates } from "../../support/identities.ts";
import type { ImapFlow, ImapFlowModule } from "./imapflow.ts";
import { Fixture } from "./server_fixture.ts";

const certificates = makeCertificates();
const LIMIT_MS = 20_000;
const TEXT = new TextDecoder();

/** Why a command can't be used here, or `false`. */
function missing(command: string): string | false {
  try {
    execFileSync(command, ["--version"], { stdio: "ignore" });
    return false;
  } catch {
    return skipLive(`there is no ${command}`);
  }
}

/** The output of a command. The server runs in this process, so nothing may block it meanwhile. */
async function run(command: string, args: readonly string[]): Promise<string> {
  return (await runProgram(command, args, LIMIT_MS)).stdout;
}

/** Runs a function with a folder that is removed afterwards. */
async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "imapclient-foreign-"));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("curl", { skip: missing("curl") }, () => {
  const curl = (...args: string[]) => {
    return run("curl", ["-sS", "--max-time", "15", "-u", "ann:secret", ...args]);
  };

  it("R2 lists, fetches, appends, searches, and sends any command", async () => {
    await using fixture = new Fixture();
    const { host, port } = await fixture.listen();
    const url = `imap://${host}:${port}`;
    const listed = await curl(`${url}/`);
    assertEquals(listed.match(/^\* LIST .*$/gm)!.map((line) => line.trim()), [
      '* LIST (\\HasNoChildren) "/" "INBOX"',
      '* LIST (\\HasNoChildren \\Sent) "/" "Sent"',
    ]);
    assertEquals(
      await curl(`${url}/INBOX;UID=2`),
      "From: Bo <bo@example.org>\r\nSubject: two\r\n\r\nText: two\r\n",
    );
    assertEquals(await curl(`${url}/INBOX;MAILINDEX=3;SECTION=TEXT`), "Text: three\r\n");
    assertMatch(await curl(`${url}/INBOX?SUBJECT%20two`), /^\* SEARCH 2\r$/m);
    assertMatch(await curl(`${url}/INBOX`, "-X", "STORE 1 +FLAGS (\\Flagged)"), /Flagged/);
    assertEquals(fixture.ann.messages("INBOX")[0].flags, ["\\Flagged"]);
    await withFolder(async (folder) => {
      const file = join(folder, "mail.eml");
      writeFileSync(file, "Subject: By curl\r\n\r\nHello\r\n");
      await curl("-T", file, `${url}/Sent`);
    });
    const [sent] = fixture.ann.messages("Sent");
    assertEquals(TEXT.decode(sent.bytes), "Subject: By curl\r\n\r\nHello\r\n");
  });

  it("R2 connects with TLS in both ways, and sees refusals", async () => {
    await using fixture = new Fixture();
    const tls = certificates.good;
    const [implicit, upgraded] = [
      await fixture.listen({ tls }),
      await fixture.listen({ tls, starttls: true }),
    ];
    await withFolder(async (folder) => {
      const ca = join(folder, "ca.pem");
      writeFileSync(ca, certificates.ca);
      const secure = ["--cacert", ca];
      assertMatch(await curl(...secure, `imaps://127.0.0.1:${implicit.port}/INBOX?ALL`), /1 2 3/);
      const url = `imap://127.0.0.1:${upgraded.port}/INBOX?ALL`;
      assertMatch(await curl(...secure, "--ssl-reqd", url), /1 2 3/);
    });
    const { host, port } = await fixture.listen();
    fixture.server.faults.refuse("SELECT", { code: "NONEXISTENT" });
    const error = await curl(`imap://${host}:${port}/INBOX?ALL`).catch(String);
    assertMatch(error, /Select failed/i);
  });
});

/** What the in-memory server offers besides PLAIN. */
const MECHANISMS = ["AUTH=LOGIN", "AUTH=CRAM-MD5", "AUTH=XOAUTH2", "AUTH=OAUTHBEARER"];

/** A server whose log tells by which mechanism each client has logged in. */
function mechanismFixture(add: readonly string[] = MECHANISMS) {
  const used: string[] = [];
  const fixture = new Fixture({
    capabilities: { add },
    log: (side, text) => {
      const name = /^\S+ (?:AUTHENTICATE (\S+)|(LOGIN) )/.exec(text);
      if (side === "client" && name !== null) used.push((name[1] ?? name[2]).toUpperCase());
    },
  });
  fixture.server.addUser("eve", "secret", { token: "ya29.t" });
  return { fixture, used };
}

describe("the mechanisms by curl", { skip: missing("curl") }, () => {
  it("PLAIN, LOGIN, CRAM-MD5 and tokens → logged in [ext AUTHENTICATE]", async () => {
    for (const name of ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2", "OAUTHBEARER"]) {
      // Of two mechanisms for tokens, curl takes the better one.
      const { fixture, used } = mechanismFixture([`AUTH=${name}`]);
      await using _ = fixture;
      const { host, port } = await fixture.listen();
      const token = name.endsWith("2") || name.endsWith("R");
      const who = token ? ["-u", "eve:", "--oauth2-bearer", "ya29.t"] : ["-u", "ann:secret"];
      const how = ["--login-options", `AUTH=${name}`, ...who];
      const url = `imap://${host}:${port}/INBOX?ALL`;
      assertMatch(await run("curl", ["-sS", "--max-time", "15", ...how, url]), /SEARCH/, name);
      assertEquals(used, [name]);
    }
    const { fixture } = mechanismFixture();
    await using _ = fixture;
    const { host, port } = await fixture.listen();
    const wrong = ["--login-options", "AUTH=CRAM-MD5", "-u", "ann:wrong"];
    const error = await run("curl", ["-sS", ...wrong, `imap://${host}:${port}/`]).catch(String);
    assertMatch(error, /denied/i);
  });
});

const PYTHON_MECHANISMS = `
import imaplib, sys
def connect(): return imaplib.IMAP4("127.0.0.1", int(sys.argv[1]))
print(connect().login_cram_md5("ann", "secret")[0])
print(connect().authenticate("PLAIN", lambda _: b"\\0ann\\0secret")[0])
print(connect().authenticate("XOAUTH2", lambda _: b"user=eve\\1auth=Bearer ya29.t\\1\\1")[0])
questions = []
def answer(question):
    questions.append(question)
    return [b"ann", b"secret"][len(questions) - 1]
print(connect().authenticate("LOGIN", answer)[0], questions)
try:
    connect().login_cram_md5("ann", "wrong")
except imaplib.IMAP4.error as error:
    print(error)
`;

describe("the mechanisms by Python's imaplib", { skip: missing("python3") }, () => {
  it("CRAM-MD5, PLAIN, XOAUTH2 and LOGIN → logged in [ext AUTHENTICATE]", async () => {
    const { fixture, used } = mechanismFixture();
    await using _ = fixture;
    const { port } = await fixture.listen();
    const output = await run("python3", ["-c", PYTHON_MECHANISMS, String(port)]);
    assertEquals(output.trim().split("\n"), [
      "OK",
      "OK",
      "OK",
      String.raw`OK [b'User Name\x00', b'Password\x00']`,
      "[AUTHENTICATIONFAILED] wrong user name or password",
    ]);
    assertEquals(used, ["CRAM-MD5", "PLAIN", "XOAUTH2", "LOGIN", "CRAM-MD5"]);
  });
});

describe("Python's imaplib", { skip: missing("python3") }, () => {
  it("R2 runs a whole session", async () => {
    await using fixture = new Fixture();
    const { port } = await fixture.listen();
    const output = await run("python3", ["-c", PYTHON, String(port)]);
    assertEquals(output.trim().split("\n"), [
      "OK [b'3']",
      "OK ['INBOX', 'Sent', 'a b']",
      "OK [b'2']",
      "OK Subject: two",
      String.raw`OK [b'1 (FLAGS (\\Seen \\Flagged \\Recent))']`,
      "OK [b'[COPYUID 3 1:2 1:2] COPY completed']",
      "OK",
      "OK [b'(1)(2)(3)']",
      "OK [b'3']",
      "OK [b'2 1 3']",
      "OK [b'\"INBOX\" (MESSAGES 2 UNSEEN 1)']",
      "BYE",
    ]);
    assertEquals(fixture.ann.messages("a b").map(({ flags }) => flags), [
      ["\\Seen", "\\Flagged"],
      [],
      ["$Own"],
    ]);
    assertEquals(fixture.ann.messages("INBOX").map(({ uid }) => uid), [1, 2]);
  });
});

const PYTHON = String.raw`
import imaplib, sys
c = imaplib.IMAP4("127.0.0.1", int(sys.argv[1]), timeout=10)
c.login("ann", "secret")
print(*c.select("INBOX"))
c.create('"a b"')
ok, lines = c.list()
print(ok, [line.decode().split(' "/" ')[1].strip('"') for line in lines])
print(*c.search(None, "SUBJECT", '"two"'))
ok, data = c.uid("FETCH", "2", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
print(ok, data[0][1].decode().strip())
print(*c.store("1", "+FLAGS", r"(\Seen \Flagged)"))
print(*c.copy("1:2", '"a b"'))
mail = b"Subject: four\r\n\r\nText\r\n"
print(c.append('"a b"', "($Own)", imaplib.Time2Internaldate(0), mail)[0])
print(*c.thread("REFERENCES", "UTF-8", "ALL"))
c.store("3", "+FLAGS", r"\Deleted")
print(*c.expunge())
c.select('"a b"', readonly=True)
print(*c.sort("(REVERSE SUBJECT)", "UTF-8", "ALL"))
print(*c.status("INBOX", "(MESSAGES UNSEEN)"))
print(c.logout()[0])
`;

/** Extensions that change what servers send, or that imapflow uses by itself. */
const MANY = [
  ...["COMPRESS=DEFLATE", "QRESYNC", "OBJECTID", "ESEARCH", "SEARCHRES", "PARTIAL", "UTF8=ACCEPT"],
  ...["BINARY", "REPLACE", "CATENATE", "NOTIFY", "URLAUTH=BINARY", "PREVIEW", "SAVEDATE", "WITHIN"],
  ...["SEARCH=FUZZY", "ACL", "METADATA", "LIST-MYRIGHTS", "XLIST", "X-GM-EXT-1"],
];

/** It is a client for Node; Deno would have to install it under another name. */
const notNode = "Deno" in globalThis || "Bun" in globalThis
  ? "imapflow is a client for Node"
  : false;

describe("imapflow", { skip: notNode }, () => {
  async function open({ host, port }: Listener, options: object = {}): Promise<ImapFlow> {
    // A name that the compiler does not resolve: the package is installed for Node only.
    const name: string = "imapflow";
    const { ImapFlow } = await import(name) as ImapFlowModule;
    const auth = { user: "ann", pass: "secret" };
    const client = new ImapFlow({ host, port, secure: false, auth, logger: false, ...options });
    await client.connect();
    return client;
  }

  it("PLAIN and LOGIN, by command or mechanism → logged in [ext AUTHENTICATE]", async () => {
    const wanted = { "LOGIN": "LOGIN", "AUTH=LOGIN": "LOGIN", "AUTH=PLAIN": "PLAIN" };
    for (const [loginMethod, name] of Object.entries(wanted)) {
      const { fixture, used } = mechanismFixture();
      await using _ = fixture;
      const auth = { user: "ann", pass: "secret", loginMethod };
      const client = await open(await fixture.listen(), { auth });
      await bounded(client.logout(), "imapflow", LIMIT_MS);
      assertEquals(used, [name], loginMethod);
    }
  });

  it("R2 runs a whole session, with few extensions or many", async () => {
    for (const add of [[], ["COMPRESS=DEFLATE"], MANY, ["IMAP4rev2", ...MANY]]) {
      await using fixture = new Fixture({ capabilities: { add } });
      const listener = await fixture.listen();
      const client = await open(listener);
      await bounded(wholeSession(client, fixture, add.includes("IMAP4rev2")), "imapflow", LIMIT_MS);
    }
  });

  it("compresses by itself: long messages, and news in IDLE [ext COMPRESS]", async () => {
    const sent: string[] = [];
    await using fixture = new Fixture({
      capabilities: { add: ["COMPRESS=DEFLATE"] },
      log: (side, text) => void (side === "client" && sent.push(text)),
    });
    const listener = await fixture.listen();
    const client = await open(listener);
    assert(sent.some((line) => / COMPRESS DEFLATE\r\n$/.test(line)), sent.join(""));
    const letter = `Subject: long\r\n\r\n${"x".repeat(998)}\r\n`.repeat(500);
    const { uid } = await client.append("Sent", letter);
    await client.mailboxOpen("Sent");
    const { source } = await client.fetchOne(String(uid), { source: true });
    assertEquals(TEXT.decode(source), letter);
    const exists = new Promise<number>((resolve) => {
      client.on("exists", ({ count }) => resolve(count));
    });
    const idling = client.idle();
    while (!client.idling) await new Promise((resolve) => setTimeout(resolve, 5));
    fixture.ann.append("Sent", "Subject: more\n\n");
    assertEquals(await bounded(exists, "news by IDLE", LIMIT_MS), 2);
    await client.mailboxClose();
    await idling;
    await client.logout();
  });

  it("sends a NUL, fetches decoded parts, searches by age [ext LITERAL8, BINARY, WITHIN]", async () => {
    const sent: string[] = [];
    await using fixture = new Fixture({
      capabilities: { add: ["BINARY", "WITHIN"] },
      log: (side, text) => void (side === "client" && sent.push(text)),
    });
    const client = await open(await fixture.listen());
    await client.append("Sent", Buffer.from("Subject: 1\r\n\r\na\0b"));
    await client.append("Sent", "Content-Transfer-Encoding: base64\r\n\r\nYQBi\r\n");
    assertEquals(TEXT.decode(fixture.ann.messages("Sent")[0].bytes), "Subject: 1\r\n\r\na\0b");
    await client.mailboxOpen("Sent");
    const options = { binary: true };
    const { bodyParts } = await client.fetchOne("2", { bodyParts: ["1"] }, options);
    assertEquals(TEXT.decode(bodyParts.get("1")), "a\0b");
    const before = new Date(Date.now() - 60_000);
    assertEquals(await client.search({ before }, { uid: true }), []);
    assertEquals(await client.search({ since: before }, { uid: true }), [1, 2]);
    await client.logout();
    const all = sent.join("");
    for (const used of [/ ~\{17\+\}\r\n/, / BINARY\.PEEK\[1\]/, / OLDER \d+/, / YOUNGER \d+/]) {
      assertMatch(all, used);
    }
  });

  it("R2 is told in IDLE what another connection does", async () => {
    await using fixture = new Fixture();
    const listener = await fixture.listen();
    const [watcher, other] = [await open(listener), await fixture.open(listener)];
    await watcher.mailboxOpen("INBOX");
    const news: string[] = [];
    watcher.on("exists", ({ count }) => news.push(`exists ${count}`));
    watcher.on("flags", ({ seq, flags }) => news.push(`flags ${seq} ${[...flags!]}`));
    const gone = new Promise<void>((resolve) => {
      watcher.on("expunge", ({ seq }) => {
        news.push(`expunge ${seq}`);
        resolve();
      });
    });
    const idling = watcher.idle();
    while (!watcher.idling) await new Promise((resolve) => setTimeout(resolve, 5));
    await other.append("INBOX", "Subject: four\n\n");
    await other.addFlags(2, ["\\Flagged"]);
    await other.deleteMessages(1);
    await other.uidExpunge(1);
    await bounded(gone, "news by IDLE", LIMIT_MS);
    assertEquals(news, [
      "exists 4",
      "flags 2 \\Flagged",
      "flags 1 \\Deleted",
      "expunge 1",
    ]);
    await other.logout();
    await watcher.logout();
    await idling;
  });

  it("R2 speaks TLS with it, by both ways", async () => {
    await using fixture = new Fixture();
    const tls = certificates.good;
    const trust = { tls: { ca: certificates.ca } };
    for (const starttls of [false, true]) {
      const listener = await fixture.listen({ tls, starttls });
      const client = await open(listener, { ...trust, secure: !starttls });
      assertEquals(client.secureConnection, true);
      assertEquals((await client.status("INBOX", { messages: true })).messages, 3);
      await client.logout();
    }
  });

  it("R2 meets the faults that a test wants", async () => {
    await using fixture = new Fixture();
    const listener = await fixture.listen();
    const client = await open(listener);
    client.on("error", () => {});
    fixture.server.faults.refuse("APPEND", { code: "OVERQUOTA" });
    const error = await client.append("Sent", "Subject: Hi\r\n\r\n").then(String, (it) => it);
    assertEquals(error.serverResponseCode, "OVERQUOTA");
    const closed = new Promise<void>((resolve) => client.on("close", () => resolve()));
    fixture.server.faults.bye();
    await bounded(closed, "BYE", LIMIT_MS);
    assert(!client.usable);
  });
});

/** IMAP4rev2 has no `\Recent`. */
async function wholeSession(client: ImapFlow, { ann }: Fixture, isRev2: boolean): Promise<void> {
  assertEquals((await client.list()).map(({ path, specialUse }) => [path, specialUse]), [
    ["INBOX", "\\Inbox"],
    ["Sent", "\\Sent"],
  ]);
  assertEquals((await client.mailboxCreate("Übung/eins")).created, true);
  assertEquals(ann.folders.map(({ name }) => name), ["INBOX", "Sent", "Übung", "Übung/eins"]);
  await client.mailboxRename("Übung/eins", "Übung/zwei");
  const inbox = await client.mailboxOpen("INBOX");
  assertEquals([inbox.exists, inbox.highestModseq], [3, 4n]);
  const date = new Date("2026-05-12T07:14:32Z");
  const appended = await client.append("INBOX", "Subject: four\r\n\r\nText\r\n", ["\\Seen"], date);
  assertEquals(appended.uid, 4);
  assertEquals(ann.messages("INBOX")[3].date.getTime(), date.getTime());

  const subjects: string[] = [];
  for await (const message of client.fetch("1:*", { envelope: true, source: true, uid: true })) {
    subjects.push(`${message.uid} ${message.envelope.subject} ${message.source.length}`);
  }
  assertEquals(subjects, ["1 one 54", "2 two 54", "3 three 58", "4 four 23"]);
  const found = await client.fetchOne("4", {
    bodyStructure: true,
    flags: true,
    internalDate: true,
  });
  const flags = isRev2 ? ["\\Seen"] : ["\\Seen", "\\Recent"];
  assertEquals([found.bodyStructure.type, [...found.flags]], ["text/plain", flags]);

  assertEquals(await client.search({ subject: "t", not: { seen: true } }, { uid: true }), [2, 3]);
  await client.messageFlagsAdd("1:2", ["\\Flagged", "$Own"], { uid: true });
  await client.messageFlagsRemove("2", ["\\Flagged"], { uid: true });
  assertEquals(ann.messages("INBOX").map(({ flags }) => flags.join(" ")), [
    "\\Flagged $Own",
    "$Own",
    "",
    "\\Seen",
  ]);
  const copied = await client.messageCopy("1:2", "Übung/zwei", { uid: true });
  assertEquals([...copied.uidMap], [[1, 1], [2, 2]]);
  const moved = await client.messageMove("3", "Sent", { uid: true });
  assertEquals([...moved.uidMap], [[3, 1]]);
  assertEquals(ann.messages("Sent").length, 1);
  await client.messageDelete("1", { uid: true });
  assertEquals(ann.messages("INBOX").map(({ uid }) => uid), [2, 4]);
  const quota = await client.status("Übung/zwei", { messages: true, unseen: true, uidNext: true });
  assertEquals([quota.messages, quota.unseen, quota.uidNext], [2, 2, 3]);
  await client.mailboxClose();
  await client.mailboxDelete("Übung/zwei");
  assertEquals(ann.folders.map(({ name }) => name), ["INBOX", "Sent", "Übung"]);
  await client.logout();
  assertEquals(process.exitCode ?? 0, 0);
}
