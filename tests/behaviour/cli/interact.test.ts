import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { fillSampleMailbox, type Listener, MemoryServer } from "@imapclient/imapclient/testing";
import { KEYS, Terminal, terminalMissing } from "./terminal.ts";

const PASSWORD = "s3cr3t;#=\"'x";

describe("the shell in a terminal", { skip: terminalMissing }, () => {
  const commands: string[] = [];
  const server = new MemoryServer({
    log: (side, text) => {
      if (side === "client") commands.push(text.split(" ").slice(1, 3).join(" ").trim());
    },
  });
  let listener: Listener;

  before(async () => {
    fillSampleMailbox(server.addUser("ann", PASSWORD));
    listener = await server.listen();
  });
  after(() => server.close());

  /** Runs a session, ends it with Ctrl-D if it is still open, and returns its exit status. */
  async function session(
    body: (terminal: Terminal) => Promise<void>,
    { user = ["-u", "ann"], env = {} } = {},
  ): Promise<number | null> {
    const place = ["-H", listener.host, "-P", String(listener.port), "--insecure"];
    const terminal = new Terminal([...place, ...user], env);
    try {
      await body(terminal);
      return await terminal.end();
    } finally {
      terminal.kill();
    }
  }

  /** Runs a logged-in session. */
  async function inSession(body: (terminal: Terminal) => Promise<void>): Promise<number | null> {
    return await session(async (terminal) => {
      await terminal.expect("password of ann at 127.0.0.1: ");
      terminal.type(PASSWORD);
      await terminal.expect(/is "c"\n> $/);
      await body(terminal);
      terminal.press(KEYS.ctrlD);
    });
  }

  it("T1 T2 asks for what is missing, connects, and has the client as c", async () => {
    commands.length = 0;
    const status = await session(async (terminal) => {
      await terminal.expect("username: ");
      terminal.type("ann");
      await terminal.expect("password of ann at 127.0.0.1: ");
      terminal.type(PASSWORD);
      await terminal.expect('Connected.\n\nImapClient instance is "c"\n> ');
      assertEquals(await terminal.run("c.state"), "'authenticated'");
      assertEquals(await terminal.run("c"), "ImapClient <127.0.0.1, plain text, authenticated>");
      terminal.press(KEYS.ctrlD);
      await terminal.end();
      assertStringIncludes(terminal.output, "Connecting...\n");
      assertFalse(terminal.output.includes("s3cr3t"), terminal.output);
    }, { user: [] });
    assertEquals(status, 0);
    assertEquals(commands.at(-1), "LOGOUT");
  });

  it("T2 takes name and password from the environment, and asks for the host", async () => {
    const terminal = new Terminal(["-P", String(listener.port), "--insecure"], {
      imapclient_username: "ann",
      imapclient_password: PASSWORD,
    });
    await terminal.expect("host: ");
    terminal.type("127.0.0.1");
    await terminal.expect("> ");
    terminal.type("exit");
    assertEquals(await terminal.end(), 0);
  });

  it("Ctrl-C at a question ends it", async () => {
    const status = await session(async (terminal) => {
      await terminal.expect("password of ann at 127.0.0.1: ");
      terminal.press(KEYS.ctrlC);
    });
    assertEquals(status, 130);
  });

  it("T4 awaits, keeps declarations, and shows results readably", async () => {
    const status = await inSession(async (terminal) => {
      const folders = await terminal.run("c.listFolders()");
      assertMatch(folders, /^flags +delimiter +name\n-+ +-+ +-+\n\\HasNoChildren +\/ +INBOX\n/);
      assertMatch(await terminal.run("c.selectFolder('INBOX')"), /^EXISTS +14\nFLAGS +\\Answered /);
      assertEquals(await terminal.run("const ids = await c.search('UNSEEN')"), "");
      assertEquals(await terminal.run("ids.length"), "5");
      assertMatch(
        await terminal.run("c.getFlags('1:2')"),
        /^1 {2}\\Seen.*\n2 {2}\\Seen \\Answered/,
      );
      const list = await terminal.run("c.fetch(ids, ['ENVELOPE'])");
      assertMatch(list, /^id +SEQ +date +from +subject\n/);
      assertMatch(
        list,
        /\n14 +14 +2026-06-09 08:10 \+0100 +Tom Baker +Fwd: Lost umbrella$/,
      );
      const body = await terminal.run("(await c.fetch(14, ['BODY.PEEK[]'])).get(14)['BODY[]']");
      assertMatch(body, /^[\d,]+ bytes:\nDate: /);
      assertEquals(await terminal.run("_.length > 100"), "true");
      terminal.type("function twice(x) {");
      await terminal.expect("... ");
      assertEquals(await terminal.run("return 2 * x }"), "");
      assertEquals(await terminal.run("twice(21)"), "42");
    });
    assertEquals(status, 0);
  });

  it("T4 has a history, and completes names", async () => {
    await inSession(async (terminal) => {
      assertEquals(await terminal.run("6 * 7"), "42");
      terminal.press(KEYS.up);
      await terminal.expect("6 * 7");
      assertEquals(await terminal.run(" + 1"), "43");
      terminal.press(`c.folderSt${KEYS.tab}`);
      await terminal.expect("c.folderStatus");
      assertMatch(await terminal.run("('INBOX')"), /^MESSAGES +14\n/);
      terminal.press(`c.connec${KEYS.tab}${KEYS.ctrlC}`);
      await terminal.expect("> ");
      assertFalse(terminal.output.includes("c.connection"));
    });
  });

  it("nothing of a statement with a secret is kept, however it ends [fault E6]", async () => {
    const folder = mkdtempSync(join(tmpdir(), "imapclient-history-"));
    const IMAPCLIENT_HISTORY = join(folder, "history");
    writeFileSync(IMAPCLIENT_HISTORY, "1 + 1\n", { mode: 0o644 });
    await session(async (terminal) => {
      await terminal.expect("password of ann at 127.0.0.1: ");
      terminal.type(PASSWORD);
      await terminal.expect(/is "c"\n> $/);
      assertEquals(await terminal.run("2 + 2"), "4");
      terminal.type('await c.login("ann",');
      await terminal.expect("... ");
      assertMatch(await terminal.run('"hunter2")'), /Error/);
      // Cancelled half-way, and left half-way.
      terminal.type("c.plainLogin('ann',");
      await terminal.expect("... ");
      terminal.type("'hunter3',");
      await terminal.expect("... ");
      terminal.press(KEYS.ctrlC);
      await terminal.expect("> ");
      terminal.type("c.plainLogin('ann',");
      await terminal.expect("... ");
      terminal.type("'hunter4',");
      await terminal.expect("... ");
      terminal.press(KEYS.ctrlD);
    }, { env: { IMAPCLIENT_HISTORY } });
    assertEquals(readFileSync(IMAPCLIENT_HISTORY, "utf8"), "1 + 1\n2 + 2\n");
    assertEquals(statSync(IMAPCLIENT_HISTORY).mode & 0o777, 0o600);
    rmSync(folder, { recursive: true });
  });

  it("Ctrl-D ends the line that it is pressed in [fault F5]", async () => {
    const status = await session(async (terminal) => {
      await terminal.expect("password of ann at 127.0.0.1: ");
      terminal.type(PASSWORD);
      await terminal.expect(/is "c"\n> $/);
      terminal.press(KEYS.ctrlD);
      await terminal.end();
      assert(terminal.output.endsWith("\n> \n"), terminal.output);
    });
    assertEquals(status, 0);
    for (const key of [KEYS.ctrlD, KEYS.ctrlC]) {
      await session(async (terminal) => {
        await terminal.expect("username: ");
        terminal.press(key);
        await terminal.end();
        assert(terminal.output.endsWith("\n"), terminal.output);
      }, { user: [] });
    }
    // Output that ends in an empty line gets no second one.
    await inSession(async (terminal) => {
      terminal.type("exit");
      await terminal.end();
      assert(terminal.output.endsWith("> exit\n"), terminal.output);
    });
  });

  it("an error is a line, and the session goes on", async () => {
    await inSession(async (terminal) => {
      assertMatch(await terminal.run("c.selectFolder('no')"), /^ImapError: SELECT failed: .*"no"$/);
      assertMatch(await terminal.run("_error.command"), /SELECT/);
      assertMatch(await terminal.run("c.foo()"), /^TypeError: c\.foo is not a function.*$/);
      assertMatch(await terminal.run("1 +* 2"), /^SyntaxError: .*$/);
      terminal.type("setTimeout(() => { throw new Error('late') }, 50); 1");
      await terminal.expect("Error: late\n> ");
      assertEquals(await terminal.run("1 + 1"), "2");
    });
  });

  it("Ctrl-C interrupts running code or clears the line, and the session continues", async () => {
    await inSession(async (terminal) => {
      server.faults.delay(5000, { command: "NOOP", times: 1 });
      terminal.type("c.noop()");
      await terminal.expect("waiting, 1 s (Ctrl-C interrupts)");
      terminal.press(KEYS.ctrlC);
      await terminal.expect(/interrupted\n> $/);
      terminal.type("for await (const news of c.watch()) console.log(news)");
      await terminal.expect("waiting, 1 s");
      terminal.press(KEYS.ctrlC);
      await terminal.expect(/interrupted\n> $/);
      terminal.press(`not this${KEYS.ctrlC}`);
      await terminal.expect(/not this\n> $/);
      assertMatch(await terminal.run("c.folderStatus('INBOX')"), /^MESSAGES +14\n/);
    });
  });

  it("nothing that a server says can move the cursor", async () => {
    await inSession(async (terminal) => {
      const text = await terminal.run(String.raw`console.log("a\x1b[2Jb\x9b")`);
      assertEquals(text, String.raw`a\x1b[2Jb\x9b`);
      assertStringIncludes(
        await terminal.run(String.raw`new Error("\x1b]0;x\x07")`),
        String.raw`\x1b`,
      );
    });
  });

  it("the end of a connection is reported, and a new one can be made", async () => {
    const status = await inSession(async (terminal) => {
      const said = await terminal.run("c.shutdown()");
      assertEquals(said, "The connection is over; reconnect() makes a new one.");
      assertMatch(await terminal.run("c.noop()"), /^ConnectionClosedError: /);
      assertEquals(await terminal.run("reconnect()"), "");
      assertEquals(await terminal.run("c.state"), "'authenticated'");
    });
    assertEquals(status, 0);
  });

  it("exits at once if the connection is dead already", async () => {
    const status = await inSession(async (terminal) => {
      await terminal.run("c.shutdown()");
    });
    assertEquals(status, 0);
  });

  it("a wrong password is reported in one line, without a prompt", async () => {
    const status = await session(async (terminal) => {
      await terminal.expect("password of ann at 127.0.0.1: ");
      terminal.type("hunter2");
      const said = await terminal.expect(/interact: 127\.0\.0\.1: .*\n/);
      assert(!/hunter2|\n {4}at /.test(said), said);
    });
    assertEquals(status, 1);
  });
});
