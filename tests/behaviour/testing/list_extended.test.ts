import { describe, it } from "node:test";
import { assertEquals, assertMatch } from "@std/assert";
import { Scene } from "./raw_client.ts";

const ADDED = ["ACL", "METADATA", "LIST-MYRIGHTS", "LIST-METADATA"];

/** Some folders, two with a special use, one deleted that is still subscribed. */
async function open(options: ConstructorParameters<typeof Scene>[0] = {}) {
  const scene = new Scene(options);
  scene.ann.createFolder("Sent", { specialUse: "\\Sent", subscribed: false });
  scene.ann.createFolder("a/b/c");
  scene.ann.createFolder("a/d", { specialUse: "\\Junk", subscribed: false });
  scene.ann.createFolder("gone");
  scene.fill("one", "two");
  const client = await scene.login();
  await client.command("DELETE gone");
  return { scene, client };
}

/** The lines that answer a command, without those that never change. */
async function lines(client: Awaited<ReturnType<typeof open>>["client"], command: string) {
  const answer = await client.command(command);
  assertMatch(answer, /^T OK/m, command);
  return answer.split("\r\n").slice(0, -2).map((line) => line.replace(/^\* (?:LIST )?/, ""));
}

describe("LIST-EXTENDED in the in-memory server", () => {
  it("several patterns, and return options", async () => {
    const { client } = await open({ capabilities: { omit: ["CHILDREN"] } });
    assertEquals(await lines(client, 'LIST "" (INBOX "a/*" "") RETURN (CHILDREN SUBSCRIBED)'), [
      '(\\HasNoChildren \\Subscribed) "/" "INBOX"',
      '(\\HasChildren) "/" "a/b"',
      '(\\HasNoChildren \\Subscribed) "/" "a/b/c"',
      '(\\HasNoChildren \\Junk) "/" "a/d"',
    ]);
    assertEquals(await lines(client, 'LIST "" a RETURN ()'), ['() "/" "a"']);
    assertEquals(await lines(client, 'LIST "" ""'), ['(\\Noselect) "/" ""']);
    assertEquals(await lines(client, 'LIST "" "" RETURN (CHILDREN)'), []);
    await client.close();
  });

  it("what is selected", async () => {
    const { client } = await open({ capabilities: { omit: ["CHILDREN"] } });
    assertEquals(await lines(client, 'LIST (SUBSCRIBED) "" *'), [
      '(\\Subscribed) "/" "INBOX"',
      '(\\Subscribed) "/" "a/b/c"',
      '(\\NonExistent \\Subscribed) "/" "gone"',
    ]);
    assertEquals(await lines(client, 'LIST (SPECIAL-USE REMOTE) "" *'), [
      '(\\Sent) "/" "Sent"',
      '(\\Junk) "/" "a/d"',
    ]);
    assertEquals(await lines(client, 'LIST (SPECIAL-USE SUBSCRIBED) "" *'), []);
    assertEquals(await lines(client, 'LIST (SUBSCRIBED RECURSIVEMATCH) "" %'), [
      '(\\Subscribed) "/" "INBOX"',
      '() "/" "a" ("CHILDINFO" ("SUBSCRIBED"))',
      '(\\NonExistent \\Subscribed) "/" "gone"',
    ]);
    for (const select of ["RECURSIVEMATCH", "REMOTE RECURSIVEMATCH", "X"]) {
      assertMatch(await client.command(`LIST (${select}) "" *`), /^T BAD/, select);
    }
    await client.close();
  });

  it("details of each folder", async () => {
    const { client } = await open({ capabilities: { add: ADDED, omit: ["CHILDREN"] } });
    await client.command('SETMETADATA INBOX (/shared/comment "hi")');
    const returns = "STATUS (MESSAGES UNSEEN) MYRIGHTS METADATA (/shared/comment)";
    assertEquals(await lines(client, `LIST (SUBSCRIBED) "" (INBOX gone) RETURN (${returns})`), [
      '(\\Subscribed) "/" "INBOX"',
      'STATUS "INBOX" (MESSAGES 2 UNSEEN 2)',
      'MYRIGHTS "INBOX" "lrswipkxteacd"',
      'METADATA "INBOX" ("/shared/comment" "hi")',
      '(\\NonExistent \\Subscribed) "/" "gone"',
    ]);
    assertEquals(await lines(client, 'LIST "" a/d RETURN (METADATA (/shared/comment))'), [
      '(\\Junk) "/" "a/d"',
      'METADATA "a/d" ("/shared/comment" NIL)',
    ]);
    assertMatch(await client.command('LIST "" * RETURN (STATUS (X))'), /^T BAD/);
    await client.close();
  });

  it("what is not named is unknown", async () => {
    const omit = ["LIST-EXTENDED", "LIST-STATUS", "SPECIAL-USE"];
    const { client } = await open({ capabilities: { omit } });
    const unknown = [
      'LIST (SUBSCRIBED) "" *',
      'LIST "" (a b)',
      'LIST "" * RETURN (CHILDREN)',
      'LIST "" * RETURN (STATUS (MESSAGES))',
      'LIST "" * RETURN (MYRIGHTS)',
      'LIST "" * RETURN (METADATA (/shared/comment))',
      'LIST "" * RETURN (SPECIAL-USE)',
      'LIST "" * RETURN (X)',
      'LIST "" * FOO (X)',
    ];
    for (const command of unknown) {
      assertMatch(await client.command(command), /^T BAD/, command);
    }
    await client.close();
  });
});

describe("CREATE-SPECIAL-USE in the in-memory server", () => {
  it("a folder for a use, or USEATTR", async () => {
    const { scene, client } = await open();
    assertMatch(await client.command("CREATE x (USE (\\archive))"), /^T OK/);
    assertEquals(scene.ann.folders.find(({ name }) => name === "x")?.specialUse, "\\Archive");
    for (const uses of ["\\All", "\\Sent \\Trash", "\\Nothing"]) {
      assertMatch(await client.command(`CREATE y (USE (${uses}))`), /^T NO \[USEATTR\]/, uses);
    }
    assertMatch(await client.command("CREATE y (X (\\Sent))"), /^T BAD/);
    assertEquals(scene.ann.folders.some(({ name }) => name === "y"), false);
    await client.close();
    const without = await open({ capabilities: { omit: ["CREATE-SPECIAL-USE"] } });
    assertMatch(await without.client.command("CREATE y (USE (\\Sent))"), /^T BAD/);
    await without.client.close();
  });
});
