import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { ImapError } from "../../../src/model/errors.ts";
import { selectFake, test } from "../../support/fake_server.ts";

test("G8 Z7 the folder is left with UNSELECT's OK, and only then", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 UNSELECT");
  const refused = client.unselectFolder().catch((error) => error);
  await server.send(`${await server.expect("UNSELECT")} NO not now`);
  assertInstanceOf(await refused, ImapError);
  assertEquals(client.state, "selected");
  const left = client.unselectFolder();
  await server.answer("UNSELECT");
  assertEquals([await left, client.state], ["done", "authenticated"]);
  const closed = client.closeFolder().catch((error) => error);
  assertEquals((await closed).name, "IllegalStateError");
  assert(await server.isSilent());
  client.shutdown();
});
