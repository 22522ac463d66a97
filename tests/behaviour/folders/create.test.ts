// createFolder for special uses, and with the folder's id.
import { describe } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { ARCHIVE, CapabilityError, ImapError, InvalidArgumentError } from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import { ImapClient } from "@imapclient/imapclient";
import { outcome, selectFake, test } from "../../support/fake_server.ts";

describe("createFolder", () => {
  test("a special use → the folder has it [ext CREATE-SPECIAL-USE]", async () => {
    const server = new MemoryServer();
    const ann = server.addUser("ann", "secret");
    await using client = await ImapClient.connect({ transport: server.transport });
    await client.login("ann", "secret");
    const text: string = await client.createFolder("Old", { specialUse: ARCHIVE });
    assert(text.includes("CREATE completed"));
    assertEquals(ann.folders.find(({ name }) => name === "Old")?.specialUse, "\\Archive");
    assertEquals(await client.findSpecialFolder(ARCHIVE), "Old");
    for (const specialUse of ["\\All", ["\\Sent", "\\Trash"]]) {
      const error = await outcome(client.createFolder("x", { specialUse }));
      assertInstanceOf(error, ImapError);
      assertEquals(error.code, "USEATTR");
    }
  });

  test("a special use without CREATE-SPECIAL-USE → CapabilityError, nothing sent", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 SPECIAL-USE");
    const create = () => client.createFolder("x", { specialUse: ARCHIVE });
    await assertRejects(create, CapabilityError, "CREATE-SPECIAL-USE");
    assert(await server.isSilent());
    client.shutdown();
  });

  test("a use without its backslash, or no use → InvalidArgumentError", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 CREATE-SPECIAL-USE");
    for (const specialUse of ["Archive", "\\\\Sent", "a b", [5], 5, null]) {
      const create = () => client.createFolder("x", { specialUse: specialUse as never });
      await assertRejects(create, InvalidArgumentError, undefined, String(specialUse));
    }
    assert(await server.isSilent());
    client.shutdown();
  });

  test("mailboxId → the id of the OK, or that of STATUS [ext OBJECTID]", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 OBJECTID");
    const ends: readonly (readonly [ok: string, status: string[], id: string | null])[] = [
      ["OK [MAILBOXID (F1)] made", [], "F1"],
      ["OK made", ["* STATUS x (MAILBOXID (F2))", "OK"], "F2"],
      ["OK made", ["NO what"], null],
      ["OK [MAILBOXID ((] made", ["OK"], null],
    ];
    for (const [ok, status, id] of ends) {
      const creating = client.createFolder("x", { mailboxId: true });
      await server.send(`${await server.expect('CREATE "x"')} ${ok}`);
      if (status.length > 0) {
        const tag = await server.expect('STATUS "x" (MAILBOXID)');
        await server.send(...status.slice(0, -1), `${tag} ${status.at(-1)}`);
      }
      const { text, mailboxId } = await creating;
      assertEquals([text.endsWith("made"), mailboxId], [true, id], ok);
    }
    client.shutdown();
  });

  test("mailboxId without OBJECTID → CapabilityError, nothing sent", async () => {
    const { client, server } = await selectFake();
    const create = () => client.createFolder("x", { mailboxId: true });
    await assertRejects(create, CapabilityError, "OBJECTID");
    assert(await server.isSilent());
    client.shutdown();
  });

  test("the connection ends while the id is asked for → the call fails", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 OBJECTID");
    const creating = outcome(client.createFolder("x", { mailboxId: true }));
    await server.answer('CREATE "x"');
    await server.expect('STATUS "x" (MAILBOXID)');
    server.close();
    assertInstanceOf(await creating, ImapError);
    client.shutdown();
  });
});
