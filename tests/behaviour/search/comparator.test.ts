import { describe } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { ImapClient, ImapError, InvalidArgumentError } from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import { testExtensionCall } from "../../support/extension_call.ts";
import { isPending, outcome, selectFake, test } from "../../support/fake_server.ts";

const OFFERED = "IMAP4rev1 I18NLEVEL=2";

testExtensionCall({
  ext: "COMPARATOR",
  capability: "I18NLEVEL=2",
  call: (client, signal) => client.comparator(["de;*", "i;octet"], { signal }),
  sent: 'COMPARATOR "de;*" i;octet',
  lines: ['* COMPARATOR "i;octet"'],
  expected: { active: "i;octet", matching: ["i;octet"] },
  malformed: [
    ...[[], ["* COMPARATOR"], ["* COMPARATOR (x)"], ["* COMPARATOR x (y"]],
    [`* COMPARATOR x ${"(".repeat(100_000)}`],
  ],
});

describe("comparator [ext COMPARATOR]", () => {
  test("no names → asks", async () => {
    const { client, server } = await selectFake({}, OFFERED);
    assert(await client.hasCapability("I18NLEVEL=1"), "I18NLEVEL=2 implies it");
    const asking = client.comparator();
    await server.answer("COMPARATOR", "* COMPARATOR i;unicode-casemap");
    assertEquals((await asking).active, "i;unicode-casemap");
    client.shutdown();
  });

  test("NO [BADCOMPARATOR] → ImapError with that code", async () => {
    const { client, server } = await selectFake({}, OFFERED);
    const choosing = outcome(client.comparator("x"));
    await server.send(`${await server.expect("COMPARATOR x")} NO [BADCOMPARATOR] unknown`);
    const error = await choosing;
    assertInstanceOf(error, ImapError);
    assertEquals(error.code, "BADCOMPARATOR");
    client.shutdown();
  });

  test("a search meanwhile → waits, since its result depends on the choice", async () => {
    const { client, server } = await selectFake({}, OFFERED);
    const choosing = client.comparator("i;octet");
    const searching = client.search(["SUBJECT", "x"]);
    const tag = await server.expect("COMPARATOR i;octet");
    assert(await server.isSilent() && await isPending(searching));
    await server.send("* COMPARATOR i;octet", `${tag} OK done`);
    await choosing;
    await server.answer("UID SEARCH SUBJECT x", "* SEARCH 1");
    assertEquals([...await searching], [1]);
    client.shutdown();
  });

  test("no names in a list, or what is none → InvalidArgumentError, nothing is sent", async () => {
    const { client, server } = await selectFake({}, OFFERED);
    for (const names of [[], "", "a b", [5], null, 5, "x\r\nA9 LOGOUT"]) {
      await assertRejects(() => client.comparator(names as string), InvalidArgumentError);
    }
    assert(await server.isSilent());
    client.shutdown();
  });
});

describe("the in-memory server's COMPARATOR [ext COMPARATOR]", () => {
  test("i;octet → case counts in SEARCH, until another one is chosen", async () => {
    const add = ["I18NLEVEL=2"];
    const server = new MemoryServer({ greeting: "PREAUTH", capabilities: { add } });
    const ann = server.addUser("ann", "secret");
    for (const subject of ["Grüße", "GRÜSSE", "grüße"]) {
      ann.append("INBOX", `Subject: ${subject}\n\nText\n`);
    }
    const client = await ImapClient.connect({ transport: server.transport });
    await client.selectFolder("INBOX");
    const found = async () => [
      [...await client.search({ subject: "Grü" })],
      [...await client.search({ text: "TEXT" })],
    ];
    assertEquals(await found(), [[1, 2, 3], [1, 2, 3]]);
    assertEquals(await client.comparator(["de;*", "i;octet"]), {
      active: "i;octet",
      matching: ["i;octet"],
    });
    assertEquals(await found(), [[1], []]);
    assertEquals((await client.comparator()).active, "i;octet");
    const error = await assertRejects(() => client.comparator("de;*"), ImapError);
    assertEquals([error.code, (await client.comparator()).active], ["BADCOMPARATOR", "i;octet"]);
    const { active, matching } = await client.comparator("i;*");
    assertEquals([active, matching.length], ["i;unicode-casemap", 3]);
    assertEquals(await found(), [[1, 2, 3], [1, 2, 3]]);
    await client.logout();
  });
});
