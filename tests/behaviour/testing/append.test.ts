import { describe, it } from "node:test";
import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { MemoryServer } from "../../../src/testing/mod.ts";
import { connect, type RawClient, Scene } from "./raw_client.ts";

/** A literal of this size for APPEND. */
function bytes(size: number): string {
  return `{${size}+}\r\n${"x".repeat(size)}`;
}

async function count(client: RawClient): Promise<string> {
  return /MESSAGES (\d+)/.exec(await client.command("STATUS INBOX (MESSAGES)"))![1];
}

describe("MULTIAPPEND", () => {
  it("takes several messages, each with what it needs", async () => {
    const client = await new Scene().select();
    assertEquals(
      await client.command(
        `APPEND INBOX (\\Seen) "01-Jun-2026 08:09:10 +0530" ${bytes(3)} ${bytes(4)} ` +
          `(\\Flagged) ${bytes(5)}`,
      ),
      "* 3 EXISTS\r\n* 3 RECENT\r\nT OK [APPENDUID 1 1:3] APPEND completed\r\n",
    );
    const answer = await client.command("FETCH 1:* (FLAGS RFC822.SIZE)");
    assertEquals(answer.match(/FLAGS .*\)/g), [
      "FLAGS (\\Seen \\Recent) RFC822.SIZE 3)",
      "FLAGS (\\Recent) RFC822.SIZE 4)",
      "FLAGS (\\Flagged \\Recent) RFC822.SIZE 5)",
    ]);
    assertMatch(await client.command("FETCH 1 INTERNALDATE"), /"01-Jun-2026 08:09:10 \+0530"/);
    await client.close();
  });

  it("asks for each synchronising literal", async () => {
    const client = await new Scene().login();
    await client.send("x APPEND INBOX {1}\r\n");
    assertMatch(await client.until(/\n/), /^\+/);
    await client.send("a (\\Seen) {2}\r\n");
    assertMatch(await client.until(/\n/), /^\+/);
    await client.send("bc\r\n");
    assertEquals(await client.until(/\n/), "x OK [APPENDUID 1 1:2] APPEND completed\r\n");
    await client.close();
  });

  it("is all or nothing", async () => {
    const client = await new Scene().login();
    const wrong = [
      `APPEND INBOX ${bytes(1)} (\\Nonsense) ${bytes(1)}`,
      `APPEND INBOX ${bytes(1)} ${bytes(1)} (\\Seen)`,
      `APPEND INBOX ${bytes(1)}${bytes(1)}`,
      `APPEND INBOX ${bytes(1)} `,
      `APPEND INBOX ${bytes(1)} {1+}\r\n\0`,
    ];
    for (const text of wrong) assertMatch(await client.command(text), /^T BAD/, text);
    // RFC 3502: an empty literal cancels.
    assertMatch(await client.command(`APPEND INBOX ${bytes(1)} {0}`), /^T NO/);
    assertMatch(await client.command(`APPEND INBOX ${bytes(1)} {0+}\r\n`), /^T NO/);
    assertMatch(
      await client.command(`APPEND nowhere ${bytes(1)} ${bytes(1)}`),
      /^T NO \[TRYCREATE\]/,
    );
    assertEquals(await count(client), "0");
    await client.close();
  });

  it("left out, leaves the command with one message", async () => {
    const client = await new Scene({ capabilities: { omit: ["MULTIAPPEND"] } }).login();
    assertMatch(await client.command(`APPEND INBOX ${bytes(1)} ${bytes(1)}`), /^T BAD/);
    assertMatch(await client.command("APPEND INBOX {0+}\r\n"), /^T OK/);
    assertEquals(await count(client), "1");
    await client.close();
  });
});

describe("APPENDLIMIT", () => {
  it("is announced, and applies to each message", async () => {
    const scene = new Scene({ appendLimit: 10 });
    const client = await scene.login();
    assertMatch(await client.command("CAPABILITY"), / APPENDLIMIT=10[ \r]/);
    assertMatch(await client.command("STATUS INBOX (APPENDLIMIT)"), /\(APPENDLIMIT 10\)/);
    assertMatch(await client.command(`APPEND INBOX ${bytes(10)} ${bytes(10)}`), /^T OK/);
    assertMatch(await client.command(`APPEND INBOX ${bytes(1)} ${bytes(11)}`), /^T NO \[TOOBIG\]/);
    assertEquals(await count(client), "2");
    scene.fill("what the account itself puts there");
    assertEquals(await count(client), "3");
    await client.close();
  });

  it("refuses before the literal is sent", async () => {
    const client = await new Scene({ appendLimit: 10 }).login();
    assertMatch(await client.command("APPEND INBOX (\\Seen) {11}"), /^T NO \[TOOBIG\]/);
    await client.send("x APPEND INBOX {1}\r\n");
    assertMatch(await client.until(/\n/), /^\+/);
    await client.send("a {11}\r\n");
    assertMatch(await client.until(/\n/), /^x NO \[TOOBIG\]/);
    assertEquals(await count(client), "0");
    await client.close();
  });

  it("is not there without the option", async () => {
    const client = await new Scene().login();
    assertNotMatch(await client.command("CAPABILITY"), /APPENDLIMIT/);
    assertMatch(await client.command("STATUS INBOX (APPENDLIMIT)"), /^T BAD/);
    await client.close();
  });
});

