// NOTIFY (RFC 5465), as the in-memory server has it.
import { describe } from "node:test";
import { assertEquals, assertMatch } from "@std/assert";
import { test } from "../../support/fake_server.ts";
import { type RawClient, Scene } from "./raw_client.ts";

/** The untagged responses up to the next NOOP's answer. */
async function told(client: RawClient): Promise<readonly string[]> {
  const lines = (await client.command("NOOP")).split("\r\n");
  return lines.filter((line) => line.startsWith("* ")).map((line) => line.slice(2));
}

async function scene() {
  const it = new Scene({ capabilities: { add: ["NOTIFY"] } });
  it.ann.createFolder("Lists", { subscribed: false });
  it.ann.createFolder("Lists/a");
  const client = await it.select();
  const other = await it.select();
  return { it, client, other };
}

const mail = "Subject: x\n\nx\n";

describe("NOTIFY of the in-memory server [ext NOTIFY]", () => {
  test("SET STATUS → the folders that are watched, then their changes [ext NOTIFY]", async () => {
    const { it, client, other } = await scene();
    const answer = await client.command(
      "NOTIFY SET STATUS (selected-delayed (MessageNew (uid flags) MessageExpunge)) " +
        "(subtree Lists (MessageNew MessageExpunge FlagChange))",
    );
    assertMatch(
      answer,
      /STATUS "Lists" \(MESSAGES 0 UIDNEXT 1 UIDVALIDITY \d+ HIGHESTMODSEQ 1\)\r\n/,
    );
    assertMatch(answer, /STATUS "Lists\/a" .*\r\nT OK/);
    it.ann.append("Lists/a", mail);
    assertMatch(
      await client.until(/STATUS/),
      /"Lists\/a" \(MESSAGES 1 UIDNEXT 2 UIDVALIDITY \d+\)/,
    );
    await other.command("SELECT Lists/a");
    await other.command("STORE 1 FLAGS (\\Seen)");
    assertEquals(await client.until(/STATUS/), '* STATUS "Lists/a" (UNSEEN 0)\r\n');
    it.ann.append("INBOX", mail);
    assertMatch(await client.until(/FETCH/), /1 EXISTS\r\n.*\* 1 FETCH \(UID 1 FLAGS \(/s);
    await client.command("CLOSE");
    it.ann.append("INBOX", mail);
    it.ann.createFolder("Elsewhere");
    assertEquals(await told(client), []);
    client.close();
    other.close();
  });

  test("SELECTED tells expunges at once, SELECTED-DELAYED when it may [ext NOTIFY]", async () => {
    const { it, client, other } = await scene();
    for (let i = 0; i < 4; i++) it.ann.append("INBOX", mail);
    await client.command("NOOP");
    await other.command("NOOP");
    await client.command("NOTIFY SET (SELECTED (MessageNew MessageExpunge))");
    const expunge = async () => {
      await other.command("STORE 1 FLAGS (\\Deleted)");
      await other.command("EXPUNGE");
    };
    await expunge();
    assertEquals(await client.until(/EXPUNGE/), "* 1 EXPUNGE\r\n");
    await client.command("NOTIFY SET (SELECTED-DELAYED (MessageNew MessageExpunge))");
    await expunge();
    assertMatch(await client.command("FETCH 1 (UID)"), /^\* 1 FETCH \(UID 2\)\r\nT OK/);
    assertEquals(await told(client), ["1 EXPUNGE"]);
    await client.command("NOTIFY NONE");
    await expunge();
    assertEquals(await told(client), []);
    client.close();
    other.close();
  });

  test("folders that come, go, change their names or are subscribed → LIST [ext NOTIFY]", async () => {
    const { it, client, other } = await scene();
    await client.command("NOTIFY SET (personal (MailboxName SubscriptionChange))");
    it.ann.createFolder("New");
    assertEquals(await client.until(/LIST/), '* LIST () "/" "New"\r\n');
    await other.command("RENAME New Old");
    assertEquals(await client.until(/LIST/), '* LIST () "/" "Old" ("OLDNAME" ("New"))\r\n');
    await other.command("SUBSCRIBE Old");
    assertEquals(await client.until(/LIST/), '* LIST (\\Subscribed) "/" "Old"\r\n');
    await other.command("UNSUBSCRIBE Old");
    assertEquals(await client.until(/LIST/), '* LIST () "/" "Old"\r\n');
    await other.command("DELETE Old");
    assertEquals(await client.until(/LIST/), '* LIST (\\NonExistent) "/" "Old"\r\n');
    client.close();
    other.close();
  });

  test("faults.overflow → NOTIFICATIONOVERFLOW, and then nothing [ext NOTIFY]", async () => {
    const { it, client, other } = await scene();
    await client.command("NOTIFY SET (personal (MessageNew MessageExpunge))");
    it.server.faults.overflow();
    assertMatch(await client.until(/OVERFLOW/), /^\* OK \[NOTIFICATIONOVERFLOW\]/);
    it.ann.append("Lists", mail);
    assertEquals(await told(client), []);
    client.close();
    other.close();
  });

  test("what the RFC does not allow → BAD; an event that it lacks → BADEVENT [ext NOTIFY]", async () => {
    const { client, other } = await scene();
    const WRONG = [
      ...["NOTIFY", "NOTIFY ALL", "NOTIFY SET", "NOTIFY SET STATUS", "NOTIFY NONE x"],
      "NOTIFY SET (everywhere NONE)",
      "NOTIFY SET (personal (MessageNew))",
      "NOTIFY SET (personal (FlagChange))",
      "NOTIFY SET (personal (MessageNew (uid) MessageExpunge))",
      "NOTIFY SET (selected (MailboxName))",
      "NOTIFY SET (selected NONE) (selected-delayed NONE)",
      "NOTIFY SET (personal ())",
      "NOTIFY SET (subtree NONE)",
    ];
    for (const command of WRONG) assertMatch(await client.command(command), /^T BAD/, command);
    assertMatch(
      await client.command("NOTIFY SET (personal (ServerMetadataChange))"),
      /^T NO \[BADEVENT \(MessageNew /,
    );
    client.close();
    other.close();
  });
});
