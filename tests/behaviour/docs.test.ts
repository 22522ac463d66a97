// Checks passages of the guide that were once wrong: the examples run, and the texts are there.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  CertificateError,
  type Command,
  ConnectError,
  ConnectionClosedError,
  ImapClient,
  ImapError,
  InvalidArgumentError,
  ProtocolError,
} from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import { example, folder } from "../support/doc_example.ts";
import { bytesOf, fakeNetwork, type FakeServer, selectFake, test } from "../support/fake_server.ts";

function read(page: string): string {
  return readFileSync(page, "utf8");
}

/** The words of a page, however its lines are broken. */
function words(page: string): string {
  return read(page).replace(/\s+/g, " ");
}

describe("docs/errors.md", () => {
  type Keep = (
    connect: () => Promise<ImapClient>,
    message: string,
    messageId: string,
  ) => Promise<void>;
  const MESSAGE = "Message-ID: <1@imap.test>\r\nSubject: x\r\n\r\nhello\r\n";

  /**
   * Runs `keep`, whose first attempts fail with `failures`; returns the attempts and the closed
   * clients.
   */
  async function kept(
    failures: Error[],
    server: MemoryServer,
    first: (client: ImapClient) => void = () => {},
  ) {
    const keep = await example<Keep>("docs/errors.md", "keep");
    const clients: ImapClient[] = [];
    let attempts = 0;
    const connect = async () => {
      attempts++;
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      const client = await ImapClient.connect({ transport: server.transport });
      if (clients.push(client) === 1) first(client);
      await client.login("ann", "secret");
      return client;
    };
    const outcome = await keep(connect, MESSAGE, "<1@imap.test>").catch((error: Error) => error);
    return { outcome, attempts, open: clients.filter(({ closed }) => !closed).length };
  }

  function serverWith(...folders: string[]): MemoryServer {
    const server = new MemoryServer();
    const account = server.addUser("ann", "secret");
    for (const name of folders) account.createFolder(name);
    return server;
  }

  async function countIn(server: MemoryServer, folder: string): Promise<number> {
    await using client = await ImapClient.connect({ transport: server.transport });
    await client.login("ann", "secret");
    return (await client.selectFolder(folder)).EXISTS;
  }

  test("keep: a certificate that is not trusted → thrown at once [fault F3]", async () => {
    const failure = new CertificateError("not trusted");
    const { outcome, attempts } = await kept([failure], serverWith("Sent"));
    assertStrictEquals(outcome, failure);
    assertEquals(attempts, 1);
  });

  test("keep: temporary failures → one copy, no client left open [fault F3]", async () => {
    const server = serverWith("Sent");
    const failures = [new ConnectError("down"), new ConnectionClosedError("gone")];
    const { outcome, attempts, open } = await kept(failures, server);
    assertEquals([outcome, attempts, open], [undefined, 3, 0]);
    assertEquals(await countIn(server, "Sent"), 1);
    assertEquals((await kept([], server)).outcome, undefined);
    assertEquals(await countIn(server, "Sent"), 1);
  });

  test("keep: the answer to APPEND is lost → one copy, no client left open [fault F3]", async () => {
    const server = serverWith("Sent");
    const { outcome, attempts, open } = await kept([], server, (client) => {
      const append = client.append.bind(client);
      client.append = async (...args) => {
        await append(...args);
        const lost = new ConnectionClosedError("the answer is lost");
        client.shutdown();
        throw lost;
      };
    });
    assertEquals([outcome, attempts, open], [undefined, 2, 0]);
    assertEquals(await countIn(server, "Sent"), 1);
  });

  test("keep: a permanent failure → thrown, no client left open [fault F3]", async () => {
    const { outcome, attempts, open } = await kept([], serverWith());
    assert(outcome instanceof ImapError, String(outcome));
    assertEquals([attempts, open], [1, 0]);
    const always = Array.from({ length: 100 }, () => new ConnectError("down"));
    const { outcome: last, attempts: many } = await kept(always, serverWith("Sent"));
    assert(last instanceof ConnectError);
    assertEquals(many, 5);
  });
});

