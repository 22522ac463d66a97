import { describe } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { ImapClient, ImapError, InvalidArgumentError } from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import { testExtensionCall } from "../../support/extension_call.ts";
import { connectFake, outcome, selectFake, test } from "../../support/fake_server.ts";

const OFFERED = "IMAP4rev1 LANGUAGE";
const shared = { ext: "LANGUAGE", capability: "LANGUAGE", beforeLogin: true };

testExtensionCall({
  ...shared,
  call: (client, signal) => client.language(undefined, { signal }),
  sent: "LANGUAGE",
  lines: ["* LANGUAGE (EN DE IT i-default)"],
  expected: ["EN", "DE", "IT", "i-default"],
  malformed: [[], ["* LANGUAGE"], ["* LANGUAGE ((EN))"], [`* LANGUAGE ${"(".repeat(100_000)}`]],
});

testExtensionCall({
  ...shared,
  call: (client, signal) => client.language(["fr-CA", "en-CA"], { signal }),
  sent: "LANGUAGE fr-CA en-CA",
  lines: ["* LANGUAGE (EN)"],
  expected: "EN",
  malformed: [[], ["* LANGUAGE ()"], ["* LANGUAGE (EN FR)"], ["* LANGUAGE (EN"]],
});

describe("language [ext LANGUAGE]", () => {
  test("before the login → the refusal of the login is in that language", async () => {
    const { client, server } = await connectFake({}, `* OK [CAPABILITY ${OFFERED}] ready`);
    const choosing = client.language("de");
    await server.answer("LANGUAGE de", "* LANGUAGE (DE)");
    assertEquals(await choosing, "DE");
    const login = outcome(client.login("ann", "x"));
    const tag = await server.expect('LOGIN "ann" "x"');
    await server.send(`${tag} NO [EXPIRED] Das Paßwort ist gültig, aber zu alt`);
    const error = await login;
    assertInstanceOf(error, ImapError);
    assertEquals([error.code, error.text], ["EXPIRED", "Das Paßwort ist gültig, aber zu alt"]);
    client.shutdown();
  });

  test("NAMESPACE in the answer → it reaches the listeners", async () => {
    const { client, server } = await selectFake({}, OFFERED);
    const heard: string[] = [];
    client.listen((response) => heard.push(response.type));
    const choosing = client.language("de");
    const namespace = '* NAMESPACE (("" "/")) (("Other/" "/" "TRANSLATION" ("Andere/"))) NIL';
    await server.answer("LANGUAGE de", "* LANGUAGE (DE)", namespace);
    assertEquals([await choosing, heard], ["DE", ["NAMESPACE"]]);
    client.shutdown();
  });

  test("no tags, or what is none → InvalidArgumentError, nothing is sent", async () => {
    const { client, server } = await selectFake({}, OFFERED);
    for (const tags of [[], "", "de_CH", [5], null, 5, "de\r\nA9 LOGOUT"]) {
      await assertRejects(() => client.language(tags as string), InvalidArgumentError);
    }
    assert(await server.isSilent());
    client.shutdown();
  });
});

describe("the in-memory server's LANGUAGE [ext LANGUAGE]", () => {
  test("English and German → its texts change, and again after unauthenticate", async () => {
    const add = ["LANGUAGE", "UNAUTHENTICATE"];
    const server = new MemoryServer({ greeting: "PREAUTH", capabilities: { add } });
    server.addUser("ann", "secret");
    const client = await ImapClient.connect({ transport: server.transport });
    assertEquals(await client.language(), ["i-default", "en", "de"]);
    assertEquals((await client.noop()).text, "NOOP completed");
    assertEquals(await client.language(["fr", "DE-ch"]), "de");
    assertEquals((await client.noop()).text, "NOOP ausgeführt");
    const error = await assertRejects(() => client.language("fr"), ImapError);
    assertEquals(error.code, null);
    assertEquals((await client.noop()).text, "NOOP ausgeführt", "as before");
    await client.unauthenticate();
    assertEquals((await client.noop()).text, "NOOP completed");
    assertEquals(await client.language("default"), "i-default");
    await client.logout();
  });
});
