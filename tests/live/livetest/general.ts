import { assert, assertEquals, assertRejects } from "@std/assert";
import { ImapError, ReadOnlyError } from "@imapclient/imapclient";
import type { Account } from "./account.ts";
import type { Check } from "./suite.ts";

const MAIL = "From: a@example.org\r\nSubject: one\r\n\r\nhello\r\n";
const NAMES = [
  ...["simple", "12345", "0012", "LÿR", "☢", "stuff & things", "with space"],
  ...['test"folder"', "foo\\bar"],
];

/** Calls that don't involve message ids. */
export const GENERAL: readonly Check[] = [
  ["U5 E1 capabilities", async (_account, client) => {
    const capabilities = await client.capabilities();
    assert(capabilities.some((name) => name.startsWith("IMAP4")), capabilities.join(" "));
    for (const name of capabilities) assert(await client.hasCapability(name.toLowerCase()));
    assert(!await client.hasCapability("WONT EXIST"));
  }],
  ["U5 E6 namespace", async (_account, client) => {
    const { personal } = await client.namespace();
    assert(personal !== null && personal.length > 0);
  }, "NAMESPACE"],
  ["U5 G3 G7 select and close", async (account, client) => {
    const folder = await account.make(client, "selected");
    // With a flag, since go-imap's server lists only the flags that messages have.
    await client.append(folder, MAIL, { flags: ["\\Seen"] });
    const selected = await client.selectFolder(folder);
    assertEquals(selected.EXISTS, 1);
    assert(selected.FLAGS.length > 0 && typeof selected.UIDVALIDITY === "number");
    assertEquals(typeof await client.closeFolder(), "string");
    assertEquals(client.state, "authenticated");
  }],
  ["U5 G3 Q3 select for reading only", async (account, client) => {
    const folder = await account.make(client, "readonly");
    await client.append(folder, MAIL);
    await client.selectFolder(folder, { readonly: true });
    await assertRejects(() => client.addFlags("1:*", "\\Seen"), ReadOnlyError);
    await client.closeFolder();
  }],
  ["U5 G8 unselect", async (account, client) => {
    await assertRejects(() => client.unselectFolder(), ImapError);
    await client.selectFolder(await account.make(client, "left"));
    await client.unselectFolder();
    await assertRejects(() => client.search(), ImapError);
  }, "UNSELECT"],
  ["U5 G1 F1 F12 folders with names of every kind", async (account, client) => {
    const parent = await account.makeParent(client, "names");
    for (const name of namesOf(account)) {
      const folder = parent + name;
      await client.createFolder(folder);
      assert(await client.folderExists(folder), folder);
      assertEquals((await client.selectFolder(folder)).EXISTS, 0);
      await client.closeFolder();
      await client.deleteFolder(folder);
      assert(!await client.folderExists(folder), folder);
    }
  }],
  ["U5 A10 the same as bytes, with folderEncode off", async (account, client) => {
    if (account.quirks.notInNames.test("&")) return "a reading of its own of names";
    client.folderEncode = false;
    try {
      const folder = new TextEncoder().encode(account.name("raw &AOQ- &- name"));
      await client.createFolder(folder);
      const listed = await client.listFolders("", folder);
      assertEquals(listed.map(({ name }) => name), [folder]);
      await client.deleteFolder(folder);
    } finally {
      client.folderEncode = true;
    }
  }],
  ["U5 G1 rename", async (account, client) => {
    const before = await account.make(client, "before");
    const parent = await account.makeParent(client, "names");
    for (const name of namesOf(account)) {
      await client.renameFolder(before, parent + name);
      assert(await client.folderExists(parent + name), name);
      await client.renameFolder(parent + name, before);
    }
  }],
  ["U5 G2 F2 subscriptions", async (account, client) => {
    const subscribed = async () => (await client.listSubFolders()).map(({ name }) => name);
    const parent = await account.makeParent(client, "names");
    for (const name of namesOf(account)) {
      const folder = parent + name;
      await client.createFolder(folder);
      await client.subscribeFolder(folder);
      assert((await subscribed()).includes(folder), folder);
      await client.unsubscribeFolder(folder);
      assert(!(await subscribed()).includes(folder), folder);
      await client.deleteFolder(folder);
    }
  }],
  ["U5 F3 XLIST finds the inbox", async (_account, client) => {
    const folders = await client.xlistFolders("", "INBOX");
    assert(folders.some(({ flags }) => flags.some((flag) => /^\\inbox$/i.test(flag))));
  }, "XLIST"],
  ["U5 G9 status before and after an append", async (account, client) => {
    const folder = await account.make(client, "counted");
    const before = await client.folderStatus(folder, ["MESSAGES", "UIDNEXT", "UNSEEN"]);
    assertEquals([before.MESSAGES, before.UNSEEN], [0, 0]);
    await client.append(folder, MAIL);
    if (account.quirks.gmail) await client.noop();
    const after = await client.folderStatus(folder, ["MESSAGES", "UIDNEXT", "UNSEEN"]);
    assertEquals([after.MESSAGES, after.UNSEEN], [1, 1]);
    assert(after.UIDNEXT > before.UIDNEXT);
  }],
  ["U5 M1 M2 M4 news by IDLE", async (account, client) => {
    const folder = await account.make(client, "news");
    await client.selectFolder(folder);
    const other = await account.open();
    await client.idle();
    const seen: string[] = [];
    try {
      for (let i = 0; i < 6 && !seen.includes("EXISTS"); i++) {
        // go-imap may overlook what comes right after its `+`, before it listens.
        await other.append(folder, MAIL);
        for (const { type } of await client.idleCheck({ timeout: 10 })) seen.push(type);
      }
    } finally {
      // Later tests need the client.
      const { text, responses } = await client.idleDone();
      assert(text.length > 0 && Array.isArray(responses));
    }
    assert(seen.includes("EXISTS"), `no EXISTS, but: ${seen.join(" ")}`);
    await client.closeFolder();
    await other.logout();
  }, "IDLE"],
  ["U5 M5 NOOP", async (_account, client) => {
    assert((await client.noop()).text.length > 0);
  }],
];

function namesOf({ quirks }: Account): readonly string[] {
  return NAMES.filter((name) => !quirks.notInNames.test(name));
}
