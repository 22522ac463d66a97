import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import type { UntaggedResponse } from "@imapclient/imapclient";
import { SERVERS } from "../support/servers/servers.ts";

/** The UIDs that the server has reported as gone. */
function gone(responses: readonly UntaggedResponse[]): string[] {
  return responses.flatMap((it) => it.type === "VANISHED" ? [`${it.earlier} ${it.uids}`] : []);
}

for (const { name, missing, start } of SERVERS) {
  describe(`QRESYNC on ${name}`, { skip: missing }, () => {
    it("messages expunged here and elsewhere → VANISHED with their UIDs [fault A6]", async () => {
      const running = await start();
      try {
        const client = await running.open();
        assertEquals(await client.enable("QRESYNC"), ["QRESYNC"]);
        const uids: number[] = [];
        for (const subject of ["one", "two", "three", "four"]) {
          uids.push((await client.append("INBOX", `Subject: ${subject}\r\n\r\nhi\r\n`)).uid!);
        }
        await client.selectFolder("INBOX");
        await client.deleteMessages(uids.slice(0, 2));
        const { responses } = await client.uidExpunge(uids.slice(0, 2));
        assertEquals(gone(responses), [`false ${uids[0]}:${uids[1]}`]);

        const other = await running.open();
        await other.selectFolder("INBOX");
        await other.deleteMessages(uids[2]);
        await other.expunge();
        assertEquals(gone((await client.noop()).responses), [`false ${uids[2]}`]);
        assertEquals((await client.fetch("1:*", "FLAGS")).size, 1);
      } finally {
        await running.stop();
      }
    });
  });
}
