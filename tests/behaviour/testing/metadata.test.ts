import { describe, it } from "node:test";
import { assertEquals, assertMatch } from "@std/assert";
import { type RawClient, Scene } from "./raw_client.ts";

async function withMetadata(): Promise<RawClient> {
  return await new Scene({ capabilities: { add: ["METADATA"] } }).login();
}

describe("METADATA", () => {
  it("has to be named", async () => {
    const client = await new Scene().login();
    assertMatch(await client.command('GETMETADATA "" /shared/a'), /^T BAD unknown command/);
    await client.close();
  });

  it("stores values and removes them, with names in any case", async () => {
    const client = await withMetadata();
    assertEquals(
      await client.command(
        'SETMETADATA INBOX (/Private/Comment "a \\"b\\"" /shared/c {2}\r\n\r\n)',
      ),
      "+ go ahead\r\nT OK SETMETADATA completed\r\n",
    );
    assertEquals(
      await client.command("GETMETADATA inbox (/private/comment /shared/c /shared/d)"),
      '* METADATA "INBOX" ("/private/comment" "a \\"b\\"")\r\n' +
        '* METADATA "INBOX" ("/shared/c" {2}\r\n\r\n)\r\nT OK GETMETADATA completed\r\n',
    );
    await client.command("SETMETADATA INBOX (/PRIVATE/COMMENT NIL)");
    assertEquals(
      await client.command("GETMETADATA INBOX /private/comment"),
      "T OK GETMETADATA completed\r\n",
    );
    await client.close();
  });

  it("keeps the server's apart from the folders'", async () => {
    const client = await withMetadata();
    await client.command('SETMETADATA "" (/shared/comment "server")');
    assertEquals(
      await client.command('GETMETADATA "" /shared/comment'),
      '* METADATA "" ("/shared/comment" "server")\r\nT OK GETMETADATA completed\r\n',
    );
    assertEquals(
      await client.command("GETMETADATA INBOX /shared/comment"),
      "T OK GETMETADATA completed\r\n",
    );
    await client.close();
  });

  it("follows a renamed folder, and is deleted with it", async () => {
    const client = await withMetadata();
    for (const text of ["CREATE a", "SETMETADATA a (/shared/c d)".replace(" d)", ' "d")')]) {
      assertMatch(await client.command(text), /^T OK/);
    }
    await client.command("RENAME a b");
    assertMatch(await client.command("GETMETADATA b /shared/c"), /"d"/);
    await client.command("DELETE b");
    await client.command("CREATE b");
    assertEquals(
      await client.command("GETMETADATA b /shared/c"),
      "T OK GETMETADATA completed\r\n",
    );
    await client.close();
  });

  it("accepts a NUL only in a literal8", async () => {
    const client = await withMetadata();
    assertMatch(await client.command("SETMETADATA INBOX (/shared/c ~{3+}\r\na\0b)"), /^T OK/);
    assertEquals(
      await client.command("GETMETADATA INBOX /shared/c"),
      '* METADATA "INBOX" ("/shared/c" ~{3}\r\na\0b)\r\nT OK GETMETADATA completed\r\n',
    );
    assertMatch(await client.command("SETMETADATA INBOX (/shared/c {1+}\r\n\0)"), /^T BAD/);
    await client.close();
  });

  it("respects DEPTH, and reports the size of values that are too long", async () => {
    const client = await withMetadata();
    await client.command(
      'SETMETADATA INBOX (/shared/a "1" /shared/a/b "22" /shared/a/b/c "333" /shared/ab "4")',
    );
    const values = async (options: string) => {
      const answer = await client.command(`GETMETADATA ${options}INBOX /shared/a`);
      return [...answer.matchAll(/" "(\d+)"\)/g)].map(([, value]) => value).join(" ");
    };
    assertEquals(await values(""), "1");
    assertEquals(await values("(DEPTH 0) "), "1");
    assertEquals(await values("(depth 1) "), "1 22");
    assertEquals(await values("(DEPTH infinity) "), "1 22 333");
    assertEquals(await values("(MAXSIZE 2 DEPTH infinity) "), "1 22");
    assertMatch(
      await client.command("GETMETADATA (MAXSIZE 1 DEPTH infinity) INBOX (/shared/a)"),
      /^T OK \[METADATA LONGENTRIES 3\]/m,
    );
    await client.close();
  });

  it("refuses what breaks the grammar", async () => {
    const client = await withMetadata();
    for (
      const text of [
        ...["GETMETADATA", "GETMETADATA INBOX", "GETMETADATA INBOX ()", "GETMETADATA INBOX a"],
        ...["GETMETADATA INBOX /a/b", "GETMETADATA INBOX /shared", "GETMETADATA INBOX /shared/a/"],
        ...["GETMETADATA (DEPTH 2) INBOX /shared/a", "GETMETADATA (X 2) INBOX /shared/a"],
        ...["SETMETADATA INBOX /shared/a", "SETMETADATA INBOX (/shared/a)"],
        ...["SETMETADATA INBOX (/shared/a b)", 'SETMETADATA INBOX ("/shared/*" NIL)'],
      ]
    ) {
      assertMatch(await client.command(text), /^T BAD/, text);
    }
    assertMatch(await client.command("GETMETADATA none /shared/a"), /^T NO \[NONEXISTENT\]/);
    await client.close();
  });
});
