import { describe, it } from "node:test";
import { assert, assertEquals, assertMatch, assertNotMatch, assertRejects } from "@std/assert";
import { MemoryServer } from "../../../src/testing/mod.ts";
import { memoryPair } from "../../../transports/memory/mod.ts";
import { connect, RawClient, Scene } from "./raw_client.ts";

describe("greeting", () => {
  it("names the capabilities", async () => {
    const client = connect(new Scene().server);
    assertEquals(
      await client.until(/\n/),
      "* OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ID ENABLE NAMESPACE UNSELECT UIDPLUS MOVE IDLE " +
        "SPECIAL-USE CHILDREN MULTIAPPEND SORT THREAD=ORDEREDSUBJECT THREAD=REFERENCES QUOTA " +
        "CONDSTORE STATUS=SIZE QUOTA=RES-STORAGE QUOTASET LIST-EXTENDED LIST-STATUS " +
        "CREATE-SPECIAL-USE AUTH=PLAIN] MemoryServer\r\n",
    );
    await client.close();
  });

  it("may be PREAUTH", async () => {
    const client = connect(new Scene({ greeting: "PREAUTH" }).server);
    assertMatch(await client.until(/\n/), /^\* PREAUTH /);
    assertMatch(await client.command("SELECT INBOX"), /T OK \[READ-WRITE\]/);
    await client.close();
  });

  it("may be BYE, and that is all", async () => {
    const client = connect(new Scene({ greeting: "BYE" }).server);
    assertMatch(await client.rest(), /^\* BYE [^\r\n]*\r\n$/);
    await client.served;
  });
});

describe("capabilities", () => {
  it("are left out and added", async () => {
    const capabilities = { omit: ["IDLE", "MOVE", "UIDPLUS"], add: ["X-OWN"] };
    const scene = new Scene({ capabilities });
    scene.fill("one");
    const client = await scene.select();
    const answer = await client.command("CAPABILITY");
    assertNotMatch(answer, /IDLE|MOVE|UIDPLUS|AUTH=/);
    assertMatch(answer, /X-OWN/);
    assertEquals(await client.command("IDLE"), "T BAD unknown command\r\n");
    assertEquals(await client.command("UID MOVE 1 INBOX"), "T BAD unknown command\r\n");
    assertEquals(await client.command("UID EXPUNGE 1"), "T BAD unknown command\r\n");
    assertEquals(
      await client.command("COPY 1 INBOX"),
      "* 2 EXISTS\r\n* 2 RECENT\r\nT OK COPY completed\r\n",
    );
    await client.close();
  });

  it("LOGINDISABLED refuses a login", async () => {
    const client = connect(new Scene({ capabilities: { add: ["LOGINDISABLED"] } }).server);
    await client.until(/\n/);
    assertMatch(await client.command("LOGIN ann secret"), /^T NO \[PRIVACYREQUIRED\]/);
    await client.close();
  });
});

describe("LOGIN", () => {
  it("takes atoms, quoted strings and literals, cut anywhere", async () => {
    const server = new MemoryServer();
    server.addUser('a"b', "pass word");
    const client = connect(server);
    await client.until(/\n/);
    for (const char of 'x LOGIN "a\\"b" {9+}\r\npass word\r\n') await client.send(char);
    assertMatch(
      await client.until(/^x .*/m),
      /^x OK \[CAPABILITY IMAP4rev1 [^\]]*\] LOGIN completed/,
    );
    await client.close();
  });

  it("asks for a synchronising literal", async () => {
    const client = connect(new Scene().server);
    await client.until(/\n/);
    await client.send("x LOGIN {3}\r\n");
    assertEquals(await client.until(/\n/), "+ go ahead\r\n");
    await client.send("ann {6}\r\n");
    assertEquals(await client.until(/\n/), "+ go ahead\r\n");
    await client.send("secret\r\n");
    assertMatch(await client.until(/\n/), /^x OK /);
    await client.close();
  });

  it("refuses a wrong password, and a second login", async () => {
    const client = connect(new Scene().server);
    await client.until(/\n/);
    assertMatch(await client.command("LOGIN ann wrong"), /^T NO \[AUTHENTICATIONFAILED\]/);
    assertMatch(await client.command("LOGIN nobody secret"), /^T NO \[AUTHENTICATIONFAILED\]/);
    assertMatch(await client.command("LOGIN ann secret"), /^T OK/);
    assertMatch(await client.command("LOGIN ann secret"), /^T BAD/);
    await client.close();
  });
});

