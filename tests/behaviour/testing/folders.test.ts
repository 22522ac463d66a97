import { describe, it } from "node:test";
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { InvalidArgumentError } from "../../../src/model/errors.ts";
import { Scene } from "./raw_client.ts";

describe("LIST", () => {
  it("matches patterns, and reports special uses and children", async () => {
    const scene = new Scene();
    scene.ann.createFolder("Archive/2026/June", { specialUse: "\\Archive" });
    scene.ann.createFolder("Sent", { specialUse: "\\Sent" });
    scene.ann.createFolder("Überweisungen & Rechnungen");
    scene.ann.createFolder('a "quoted" name');
    const client = await scene.login();
    assertEquals(
      await client.command('LIST "" *'),
      '* LIST (\\HasNoChildren) "/" "INBOX"\r\n' +
        '* LIST (\\HasChildren) "/" "Archive"\r\n' +
        '* LIST (\\HasChildren) "/" "Archive/2026"\r\n' +
        '* LIST (\\HasNoChildren \\Archive) "/" "Archive/2026/June"\r\n' +
        '* LIST (\\HasNoChildren \\Sent) "/" "Sent"\r\n' +
        '* LIST (\\HasNoChildren) "/" "a \\"quoted\\" name"\r\n' +
        '* LIST (\\HasNoChildren) "/" "&ANw-berweisungen &- Rechnungen"\r\n' +
        "T OK LIST completed\r\n",
    );
    const names = async (args: string) =>
      Array.from(
        (await client.command(`LIST ${args}`)).matchAll(/^\* LIST .* "([^"\n]*)"\r$/gm),
        (match) => match[1],
      );
    assertEquals(await names('"" "Archive/%"'), ["Archive/2026"]);
    assertEquals(await names('Archive/ "*e"'), ["Archive/2026/June"]);
    assertEquals(await names('"" inbox'), ["INBOX"]);
    assertEquals(await names('"" "i%"'), ["INBOX"]);
    assertEquals(await names('"" "sent"'), []);
    assertEquals(await names('"" "A.*"'), []);
    assertEquals(await names('"" {4+}\r\nSent'), ["Sent"]);
    assertEquals(
      await client.command('LIST "" ""'),
      '* LIST (\\Noselect) "/" ""\r\nT OK LIST completed\r\n',
    );
    assertMatch(await client.command('LIST "" Ü'), /^T BAD/);
    assertMatch(await client.command('LIST "" "&Jjo"'), /^T NO \[CANNOT\]/);
    await client.close();
  });

  it("LSUB lists subscribed folders", async () => {
    const scene = new Scene();
    scene.ann.createFolder("a/b", { subscribed: false });
    const client = await scene.login();
    assertMatch(await client.command("SUBSCRIBE a/b"), /^T OK/);
    assertMatch(await client.command("SUBSCRIBE nowhere"), /^T NO \[NONEXISTENT\]/);
    assertEquals(
      await client.command('LSUB "" *'),
      '* LSUB () "/" "INBOX"\r\n* LSUB () "/" "a/b"\r\nT OK LSUB completed\r\n',
    );
    assertEquals(
      await client.command('LSUB "" %'),
      '* LSUB () "/" "INBOX"\r\n* LSUB (\\Noselect) "/" "a"\r\nT OK LSUB completed\r\n',
    );
    assertMatch(await client.command("UNSUBSCRIBE a/b"), /^T OK/);
    assertMatch(await client.command("UNSUBSCRIBE a/b"), /^T NO/);
    await client.close();
  });
});

