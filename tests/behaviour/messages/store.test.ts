import { assertEquals } from "@std/assert";
import type { Command } from "../../../src/connection/command.ts";
import { ImapError } from "../../../src/model/errors.ts";
import type { ResponseCode } from "../../../src/model/responses.ts";
import { outcome, selectFake, test } from "../../support/fake_server.ts";

test("STORE by an own command: [MODIFIED 7,9] → in the response code [fault C26]", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 CONDSTORE");
  const storeUnchanged = (): Command<ResponseCode | null> => ({
    name: "UID STORE",
    state: "selected",
    write: (out) => out.sp().raw("5:9 (UNCHANGEDSINCE 12) +FLAGS.SILENT (\\Seen)"),
    result: ({ code }) => code,
  });
  for (const [status, wire] of [["OK", "7,9"], ["OK", "7:9"], ["NO", "9"]] as const) {
    const storing = outcome(client.run(storeUnchanged()));
    const tag = await server.expect("UID STORE 5:9 (UNCHANGEDSINCE 12) +FLAGS.SILENT (\\Seen)");
    await server.send(`${tag} ${status} [MODIFIED ${wire}] conditional STORE failed`);
    const done = await storing;
    const code = done instanceof ImapError ? done.responseCode : done as ResponseCode;
    assertEquals([code?.name, `${code?.ids}`], ["MODIFIED", wire]);
  }
  client.shutdown();
});