describe("docs/watching.md", () => {
  type Follow = (client: ImapClient, signal: AbortSignal) => Promise<void>;

  test("follow: each message → shown once, whatever UIDNEXT is [fault F3]", async () => {
    const follow = await example<Follow>("docs/watching.md", "follow");
    const network = fakeNetwork();
    const connecting = ImapClient.connect({ transport: network.transport });
    await network.server.send("* PREAUTH [CAPABILITY IMAP4rev1 IDLE] hello");
    const client = await connecting;
    const { server } = network;
    const shown: unknown[][] = [];
    const { log } = console;
    const stop = new AbortController();
    try {
      console.log = (...args: unknown[]) => void shown.push(args);
      const following = follow(client, stop.signal).catch((error: Error) => error);
      await server.answer('SELECT "INBOX"', "* 2 EXISTS", "* OK [UIDVALIDITY 1] no UIDNEXT");
      await showing(server, "UID SEARCH UID 1:*", "4 7");
      const idle = await server.expect("IDLE");
      await server.send("+ idling", "* 3 EXISTS");
      assertEquals(await server.line(), "DONE");
      await server.send(`${idle} OK done`);
      await showing(server, "UID SEARCH UID 8:*", "9");
      await server.expect("IDLE");
      await server.send("+ idling");
      stop.abort(new Error("enough"));
      assertEquals((await following as Error).message, "enough");
    } finally {
      console.log = log;
      client.shutdown();
    }
    assertEquals(shown, [[4, "about 4"], [7, "about 7"], [9, "about 9"]]);
  });

  /** Answers a search, and the fetch of what it finds. */
  async function showing(server: FakeServer, search: string, found: string): Promise<void> {
    await server.answer(search, `* SEARCH ${found}`);
    const uids = found.split(" ");
    const rows = uids.map((uid) => {
      const rest = "NIL NIL NIL NIL NIL NIL NIL NIL";
      return `* ${uid} FETCH (UID ${uid} ENVELOPE (NIL "about ${uid}" ${rest}))`;
    });
    await server.answer(`UID FETCH ${uids.join(",")} (ENVELOPE)`, ...rows);
  }
});

describe("docs/changing-mail.md and docs/messages.md", () => {
  const MAIL = [
    ...["Subject: files", "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=b", ""],
    ...["--b", "Content-Type: text/plain", "", "hello", "--b"],
    ...["Content-Type: application/x-file", "Content-Disposition: attachment"],
    ...["Content-Transfer-Encoding: base64", "", btoa("the file"), "--b--", ""],
  ].join("\r\n");

  /** Ann's INBOX with one message, which is selected. */
  async function selected(add: readonly string[]) {
    const server = new MemoryServer({ greeting: "PREAUTH", capabilities: { add } });
    const ann = server.addUser("ann", "secret");
    ann.createFolder("Drafts");
    const uid = ann.append("INBOX", MAIL);
    const client = await ImapClient.connect({ transport: server.transport });
    const { UIDVALIDITY } = await client.selectFolder("INBOX");
    return { ann, uid, client, uidValidity: UIDVALIDITY! };
  }

  test("forward and forwardAnywhere: with and without CATENATE → the same [ext CATENATE]", async () => {
    type Forward = (client: ImapClient, head: string, ...ids: number[]) => Promise<void>;
    const page = "docs/changing-mail.md";
    const forward = await example<Forward>(page, "forward");
    const anywhere = await example<Forward>(page, "forwardAnywhere");
    const { ann, uid, client, uidValidity } = await selected(["CATENATE"]);
    await forward(client, "Subject: fwd\r\n", uidValidity, uid);
    await anywhere(client, "Subject: fwd\r\n", uid);
    const [one, other] = ann.messages("Drafts").map(({ bytes }) => new TextDecoder().decode(bytes));
    assertEquals(one, other);
    assert(one.includes(`Encoding: base64\r\n\r\n${btoa("the file")}`), one);
    await client.logout();
  });

  test("inColor: a colour → its messages [ext FLAG-COLORS]", async () => {
    type InColor = (client: ImapClient, color: string) => Promise<number[]>;
    const inColor = await example<InColor>("docs/changing-mail.md", "inColor");
    const { ann, uid, client } = await selected([]);
    const other = ann.append("INBOX", MAIL, { flags: ["\\Flagged"] });
    await client.setFlagColor(uid, "blue");
    assertEquals(await inColor(client, "blue"), [uid]);
    assertEquals(await inColor(client, "red"), [other]);
    await client.logout();
  });

  for (const add of [["BINARY"], []]) {
    test(`saveDecoded: ${add[0] ?? "no BINARY"} → the file [ext BINARY]`, async () => {
      const { uid, client } = await selected(add);
      type Save = (
        client: ImapClient,
        id: number,
        parts: readonly { part: string }[],
        sink: () => WritableStream<Uint8Array>,
      ) => Promise<void>;
      const save = await example<Save>("docs/messages.md", "saveDecoded");
      let saved = "";
      const sink = () => {
        return new WritableStream<Uint8Array>({
          write: (chunk) => void (saved += new TextDecoder().decode(chunk)),
        });
      };
      await save(client, uid, [{ part: "2" }], sink);
      assertEquals(saved, "the file");
      await client.logout();
    });
  }
});