describe("AUTHENTICATE PLAIN", () => {
  const message = btoa("\0ann\0secret");

  it("takes an initial response", async () => {
    const client = connect(new Scene().server);
    await client.until(/\n/);
    assertMatch(await client.command(`AUTHENTICATE PLAIN ${message}`), /^T OK \[CAPABILITY /);
    await client.close();
  });

  it("asks for a missing initial response, and accepts none without SASL-IR", async () => {
    const client = connect(new Scene({ capabilities: { omit: ["SASL-IR"] } }).server);
    await client.until(/\n/);
    assertMatch(await client.command(`AUTHENTICATE PLAIN ${message}`), /^T BAD/);
    await client.send("x authenticate plain\r\n");
    assertEquals(await client.until(/\n/), "+ \r\n");
    await client.send(`${message}\r\n`);
    assertMatch(await client.until(/\n/), /^x OK/);
    await client.close();
  });

  it("can be cancelled, and refuses wrong responses", async () => {
    const client = connect(new Scene().server);
    await client.until(/\n/);
    await client.send("x AUTHENTICATE PLAIN\r\n");
    await client.until(/\n/);
    await client.send("*\r\n");
    assertMatch(await client.until(/\n/), /^x BAD/);
    for (const bad of ["A", "====", "=", btoa("ann\0secret"), btoa("\0a\0b\0c")]) {
      assertMatch(await client.command(`AUTHENTICATE PLAIN ${bad}`), /^T BAD/, bad);
    }
    const wrong = btoa("\0ann\0wrong");
    assertMatch(await client.command(`AUTHENTICATE PLAIN ${wrong}`), /\[AUTHENTICATIONFAILED\]/);
    const other = btoa("bob\0ann\0secret");
    assertMatch(await client.command(`AUTHENTICATE PLAIN ${other}`), /\[AUTHORIZATIONFAILED\]/);
    assertMatch(await client.command("AUTHENTICATE CRAM-MD5"), /^T NO/);
    await client.close();
  });
});

describe("STARTTLS", () => {
  it("replaces the streams", async () => {
    const [client, end] = memoryPair();
    const [secureClient, secureEnd] = memoryPair();
    const scene = new Scene({ startTls: () => Promise.resolve(secureEnd) });
    const open = {
      readable: end.readable,
      writable: end.writable,
      secure: false,
      close: () => end.close(),
    };
    const served = scene.server.serve(open);
    const plain = new RawClient(client, served);
    assertMatch(await plain.until(/\n/), /STARTTLS LOGINDISABLED\]/);
    assertMatch(await plain.command("LOGIN ann secret"), /^T NO \[PRIVACYREQUIRED\]/);
    await plain.send("x STARTTLS\r\ny NOOP\r\n");
    assertMatch(await plain.until(/^y .*/m), /^x BAD [^\n]*\ny OK/);
    assertMatch(await plain.command("STARTTLS"), /^T OK/);
    const secure = new RawClient(secureClient, served);
    const capabilities = await secure.command("CAPABILITY");
    assertMatch(capabilities, /AUTH=PLAIN/);
    assertNotMatch(capabilities, /STARTTLS|LOGINDISABLED/);
    assertMatch(await secure.command("LOGIN ann secret"), /^T OK/);
    await secure.close();
  });

  it("that fails ends the connection", async () => {
    const [client, end] = memoryPair();
    const lines: string[] = [];
    const { server } = new Scene({
      startTls: () => Promise.reject(new Error("no certificate")),
      log: (_, text) => lines.push(text),
    });
    const open = {
      readable: end.readable,
      writable: end.writable,
      secure: false,
      close: () => end.close(),
    };
    const plain = new RawClient(client, server.serve(open));
    await plain.send("x STARTTLS\r\n");
    assertMatch(await plain.rest(), /x OK STARTTLS completed\r\n$/);
    await plain.served;
    assertEquals(lines.at(-1), "TLS failed: Error: no certificate");
  });

  it("is unknown without a hook", async () => {
    const client = connect(new Scene().server);
    await client.until(/\n/);
    assertMatch(await client.command("STARTTLS"), /^T BAD/);
    await client.close();
  });
});

