import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { ImapClient } from "../../../src/client/imap_client.ts";
import type { MemoryServer } from "../../../src/testing/mod.ts";
import { type Stock, stockedServer, takeStock, textOf } from "./stock.ts";

/**
 * Moves all messages in steps, while something happens when the server receives one of the
 * commands.
 */
async function moveAll(
  command: string,
  happen: (server: MemoryServer) => Promise<void>,
): Promise<Stock> {
  let happening: Promise<void> | null = null;
  const server = stockedServer({
    omit: ["MOVE"],
    onLine: (line) => {
      if (line.includes(` UID ${command} `)) happening ??= happen(server);
    },
  });
  const client = await ImapClient.connect({ transport: server.transport });
  await client.login("ann", "secret");
  await client.selectFolder("INBOX");
  await client.move("1:*", "Archive");
  await happening;
  await client.logout();
  return await takeStock(server);
}

async function withOther(
  { transport }: MemoryServer,
  work: (other: ImapClient) => Promise<unknown>,
): Promise<void> {
  const other = await ImapClient.connect({ transport });
  await other.login("ann", "secret");
  await work(other);
  await other.logout();
}

const texts = (folder: Stock["INBOX"]) => folder.map(({ text }) => text).sort();

describe("a move in steps, while others are at work in the folder", () => {
  for (const command of ["SEARCH", "COPY", "STORE", "EXPUNGE"]) {
    it(`a message that comes with ${command}, flagged \\Deleted, stays`, async () => {
      const { INBOX, Archive } = await moveAll(command, (server) =>
        withOther(server, (other) => {
          return other.append("INBOX", textOf("late"), { flags: ["\\Deleted"] });
        }));
      assertEquals(texts(INBOX), [textOf("late")]);
      assertEquals(texts(Archive), [1, 2, 3, 4, 5, "old"].map(textOf));
    });
  }

  it("a message that somebody expunges meanwhile does not hold up the others", async () => {
    const { INBOX, Archive } = await moveAll(
      "SEARCH",
      (server) =>
        withOther(server, async (other) => {
          await other.selectFolder("INBOX");
          await other.uidExpunge(2);
        }),
    );
    assertEquals(texts(INBOX), []);
    const others = texts(Archive).filter((text) => text !== textOf(2));
    assertEquals(others, [1, 3, 4, 5, "old"].map(textOf));
  });
});
