// Invalid options of calls are refused before anything is sent.
import { assert, assertRejects, assertThrows } from "@std/assert";
import { type ImapClient, InvalidArgumentError } from "../../../mod.ts";
import { connectFake, test } from "../../support/fake_server.ts";

test("an option that no call knows → InvalidArgumentError, nothing sent", async () => {
  const { client, server } = await connectFake({}, "* PREAUTH [CAPABILITY IMAP4rev1] hello");
  const misspelt = { readOnly: true } as object;
  const calls: ((client: ImapClient) => Promise<unknown>)[] = [
    (client) => client.selectFolder("INBOX", misspelt),
    (client) => client.openFolder("INBOX", misspelt),
    (client) => client.withFolder("INBOX", misspelt, () => 1),
    (client) => client.addFlags(1, "\\Seen", misspelt),
    (client) => client.append("INBOX", "a", misspelt),
    (client) => client.noop(misspelt),
    (client) => client.run({ name: "NOOP", result: () => 1 }, misspelt),
    (client) => client.fetchEach(1, "FLAGS", misspelt).next(),
  ];
  for (const call of calls) {
    await assertRejects(async () => await call(client), InvalidArgumentError, '"readOnly"');
  }
  for (const call of calls.slice(0, 3)) {
    await assertRejects(() => call(client), InvalidArgumentError, "did you mean 'readonly'");
  }
  assertThrows(() => client.watch({ renewevery: 1 } as object), InvalidArgumentError, "renewEvery");
  assert(await server.isSilent());
  client.shutdown();
});

test("options that are no object → InvalidArgumentError, nothing sent", async () => {
  const { client, server } = await connectFake({}, "* PREAUTH [CAPABILITY IMAP4rev1] hello");
  for (const options of [null, 1, "readonly", true, ["signal"]] as unknown as object[]) {
    await assertRejects(() => client.selectFolder("INBOX", options), InvalidArgumentError);
    await assertRejects(() => client.noop(options), InvalidArgumentError);
  }
  assert(await server.isSilent());
  client.shutdown();
});

test("values of the wrong kind → InvalidArgumentError, nothing sent", async () => {
  const { client, server } = await connectFake({}, "* PREAUTH [CAPABILITY IMAP4rev1] hello");
  const calls: Readonly<Record<string, (options: object) => unknown>> = {
    condstore: (options) => client.selectFolder("INBOX", options),
    fallback: (options) => client.sort("DATE", "ALL", options),
    mailboxId: (options) => client.createFolder("Work", options),
    myRights: (options) => client.listFolders("", "*", options),
    readonly: (options) => client.openFolder("INBOX", options),
    save: (options) => client.search("ALL", options),
    silent: (options) => client.addFlags(1, "\\Seen", options),
    stream: (options) => client.fetchEach(1, "FLAGS", options),
    subscribed: (options) => client.folderTree(options),
    vanished: (options) => client.fetch(1, "FLAGS", options),
  };
  for (const [name, call] of Object.entries(calls)) {
    for (const value of [null, 0, 1, NaN, "", "false", [], {}]) {
      const calling = async () => await call({ [name]: value });
      await assertRejects(calling, InvalidArgumentError, `'${name}' must be true or false`);
    }
  }
  for (const signal of [null, 0, "", {}, new AbortController()]) {
    const options = { signal } as object;
    await assertRejects(() => client.noop(options), InvalidArgumentError, "an AbortSignal");
  }
  await assertRejects(() => client.noop({ onProgress: 1 } as object), InvalidArgumentError);
  assert(await server.isSilent());
  const noop = client.noop({ signal: undefined, onProgress: undefined });
  await server.answer("NOOP");
  await noop;
  client.shutdown();
});

test("a condition that the call does not know → InvalidArgumentError, nothing sent", async () => {
  const { client, server } = await connectFake({}, "* PREAUTH [CAPABILITY IMAP4rev1] hello");
  for (const options of [{ unchangedSince: 5 }, { changedSince: 5 }, { partial: [1, 2] }]) {
    const calls = [
      () => client.move("1:9", "Archive", options as object),
      () => client.copy("1:9", "Archive", options as object),
      () => client.expunge(null, options as object),
      () => client.expunge("1:9", options as object),
      () => client.uidExpunge("1:9", options as object),
    ];
    for (const call of calls) await assertRejects(call, InvalidArgumentError, "there is no option");
  }
  for (const options of [{ changedSince: 5 }, { partial: [1, 2] }, { vanished: true }]) {
    const calls = [
      () => client.addFlags("1:9", "\\Seen", options as object),
      () => client.deleteMessages("1:9", options as object),
      () => client.setGmailLabels("1:9", "a", options as object),
    ];
    for (const call of calls) await assertRejects(call, InvalidArgumentError, "there is no option");
  }
  assert(await server.isSilent());
  client.shutdown();
});
