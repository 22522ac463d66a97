import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ARCHIVE,
  ConditionFailedError,
  IllegalStateError,
  type ImapClient,
  ImapError,
  type Progress,
  SAVED,
  SENT,
} from "@imapclient/imapclient";
import type { Account } from "./account.ts";
import { fill, lower, mail, text } from "./messages.ts";
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
  ["AUTHENTICATE", async (account) => {
    if (await account.authenticate() === null) return "an account with a password";
  }],
  ["COMPRESS=DEFLATE", async (account, client) => {
    const [one] = await fill(account, client, mail("compressed"));
    const expected = (await client.fetch(one, ["BODY.PEEK[]"])).get(one)!["BODY[]"];
    // On a connection of its own, since it lasts.
    const other = await account.open();
    if (!other.compressed) await other.compress();
    await other.selectFolder(account.messages);
    const found = (await other.fetch(one, ["BODY.PEEK[]"])).get(one)!["BODY[]"];
    assertEquals(text(found), text(expected));
    await other.logout();
  }, "COMPRESS=DEFLATE"],
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
  ["URLAUTH", async (account, client) => {
    const [one] = await fill(account, client, mail("one"));
    const folder = String(account.messages);
    const user = "nobody";
    // Which names the user and the server have is not known here: they decide what is valid.
    const made = await client.generateUrl({
      user,
      host: "imap.test",
      folder,
      uid: one,
      access: "user+x",
    })
      .catch((error) => error);
    assert(typeof made === "string" || made instanceof ImapError, `${made}`);
    // Of this folder alone: the account may have URLs in use.
    await client.resetUrlKey(folder);
  }, "URLAUTH"],
  ["CATENATE", async (account, client) => {
    const [one] = await fill(account, client, mail("one"));
    const url = { folder: account.messages, uid: one, section: "TEXT" };
    await client.append(account.messages, ["Subject: joined\r\n\r\n", { url }]);
    const [found] = await client.search({ subject: "joined" });
    const message = (await client.fetch(found, ["BODY.PEEK[TEXT]"])).get(found)!;
    assert(text(message["BODY[TEXT]"]).includes("About one"), "the text of the first message");
  }, "CATENATE"],
  ["REPLACE", async (account, client) => {
    const [one, two] = await fill(account, client, mail("one"), mail("two"));
    const { uid, old } = await client.replace(one, account.messages, mail("three"));
    assertEquals(old, "replaced");
    const left = [...await client.search()];
    assert(!left.includes(one) && left.includes(two), left.join(" "));
    if (uid !== null) assert(left.includes(uid), left.join(" "));
  }, "REPLACE"],
  ["LIST-EXTENDED", async (account, client) => {
    const patterns = [await account.make(client, "one"), await account.make(client, "two")];
    await client.subscribeFolder(patterns[0]);
    const rows = await client.listFolders("", patterns, { children: true, subscribed: true });
    assertEquals(rows.map(({ name }) => name).sort(), patterns);
    assertEquals(rows.filter(({ flags }) => lower(flags).includes("\\subscribed")).length, 1);
    const chosen = await client.listFolders("", patterns, { select: "SUBSCRIBED" });
    assertEquals(chosen.map(({ name }) => name), [patterns[0]]);
    await client.unsubscribeFolder(patterns[0]);
  }, "LIST-EXTENDED"],
  ["LIST-STATUS", async (account, client) => {
    await fill(account, client, mail("one"), mail("two"));
    await client.closeFolder();
    const items = ["MESSAGES", "UNSEEN"] as const;
    const [row] = await client.listFolders("", account.messages, { status: items });
    assertEquals([row.status?.MESSAGES, row.status?.UNSEEN], [2, 2]);
  }, "LIST-STATUS"],
  ["LIST-MYRIGHTS", async (account, client) => {
    const folder = await account.make(client, "mine");
    const [row] = await client.listFolders("", folder, { myRights: true });
    assertEquals(row.myRights, await client.myRights(folder));
  }, "LIST-MYRIGHTS"],
  ["LIST-METADATA", async (account, client) => {
    const folder = await account.make(client, "annotated");
    await client.setMetadata(folder, { "/private/comment": "mine" });
    const [row] = await client.listFolders("", folder, { metadata: ["/private/comment"] });
    assertEquals(text(row.metadata?.get("/private/comment") ?? null), "mine");
  }, "LIST-METADATA"],
  ["CREATE-SPECIAL-USE", async (account, client) => {
    const folder = account.name("archive");
    try {
      await client.createFolder(folder, { specialUse: ARCHIVE });
    } catch (error) {
      // The account may have one already; Cyrus wants them at the top.
      const isRefused = error instanceof ImapError && /USEATTR|flag conflict/.test(String(error));
      if (isRefused) return "no further \\Archive there";
      throw error;
    }
    const [row] = await client.listFolders("", folder, { specialUse: true });
    assert(lower(row.flags).includes("\\archive"), row.flags.join(" "));
    await client.deleteFolder(folder);
  }, "CREATE-SPECIAL-USE"],
  ["the user's own rights", async (account, client) => {
    const rights = await client.myRights(await account.make(client, "mine"));
    assert(rights.includes("l") && rights.includes("r"), rights);
  }, "ACL"],
  ["ESEARCH", async (account, client) => {
    const ids = await fill(account, client, mail("one"), mail("two"), mail("three"));
    const found = await client.search("ALL", { return: ["MIN", "MAX", "COUNT", "ALL"] });
    assertEquals([found.min, found.max, found.count], [ids[0], ids[2], 3]);
    assertEquals([...found.all], ids);
    assertEquals(await client.count(["SUBJECT", "nothing like it"]), 0);
  }, "ESEARCH"],
  ["SEARCHRES", async (account, client) => {
    const [one] = await fill(account, client, mail("apples"), mail("pears"));
    await client.search(["SUBJECT", "apples"], { save: true });
    assertEquals([...(await client.fetch(SAVED, ["FLAGS"])).keys()], [one]);
  }, "SEARCHRES"],
  ["PARTIAL", async (account, client) => {
    const ids = await fill(account, client, mail("one"), mail("two"), mail("three"));
    assertEquals([...(await client.search("ALL", { partial: [1, 2] })).ids], ids.slice(0, 2));
    const fetched = await client.fetch("1:*", ["FLAGS"], { partial: [-1, -2] });
    assertEquals([...fetched.keys()].sort(), ids.slice(1));
  }, "PARTIAL"],
  ["SEARCH=FUZZY", async (account, client) => {
    const [one] = await fill(account, client, mail("unmistakable"), mail("else"));
    // What counts as alike, and when a message is in the index, is up to the server.
    const found = await client.search(["FUZZY", "SUBJECT", "unmistakable"], { return: ["ALL"] });
    assert([...found.all].every((id) => id >= one), `${found.all}`);
  }, "SEARCH=FUZZY"],
  ["annotations of messages", async (account, client) => {
    const [one] = await fill(account, client, mail("one"));
    await client.setAnnotations(one, { "/comment": { "value.priv": "mine" } });
    const { ANNOTATION } = (await client.fetch(one, ["ANNOTATION (/% value)"])).get(one)!;
    assertEquals(text(ANNOTATION["/comment"]["value.priv"]), "mine");
  }, "ANNOTATE-EXPERIMENT-1"],
  ["ESORT", async (account, client) => {
    const [b, a] = await fill(account, client, mail("bbb"), mail("aaa"));
    const found = await client.sort("SUBJECT", "ALL", { return: ["MIN", "COUNT", "ALL"] });
    assertEquals([found.min, found.count, [...found.all]], [a, 2, [a, b]]);
  }, "ESORT"],
  ["CONTEXT=SEARCH", async (account, client) => {
    const [one, two] = await fill(account, client, mail("one"), mail("two"));
    await client.addFlags(two, "\\Flagged", { silent: true });
    const other = await account.open();
    await other.selectFolder(account.messages);
    const flagged = new Set<number>();
    const signal = AbortSignal.timeout(60_000);
    for await (const { type, ids } of client.watchSearch("FLAGGED", { signal })) {
      for (const id of ids) type === "added" ? flagged.add(id) : flagged.delete(id);
      if (flagged.has(one)) break;
      if (flagged.has(two)) await other.addFlags(one, "\\Flagged", { silent: true });
    }
    assertEquals([...flagged].sort(), [one, two]);
    await other.logout();
  }, "CONTEXT=SEARCH"],
  ["NOTIFY", async (account, client) => {
    const folder = await account.make(client, "watched");
    const other = await account.open();
    const signal = AbortSignal.timeout(60_000);
    const events = ["status", "new"] as const;
    for await (const news of client.watchFolders({ folders: [folder], events, signal })) {
      if (news.type === "status") await other.append(folder, mail("one"));
      else if (news.type === "new") break;
    }
    await other.logout();
  }, "NOTIFY"],
  ["MULTISEARCH", async (account, client) => {
    const [one] = await fill(account, client, mail("one"));
    const folders = [account.messages, await account.make(client, "empty")];
    const rows = await client.searchFolders({ folders }, ["SUBJECT", "one"]);
    assertEquals(rows.map(({ folder, uids }) => [folder, ...uids]), [[account.messages, one]]);
  }, "MULTISEARCH"],
  ["UNAUTHENTICATE", async (account) => {
    const other = await account.open();
    try {
      await other.unauthenticate();
    } catch (error) {
      // Cyrus lets administrators only.
      if (error instanceof ImapError && !other.closed) return "no UNAUTHENTICATE for this user";
      throw error;
    }
    assertEquals(other.state, "not authenticated");
    await other.logout();
  }, "UNAUTHENTICATE"],
  ["JMAPACCESS", async (_account, client) => {
    assertEquals((await client.jmapAccess()).protocol, "https:");
  }, "JMAPACCESS"],
  ["UIDBATCHES", async (account, client) => {
    const ids = await fill(account, client, mail("one"), mail("two"));
    const [batch] = await client.uidBatches(500);
    assert(ids.every((id) => batch.has(id)), `${batch}`);
  }, "UIDBATCHES"],
  ["LANGUAGE", async (_account, client) => {
    assert((await client.language()).length > 0);
    assertEquals(typeof await client.language("default"), "string");
  }, "LANGUAGE"],
  ["COMPARATOR", async (_account, client) => {
    assert((await client.comparator()).active.length > 0);
  }, "I18NLEVEL=2"],
  ["changes since a mod-sequence", async (account, client) => {
    const [one, two] = await fill(account, client, mail("one"), mail("two"));
    const [{ MODSEQ }] = (await client.fetch(one, ["MODSEQ"])).values();
    await client.addFlags(one, "\\Flagged", { unchangedSince: MODSEQ! });
    const error = await client.addFlags([one, two], "\\Seen", { unchangedSince: MODSEQ! })
      .catch((it: unknown) => it);
    assert(error instanceof ConditionFailedError, `${error}`);
    assert(error.modified.has(one), `${error.modified}`);
    const changed = await client.fetch([one, two], ["FLAGS"], { changedSince: MODSEQ! });
    assert(changed.has(one) && lower(changed.get(one)!.FLAGS).includes("\\flagged"));
  }, "CONDSTORE"],
  ["UIDONLY", async (account, client) => {
    const [one, two, three] = await fill(account, client, mail("one"), mail("two"), mail("three"));
    // On a connection of its own, since it stays on.
    const other = await account.open();
    if (!(await other.enable("UIDONLY")).includes("UIDONLY")) return "a UIDONLY that stays off";
    await other.selectFolder(account.messages);
    const found = await other.fetch([one, two], ["FLAGS"]);
    assertEquals([...found.values()].map(({ SEQ }) => SEQ), [undefined, undefined]);
    await other.deleteMessages(one, { silent: true });
    const { responses } = await other.expunge();
    const gone = responses.flatMap((it) => it.type === "VANISHED" ? [...it.uids] : []);
    assertEquals(gone, [one]);
    assertEquals([...await other.search(["UID", "1:*"])], [two, three]);
    other.useUid = false;
    await assertRejects(() => other.fetch("1:*", ["FLAGS"]), IllegalStateError);
    await other.logout();
  }, "UIDONLY"],
  ["MESSAGELIMIT", async (account, client) => {
    const ids = await fillBeyond(account, client, "MESSAGELIMIT");
    if (ids === null) return "a MESSAGELIMIT that takes too many messages to try";
    assertEquals((await client.fetch("1:*", ["FLAGS"])).size, ids.length);
    assertEquals((await client.search(["SUBJECT", "many"])).length, ids.length);
    assertEquals((await client.addFlags("1:*", "\\Seen"))?.size, ids.length);
  }, "MESSAGELIMIT"],
  ["SAVELIMIT", async (account, client) => {
    const ids = await fillBeyond(account, client, "SAVELIMIT");
    if (ids === null) return "a SAVELIMIT that takes too many messages to try";
    const folder = await account.make(client, "copies");
    await client.copy("1:*", folder);
    assertEquals((await client.folderStatus(folder, ["MESSAGES"])).MESSAGES, ids.length);
  }, "SAVELIMIT"],
  ["INPROGRESS", async (account, client) => {
    await fill(account, client, mail("one"));
    // Few servers say anything during so short a search.
    const told: Progress[] = [];
    await client.search({ text: "one" }, { onProgress: (progress) => void told.push(progress) });
    assert(told.every(({ done, total }) => done === null || total === null || done <= total));
  }, "INPROGRESS"],
  ["QRESYNC", async (account, client) => {
    const [one, two] = await fill(account, client, mail("one"), mail("two"), mail("three"));
    const { UIDVALIDITY } = await client.folderStatus(account.messages, ["UIDVALIDITY"]);
    await client.closeFolder();
    const { HIGHESTMODSEQ } = await client.folderStatus(account.messages, ["HIGHESTMODSEQ"]);
    await changeByAnother(account, one, two);
    // On a connection of its own, since it stays on.
    const other = await account.open();
    const { vanished, changed } = await other.selectFolder(account.messages, {
      resync: { uidValidity: UIDVALIDITY, modseq: HIGHESTMODSEQ },
    });
    assertEquals([...vanished!], [one]);
    assertEquals([...changed!.keys()], [two]);
    await other.logout();
  }, "QRESYNC"],
];

/** A folder of more messages than one command takes; `null` if these are very many. */
async function fillBeyond(
  account: Account,
  client: ImapClient,
  name: string,
): Promise<number[] | null> {
  const offered = account.capabilities.find((it) => it.startsWith(`${name}=`));
  const limit = Number(offered?.slice(name.length + 1));
  if (!(limit <= 100)) return null;
  return await fill(account, client, ...new Array(limit + 1).fill(mail("many")));
}

/** Another session removes one message, and flags another. */
async function changeByAnother(account: Account, removed: number, flagged: number): Promise<void> {
  const other: ImapClient = await account.open();
  await other.selectFolder(account.messages);
  await other.deleteMessages(removed, { silent: true });
  await other.expunge();
  await other.addFlags(flagged, "\\Flagged", { silent: true });
  await other.logout();
}