describe("session commands", () => {
  it("answer", async () => {
    const client = await new Scene().login();
    assertEquals(await client.command("NOOP"), "T OK NOOP completed\r\n");
    assertEquals(
      await client.command('ID ("name" "test" "version" NIL)'),
      '* ID ("name" "MemoryServer")\r\nT OK ID completed\r\n',
    );
    assertMatch(await client.command("ID NIL"), /T OK/);
    assertMatch(await client.command("ID ()"), /T OK/);
    assertMatch(await client.command('ID ("name")'), /T BAD/);
    assertEquals(
      await client.command("ENABLE CONDSTORE UTF8=ACCEPT"),
      "* ENABLED CONDSTORE\r\nT OK ENABLE completed\r\n",
    );
    assertEquals(
      await client.command("NAMESPACE"),
      '* NAMESPACE (("" "/")) NIL NIL\r\nT OK NAMESPACE completed\r\n',
    );
    await client.close();
  });

  it("LOGOUT ends the connection", async () => {
    const client = await new Scene().login();
    await client.send("x LOGOUT\r\n");
    assertMatch(await client.rest(), /^\* BYE [^\n]*\nx OK LOGOUT completed\r\n$/);
    await client.served;
  });
});

describe("syntax", () => {
  it("is answered BAD if it is wrong, and the session continues", async () => {
    const client = connect(new Scene().server);
    await client.until(/\n/);
    const wrong = [
      ["\r\n", "*"],
      ["x\r\n", "x"],
      [" x NOOP\r\n", "*"],
      ["x  NOOP\r\n", "x"],
      ["x NOOP \r\n", "x"],
      ["x NOOP\n", "x"],
      ["+x NOOP\r\n", "*"],
      ["(x NOOP\r\n", "*"],
      ["x NONSENSE\r\n", "x"],
      ["x UID NOOP\r\n", "x"],
      ["x UID\r\n", "x"],
      ["x LOGIN ann\r\n", "x"],
      ["x LOGIN ann secret more\r\n", "x"],
      ['x LOGIN "ann secret\r\n', "x"],
      ['x LOGIN "an\\n" secret\r\n', "x"],
      ['x LOGIN "\xc3\xa4" secret\r\n', "x"],
      ["x LOGIN {3+}\r\na\0b secret\r\n", "x"],
      ["x SELECT INBOX\r\n", "x"],
      ["x FETCH 1 FLAGS\r\n", "x"],
      ["x __proto__\r\n", "x"],
    ];
    for (const [text, tag] of wrong) {
      await client.send(text);
      const answer = await client.until(/\n/);
      assert(answer.startsWith(`${tag} BAD `), `${JSON.stringify(text)} -> ${answer}`);
    }
    assertMatch(await client.command("LOGIN ann secret"), /^T OK/);
    for (const text of ["FETCH 1 FLAGS", "CLOSE", "EXPUNGE", "SEARCH ALL"]) {
      assertMatch(await client.command(text), /^T BAD no folder is selected/, text);
    }
    await client.close();
  });

  it("holds for literals too", async () => {
    const client = connect(new Scene({ capabilities: { omit: ["LITERAL+"] } }).server);
    await client.until(/\n/);
    // To such a server this is not a literal, and its text is the next command.
    await client.send("x LOGIN {3+}\r\n");
    assertMatch(await client.until(/\n/), /^x BAD/);
    await client.send("x BOGUS {3}\r\n");
    assertMatch(await client.until(/\n/), /^x BAD unknown command/);
    await client.send("x APPEND INBOX {100000}\r\n");
    assertMatch(await client.until(/\n/), /^x BAD log in first/);
    assertMatch(await client.command("NOOP"), /^T OK/);
    await client.close();
  });

  it("LITERAL- limits literals that are sent without asking", async () => {
    const scene = new Scene({ capabilities: { omit: ["LITERAL+"], add: ["LITERAL-"] } });
    const client = await scene.login();
    const text = "x".repeat(4096);
    assertMatch(await client.command(`APPEND INBOX {4096+}\r\n${text}`), /^T OK/);
    await client.send("x APPEND INBOX {4097+}\r\n");
    assertMatch(await client.rest(), /^\* BYE \[TOOBIG\]/);
    await client.served;
  });

  it("has a limit for a line", async () => {
    const client = connect(new Scene().server);
    await client.until(/\n/);
    client.send("x NOOP " + "y".repeat(2_000_000)).catch(() => {});
    assertMatch(await client.rest(), /^\* BYE the line is too long/);
    await client.served;
  });
});