describe("the guide and the README", () => {
  it("are right about packages and Workers [fault F3]", () => {
    const { dependencies } = JSON.parse(read("package.json")) as { dependencies: object };
    const page = words("docs/getting-started.md");
    for (const name of [...Object.keys(dependencies), "@std/ini"]) {
      assert(page.includes(`\`${name}\``), name);
    }
    assert(!/depends on nothing|no sockets/.test(page));
    assert(page.includes("`cloudflare:sockets`"));
  });

  it("tell users of imapflow what download does [fault F3]", () => {
    const row = read("docs/imapflow.md").split("\n").find((line) => line.includes("`download("))!;
    assert(row.includes("not decoded"), row);
    assert(/download` undoes the transfer encoding/.test(words("docs/imapflow.md")));
  });

  it("list every class of error [fault F3]", () => {
    const classes = [...read("src/model/errors.ts").matchAll(/^export class (\w+)/gm)].map((
      [, it],
    ) => it);
    assert(classes.includes("PartialCopyError"));
    for (const page of ["README.md", "docs/concepts.md"]) {
      for (const name of classes) assert(read(page).includes(`\`${name}\``), `${name} in ${page}`);
    }
  });

  it("say next to the table of speed what mail it is about [fault F8]", () => {
    const mail = read("tests/bench/mail.mjs");
    const count = (list: string) =>
      new RegExp(`^const ${list} = \\[\n([^]*?)^\\];`, "m").exec(mail)![1].trim().split("\n")
        .length;
    const addresses = count("PEOPLE") * count("HOSTS");
    assertEquals(addresses, 40);
    const [, speed] = read("README.md").split("\n## Speed\n");
    const beforeTable = speed.slice(0, speed.indexOf("\n| ")).replace(/\s+/g, " ");
    assert(
      beforeTable.includes(`among ${addresses} addresses`) &&
        beforeTable.includes("hold for such mail only"),
    );
    const figures = words("docs/speed.md").split("## Results")[1];
    assert(
      figures.includes(`among ${addresses} addresses`) &&
        figures.includes("hold for such mail only"),
    );
  });
});

describe("CONTRIBUTING.md", () => {
  type MyRights = (folder: string) => Command<string>;

  /** The command that the example adds; its imports are relative to the folder of examples. */
  async function exampleCommand(): Promise<MyRights> {
    const [, code] = /```ts\n( *\/\/ src\/commands[^]*?)```/.exec(read("CONTRIBUTING.md"))!;
    const file = join(folder, "my_rights.ts");
    const moved = code.replaceAll('"../../', '"../../src/').replace(
      '"../own',
      '"../../src/commands/own',
    );
    writeFileSync(file, moved);
    return (await import(pathToFileURL(file).href)).myRights;
  }

  test("the command that it adds: an answer → its result", async () => {
    const myRights = await exampleCommand();
    const { client, server } = await selectFake({}, "IMAP4rev1 ACL");
    const rights = client.run(myRights("INBOX"));
    await server.answer('MYRIGHTS "INBOX"', "* MYRIGHTS INBOX lrswi");
    assertEquals(await rights, "lrswi");
    const none = client.run(myRights("INBOX"));
    await server.answer('MYRIGHTS "INBOX"');
    await assertRejects(() => none, ProtocolError, "no MYRIGHTS");
    client.shutdown();
  });
});

describe("docs/python.md", () => {
  const page = words("docs/python.md");

  async function logInAnn(server = new MemoryServer()): Promise<ImapClient> {
    server.addUser("ann", "secret");
    const client = await ImapClient.connect({ transport: server.transport });
    await client.login("ann", "secret");
    return client;
  }

  test("items in one string → InvalidArgumentError, as it says [fault F3]", async () => {
    assert(page.includes('`fetch(ids, "FLAGS UID")`, two in one string, throws'));
    await using client = await logInAnn();
    await client.selectFolder("INBOX");
    const both: string = "FLAGS UID";
    await assertRejects(() => client.fetch(1, [both]), InvalidArgumentError);
    await assertRejects(() => client.fetch(1, both), InvalidArgumentError);
  });

  test("logout → the text of the OK, as it says [fault F3]", async () => {
    assert(page.includes("`logout` returns the text of the server's OK"));
    const { client, server } = await selectFake();
    const leaving = client.logout();
    const tag = await server.expect("LOGOUT");
    await server.send("* BYE so long", `${tag} OK LOGOUT completed`);
    assertEquals(await leaving, "LOGOUT completed");
  });

  test("a folder's name in bytes → sent as it is, as it says [fault F3]", async () => {
    assert(page.includes("A folder name given as bytes is sent as it is"));
    const { client, server } = await selectFake();
    for (const encode of [true, false]) {
      client.folderEncode = encode;
      const creating = client.createFolder(bytesOf("a&b"));
      await server.answer('CREATE "a&b"');
      await creating;
    }
    client.shutdown();
  });

  test("a NUL in a message → refused without BINARY, as it says [fault F3]", async () => {
    assert(page.includes("otherwise refuses it: a literal can't hold one"));
    const { client } = await selectFake();
    await assertRejects(() => client.append("INBOX", "a\0b"), InvalidArgumentError);
    client.shutdown();
  });
});
