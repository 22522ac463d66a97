import { assertEquals, assertRejects } from "@std/assert";
import { type ImapClient, InvalidArgumentError, SEEN, SENT } from "../../../mod.ts";
import { connectFake, selectFake, test } from "../../support/fake_server.ts";
import { MISTAKEN } from "../../support/flags.ts";

test("addFlags and the like: \\Seen without its backslash → nothing sent [fault A11]", async () => {
  const { client, server } = await selectFake();
  for (const call of ["addFlags", "removeFlags", "setFlags"] as const) {
    for (const flag of MISTAKEN) {
      for (const ids of [5, []]) {
        await assertRejects(() => client[call](ids, ["$x", flag]), InvalidArgumentError);
      }
    }
  }
  const changed = client.addFlags(5, SEEN);
  await server.answer("UID STORE 5 +FLAGS (\\Seen)");
  await changed;
  client.shutdown();
});

test("findSpecialFolder: a use without its backslash → refused with a hint [fault A11]", async () => {
  const { client, server } = await connectFake({}, "* PREAUTH [CAPABILITY IMAP4rev1] hello");
  const find = (use: string, it: ImapClient = client) => it.findSpecialFolder(use);
  for (const use of ["Sent", "sent", "Trash", "All", "Important", "\\\\Sent", "\\\\\\Junk"]) {
    await assertRejects(() => find(use), InvalidArgumentError, "begins with one backslash");
  }
  const found = find(SENT);
  await server.answer('LIST "" "*"', '* LIST (\\Sent) "/" Gesendet');
  assertEquals(await found, "Gesendet");
  client.shutdown();
});
