import { assert, assertEquals } from "@std/assert";
import { SENT } from "@imapclient/imapclient";
import { fill, mail, text } from "./messages.ts";
import type { Check } from "./suite.ts";

/** Calls that need an extension, by its name. They run with UIDs. */
export const EXTENSIONS: readonly Check[] = [
  ["IMAP4rev2", async (account, client) => {
    const isOn = client.enabled.includes("IMAP4REV2") || !account.has("IMAP4REV1");
    if (!isOn) return "an IMAP4rev2 that is not enabled";
    await fill(account, client, mail("one"), mail("two"));
    assertEquals([...await client.search(["SUBJECT", "two"])].length, 1);
    assert((await client.listFolders("", account.messages)).length === 1);
  }, "IMAP4REV2"],
  ["UTF8=ACCEPT", async (account, client) => {
    const headers = "X-Greeting: Grüße ☢\r\n";
    const [one] = await fill(account, client, mail("utf8", { headers }));
    const header = (await client.fetch(one, ["BODY.PEEK[HEADER]"])).get(one)!["BODY[HEADER]"];
    assert(text(header).includes(headers), text(header));
  }, "UTF8=ACCEPT"],
  ["ENABLE", async (account) => {
    // On a connection of its own, since it lasts.
    const other = await account.open();
    const enabled = await other.enable("CONDSTORE");
    assert(enabled.every((name) => name === "CONDSTORE"), enabled.join(" "));
    await other.logout();
  }, "ENABLE"],
  ["ID", async (_account, client) => {
    assertEquals(typeof await client.id({ name: "imapclient" }), "object");
  }, "ID"],
  ["CHILDREN", async (account, client) => {
    const parent = await account.makeParent(client, "parent");
    await client.createFolder(`${parent}child`);
    const [child] = await client.listFolders("", `${parent}child`);
    assert(child.flags.every((flag) => !/^\\HasChildren$/i.test(flag)), child.flags.join(" "));
  }, "CHILDREN"],
  ["SPECIAL-USE", async (_account, client) => {
    const folder = await client.findSpecialFolder(SENT);
    if (folder !== null) assert(await client.folderExists(folder), `${folder}`);
  }, "SPECIAL-USE"],
  ["STATUS=SIZE", async (account, client) => {
    await fill(account, client, mail("one"));
    const { SIZE } = await client.folderStatus(account.messages, ["SIZE"]);
    assert(SIZE >= mail("one").length, `${SIZE}`);
  }, "STATUS=SIZE"],
  ["METADATA", async (account, client) => {
    const folder = await account.make(client, "annotated");
    const entry = "/private/comment";
    await client.setMetadata(folder, { [entry]: "Grüße" });
    const { values } = await client.getMetadata(folder, [entry]);
    assertEquals(text(values.get(entry) ?? null), "Grüße");
    await client.setMetadata(folder, { [entry]: null });
    assertEquals((await client.getMetadata(folder, [entry])).values.size, 0);
  }, "METADATA"],
  ["QUOTA", async (account, client) => {
    const [roots, quotas] = await client.getQuotaRoot(await account.make(client, "limited"));
    assert(quotas.every(({ quotaRoot }) => roots.quotaRoots.includes(quotaRoot)));
    assert(quotas.every(({ usage, limit }) => usage >= 0 && limit >= 0));
  }, "QUOTA"],
  ["OBJECTID", async (account, client) => {
    const [one] = await fill(account, client, mail("one"));
    const { EMAILID } = (await client.fetch(one, ["EMAILID"])).get(one)!;
    assert(typeof EMAILID === "string" && EMAILID !== "");
    const { MAILBOXID } = await client.folderStatus(account.messages, ["MAILBOXID"]);
    assert(typeof MAILBOXID === "string" && MAILBOXID !== "");
  }, "OBJECTID"],
  ["SAVEDATE", async (account, client) => {
    const [one] = await fill(account, client, mail("one"));
    const { SAVEDATE } = (await client.fetch(one, ["SAVEDATE"])).get(one)!;
    assert(SAVEDATE === null || SAVEDATE instanceof Date);
  }, "SAVEDATE"],
  ["WITHIN", async (account, client) => {
    const [one] = await fill(account, client, mail("one"));
    assertEquals([...await client.search({ younger: 86_400 })], [one]);
    assertEquals([...await client.search({ older: 86_400 })], []);
  }, "WITHIN"],
  ["PREVIEW", async (account, client) => {
    const [one] = await fill(account, client, mail("one"));
    const { PREVIEW } = (await client.fetch(one, ["PREVIEW"])).get(one)!;
    assert(PREVIEW === null || PREVIEW.includes("About one"), `${PREVIEW}`);
  }, "PREVIEW"],
  ["BINARY", async (account, client) => {
    const encoded = mail("encoded", { body: btoa("plain text") }).replace("8bit", "base64");
    const [one] = await fill(account, client, encoded);
    const message = (await client.fetch(one, ["BINARY.PEEK[1]"])).get(one)!;
    assertEquals(text(message["BINARY[1]"]), "plain text");
  }, "BINARY"],
];
