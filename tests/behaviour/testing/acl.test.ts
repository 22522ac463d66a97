import { describe, it } from "node:test";
import { assertEquals, assertMatch } from "@std/assert";
import { Scene } from "./raw_client.ts";

function withAcl(): Scene {
  return new Scene({ capabilities: { add: ["ACL"] } });
}

describe("ACL", () => {
  it("has to be added, and announces its rights", async () => {
    const without = await new Scene().login();
    assertMatch(await without.command("GETACL INBOX"), /^T BAD unknown command/);
    await without.close();
    const client = await withAcl().login();
    assertMatch(await client.command("CAPABILITY"), / ACL RIGHTS=kxte\r/);
    await client.close();
  });

  it("the owner has all rights", async () => {
    const client = await withAcl().login();
    assertEquals(
      await client.command("GETACL inbox"),
      '* ACL "INBOX" "ann" "lrswipkxteacd"\r\nT OK GETACL completed\r\n',
    );
    assertEquals(
      await client.command("MYRIGHTS INBOX"),
      '* MYRIGHTS "INBOX" "lrswipkxteacd"\r\nT OK MYRIGHTS completed\r\n',
    );
    assertEquals(
      await client.command("LISTRIGHTS INBOX bob"),
      '* LISTRIGHTS "INBOX" "bob" "" l r s w i p k x t e a c d\r\nT OK LISTRIGHTS completed\r\n',
    );
    await client.close();
  });

  it("stores rights that are set, added, removed and deleted", async () => {
    const scene = withAcl();
    scene.ann.createFolder("Überblick");
    const client = await scene.login();
    const folder = '"&ANw-berblick"';
    const entries = async () =>
      /^\* ACL \S+ "ann" "lrswipkxteacd"(.*)\r/.exec(await client.command(`GETACL ${folder}`))?.[1];
    for (
      const [change, rights] of [
        ["lrs", "lrs"],
        ["+wi", "lrswi"],
        ["-rs", "lwi"],
        ["+d", "lwited"],
        ["-t", "lwied"],
        ["sc", "skxc"],
      ]
    ) {
      assertMatch(await client.command(`SETACL ${folder} "the bob" ${change}`), /^T OK/);
      assertEquals(await entries(), ` "the bob" "${rights}"`);
    }
    await client.command(`SETACL ${folder} anyone l`);
    assertEquals(await entries(), ' "the bob" "skxc" "anyone" "l"');
    assertMatch(await client.command(`DELETEACL ${folder} "the bob"`), /^T OK/);
    assertMatch(await client.command(`SETACL ${folder} anyone ""`), /^T OK/);
    assertEquals(await entries(), "");
    await client.command(`SETACL ${folder} {5+}\r\nj\xc3\xbcrg r`);
    assertMatch(await client.command(`GETACL ${folder}`), / \{5\}\r\nj\xc3\xbcrg "r"\r\n/);
    await client.close();
  });

  it("refuses a missing folder, and bad syntax", async () => {
    const client = await withAcl().login();
    for (const text of ["GETACL nowhere", "SETACL nowhere bob l", "MYRIGHTS nowhere"]) {
      assertMatch(await client.command(text), /^T NO \[NONEXISTENT\]/, text);
    }
    const wrong = [
      "GETACL",
      "GETACL INBOX bob",
      "SETACL INBOX bob",
      "SETACL INBOX bob q",
      "SETACL INBOX bob L",
      "SETACL INBOX bob l+r",
      'SETACL INBOX "" l',
      "DELETEACL INBOX",
      "LISTRIGHTS INBOX",
      "MYRIGHTS INBOX bob",
    ];
    for (const text of wrong) assertMatch(await client.command(text), /^T BAD/, text);
    await client.close();
  });
});