describe("XLIST", () => {
  it("reports special uses as Gmail did", async () => {
    const scene = new Scene({ capabilities: { add: ["XLIST"], omit: ["CHILDREN"] } });
    const uses = ["All", "Drafts", "Flagged", "Important", "junk", "Sent", "Trash", "Archive"];
    for (const use of uses) scene.ann.createFolder(`G/${use}`, { specialUse: `\\${use}` });
    scene.ann.createFolder("Über");
    const client = await scene.login();
    assertEquals(
      await client.command('XLIST "" *'),
      '* XLIST (\\Inbox) "/" "INBOX"\r\n* XLIST () "/" "G"\r\n' +
        '* XLIST (\\AllMail) "/" "G/All"\r\n* XLIST () "/" "G/Archive"\r\n' +
        '* XLIST (\\Drafts) "/" "G/Drafts"\r\n* XLIST (\\Starred) "/" "G/Flagged"\r\n' +
        '* XLIST (\\Important) "/" "G/Important"\r\n* XLIST (\\Sent) "/" "G/Sent"\r\n' +
        '* XLIST (\\Trash) "/" "G/Trash"\r\n* XLIST (\\Spam) "/" "G/junk"\r\n' +
        '* XLIST () "/" "&ANw-ber"\r\nT OK XLIST completed\r\n',
    );
    assertMatch(await client.command('XLIST G/ "T%"'), /^\* XLIST .*Trash"\r\nT OK/);
    assertEquals(
      await client.command('XLIST "" ""'),
      '* XLIST (\\Noselect) "/" ""\r\nT OK XLIST completed\r\n',
    );
    assertMatch(await client.command('XLIST ""'), /^T BAD/);
    await client.close();
  });

  it("is unknown unless it is named", async () => {
    const client = await new Scene().login();
    assertMatch(await client.command('XLIST "" *'), /^T BAD/);
    await client.close();
  });
});

describe("CREATE, DELETE and RENAME", () => {
  it("have their effects", async () => {
    const client = await new Scene().login();
    const list = async () =>
      Array.from(
        (await client.command('LIST "" *')).matchAll(/\((.*)\) "\/" "(.*)"/g),
        ([, flags, name]) => `${name} ${flags}`,
      );
    assertMatch(await client.command("CREATE a/b/c/"), /^T OK/);
    assertMatch(await client.command("CREATE a/b"), /^T NO \[ALREADYEXISTS\]/);
    assertMatch(await client.command("CREATE inbox"), /^T NO \[ALREADYEXISTS\]/);
    for (const name of ["/x", "x//y", '"x*"', '""']) {
      assertMatch(await client.command(`CREATE ${name}`), /^T NO \[CANNOT\]/, name);
    }
    assertMatch(await client.command("DELETE a"), /^T OK/);
    assertEquals(await list(), [
      "INBOX \\HasNoChildren",
      "a \\Noselect \\HasChildren",
      "a/b \\HasChildren",
      "a/b/c \\HasNoChildren",
    ]);
    assertMatch(await client.command("DELETE a"), /^T NO \[HASCHILDREN\]/);
    assertMatch(await client.command("SELECT a"), /^T NO \[CANNOT\]/);
    assertMatch(await client.command("DELETE INBOX"), /^T NO \[CANNOT\]/);
    assertMatch(await client.command("DELETE zzz"), /^T NO \[NONEXISTENT\]/);
    assertMatch(await client.command("RENAME a/b x/y"), /^T OK/);
    assertMatch(await client.command("RENAME x x/z"), /^T NO \[CANNOT\]/);
    assertMatch(await client.command("RENAME x INBOX"), /^T NO \[ALREADYEXISTS\]/);
    assertMatch(await client.command("RENAME zzz b"), /^T NO \[NONEXISTENT\]/);
    assertMatch(await client.command("RENAME x /b"), /^T NO \[CANNOT\]/);
    assertMatch(await client.command("DELETE a"), /^T OK/);
    assertEquals(await list(), [
      "INBOX \\HasNoChildren",
      "x \\HasChildren",
      "x/y \\HasChildren",
      "x/y/c \\HasNoChildren",
    ]);
    await client.close();
  });

  it("a recreated folder gets a new UIDVALIDITY", async () => {
    const client = await new Scene().login();
    const validity = async () =>
      /UIDVALIDITY (\d+)/.exec(await client.command("STATUS x (UIDVALIDITY)"))![1];
    await client.command("CREATE x");
    const first = await validity();
    await client.command("DELETE x");
    await client.command("CREATE x");
    assertEquals(await validity() === first, false);
    await client.close();
  });

  it("RENAME of INBOX moves its messages", async () => {
    const scene = new Scene();
    scene.fill("one", "two");
    const client = await scene.select();
    assertMatch(
      await client.command("RENAME INBOX old"),
      /^\* 1 EXPUNGE\r\n\* 1 EXPUNGE\r\nT OK/,
    );
    assertMatch(await client.command("STATUS old (MESSAGES)"), /\(MESSAGES 2\)/);
    assertMatch(await client.command("STATUS INBOX (MESSAGES)"), /\(MESSAGES 0\)/);
    await client.close();
  });

  it("the account refuses invalid arguments", () => {
    const { ann } = new Scene();
    assertThrows(() => ann.createFolder("INBOX"), InvalidArgumentError);
    assertThrows(() => ann.createFolder("a//b"), InvalidArgumentError);
    assertThrows(() => ann.append("nowhere", ""), InvalidArgumentError);
  });
});

describe("STATUS", () => {
  it("returns the requested items", async () => {
    const scene = new Scene();
    scene.fill("one", "two");
    scene.ann.append("INBOX", "Subject: three\n\n", { flags: ["\\Seen"] });
    const client = await scene.login();
    assertEquals(
      await client.command("STATUS inbox (UNSEEN MESSAGES RECENT UIDNEXT UIDVALIDITY)"),
      '* STATUS "INBOX" (UNSEEN 2 MESSAGES 3 RECENT 3 UIDNEXT 4 UIDVALIDITY 1)\r\nT OK STATUS completed\r\n',
    );
    assertMatch(await client.command("STATUS x (MESSAGES)"), /^T NO \[NONEXISTENT\]/);
    assertMatch(await client.command("STATUS INBOX (APPENDLIMIT)"), /^T BAD/);
    assertMatch(await client.command("STATUS INBOX ()"), /^T BAD/);
    await client.close();
  });
});

describe("SELECT", () => {
  it("describes the folder", async () => {
    const scene = new Scene();
    scene.ann.append("INBOX", "\n", { flags: ["\\Seen", "$Label"] });
    scene.ann.append("INBOX", "\n");
    const client = await scene.login();
    assertEquals(
      await client.command("SELECT INBOX"),
      "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Label)\r\n" +
        "* 2 EXISTS\r\n* 2 RECENT\r\n* OK [UNSEEN 2] the first unseen message\r\n" +
        "* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] what can be stored\r\n" +
        "* OK [UIDNEXT 3] the next UID\r\n* OK [UIDVALIDITY 1] UIDs hold\r\n" +
        "* OK [HIGHESTMODSEQ 3] the last change\r\n" +
        "T OK [READ-WRITE] SELECT completed\r\n",
    );
    const examined = await client.command("EXAMINE INBOX");
    assertMatch(examined, /\* 0 RECENT\r\n/);
    assertMatch(examined, /\[PERMANENTFLAGS \(\)\]/);
    assertMatch(examined, /T OK \[READ-ONLY\] EXAMINE completed/);
    for (const text of ["STORE 1 FLAGS (\\Seen)", "EXPUNGE", "MOVE 1 INBOX"]) {
      assertMatch(await client.command(text), /^T NO \[READ-ONLY\]/, text);
    }
    await client.close();
  });

  it("closes the previous folder even if it fails", async () => {
    const client = await new Scene().select();
    assertMatch(await client.command("SELECT nowhere"), /^T NO \[NONEXISTENT\]/);
    assertMatch(await client.command("CHECK"), /^T BAD/);
    await client.close();
  });

  it("CLOSE expunges silently, UNSELECT does not", async () => {
    const scene = new Scene();
    scene.fill("one", "two");
    const client = await scene.select();
    await client.command("STORE 1 +FLAGS \\Deleted");
    assertEquals(await client.command("UNSELECT"), "T OK UNSELECT completed\r\n");
    assertMatch(await client.command("EXAMINE INBOX"), /\* 2 EXISTS/);
    assertEquals(await client.command("CLOSE"), "T OK CLOSE completed\r\n");
    assertMatch(await client.command("SELECT INBOX"), /\* 2 EXISTS/);
    assertEquals(await client.command("CLOSE"), "T OK CLOSE completed\r\n");
    assertMatch(await client.command("SELECT INBOX"), /\* 1 EXISTS/);
    await client.close();
  });
});