describe("the quota", () => {
  async function limited(quota: number): Promise<RawClient> {
    const server = new MemoryServer();
    server.addUser("bob", "secret", { quota });
    const client = connect(server);
    await client.until(/\n/);
    await client.command("LOGIN bob secret");
    return client;
  }

  it("refuses an APPEND that goes over it, whole and before the literal", async () => {
    const client = await limited(100);
    assertMatch(await client.command(`APPEND INBOX ${bytes(60)}`), /^T OK/);
    assertMatch(await client.command("APPEND INBOX {41}"), /^T NO \[OVERQUOTA\]/);
    assertMatch(
      await client.command(`APPEND INBOX ${bytes(20)} ${bytes(21)}`),
      /^T NO \[OVERQUOTA\]/,
    );
    assertEquals(await count(client), "1");
    assertMatch(await client.command(`APPEND INBOX ${bytes(20)} ${bytes(20)}`), /^T OK/);
    await client.close();
  });

  it("holds for COPY, not for MOVE, and EXPUNGE makes room", async () => {
    const client = await limited(100);
    await client.command("CREATE b");
    await client.command(`APPEND INBOX ${bytes(60)}`);
    await client.command("SELECT INBOX");
    assertMatch(await client.command("COPY 1 b"), /^T NO \[OVERQUOTA\]/);
    assertMatch(await client.command("MOVE 1 b"), /T OK/);
    await client.command("SELECT b");
    await client.command("STORE 1 FLAGS (\\Deleted)");
    await client.command("EXPUNGE");
    assertMatch(await client.command(`APPEND INBOX ${bytes(100)}`), /^T OK/);
    await client.close();
  });

  it("is reported in units of 1024 bytes, and can be set", async () => {
    const client = await limited(512 * 1024);
    await client.command(`APPEND INBOX ${bytes(9 * 1024 + 1)}`);
    assertEquals(
      await client.command("GETQUOTAROOT inbox"),
      '* QUOTAROOT "INBOX" ""\r\n* QUOTA "" (STORAGE 10 512)\r\nT OK GETQUOTAROOT completed\r\n',
    );
    assertEquals(
      await client.command('SETQUOTA "" (STORAGE 10)'),
      '* QUOTA "" (STORAGE 10 10)\r\nT OK SETQUOTA completed\r\n',
    );
    assertMatch(await client.command(`APPEND INBOX ${bytes(1024)}`), /^T NO \[OVERQUOTA\]/);
    assertEquals(
      await client.command('SETQUOTA "" ()'),
      '* QUOTA "" ()\r\nT OK SETQUOTA completed\r\n',
    );
    assertMatch(await client.command(`APPEND INBOX ${bytes(1024)}`), /^T OK/);
    await client.close();
  });

  it("refuses a missing root or folder, and bad syntax", async () => {
    const client = await new Scene().login();
    assertEquals(
      await client.command('GETQUOTA ""'),
      '* QUOTA "" ()\r\nT OK GETQUOTA completed\r\n',
    );
    for (
      const text of [
        "GETQUOTA other",
        "GETQUOTAROOT nowhere",
        "SETQUOTA other (STORAGE 1)",
        'SETQUOTA "" (MESSAGE 1)',
      ]
    ) assertMatch(await client.command(text), /^T NO/, text);
    for (
      const text of [
        "GETQUOTA",
        'GETQUOTA "" ""',
        "GETQUOTAROOT",
        'SETQUOTA ""',
        'SETQUOTA "" STORAGE 1',
        'SETQUOTA "" (STORAGE)',
        'SETQUOTA "" (STORAGE x)',
      ]
    ) assertMatch(await client.command(text), /^T BAD/, text);
    const without = await new Scene({ capabilities: { omit: ["QUOTA"] } }).login();
    assertMatch(await without.command('GETQUOTA ""'), /^T BAD/);
    await client.close();
    await without.close();
  });
});