describe("connections", () => {
  it("end quietly when the client is gone", async () => {
    const scene = new Scene();
    for (const text of ["", "x NO", "x LOGIN {10+}\r\nabc", "x AUTHENTICATE PLAIN\r\n"]) {
      const client = connect(scene.server);
      await client.until(/\n/);
      if (text !== "") await client.send(text);
      await client.close();
    }
    const idle = await scene.select();
    await idle.send("x IDLE\r\n");
    await idle.until(/^\+/);
    await idle.close();
    scene.fill("to nobody");
  });

  it("take pipelined commands in order", async () => {
    const scene = new Scene();
    scene.fill("one", "two");
    const client = await scene.login();
    await client.send(
      "a SELECT INBOX\r\nb FETCH 1 UID\r\nc SEARCH ALL\r\nd LOGIN {3+}\r\nann x\r\ne NOOP\r\n",
    );
    const answer = await client.until(/^e .*/m);
    assertEquals(
      answer.match(/^(?:[a-e] \w+|\* \d FETCH.*|\* SEARCH.*)/gm),
      ["a OK", "* 1 FETCH (UID 1)", "b OK", "* SEARCH 1 2", "c OK", "d BAD", "e OK"],
    );
    await client.close();
  });

  it("are logged", async () => {
    const lines: string[] = [];
    const server = new MemoryServer({ log: (side, text) => lines.push(`${side}: ${text}`) });
    const client = connect(server);
    await client.until(/\n/);
    await client.command("NOOP");
    await client.send("x AUTHENTICATE PLAIN\r\n");
    await client.until(/\n/);
    await client.send("*\r\n");
    await client.until(/\n/);
    await client.close();
    assertEquals(lines.slice(1), [
      "client: t1 NOOP\r\n",
      "server: t1 OK NOOP completed\r\n",
      "client: x AUTHENTICATE PLAIN\r\n",
      "server: + \r\n",
      "client: *\r\n",
      "server: x BAD cancelled\r\n",
    ]);
  });

  it("fail loudly if the server itself fails", async () => {
    const server = new MemoryServer({
      log: (side) => {
        if (side === "client") throw new Error("broken log");
      },
    });
    const client = connect(server);
    await client.until(/\n/);
    await client.send("x NOOP\r\n");
    await assertRejects(() => client.served, Error, "broken log");
    assertMatch(await client.rest(), /^\* BYE /);
  });
});
