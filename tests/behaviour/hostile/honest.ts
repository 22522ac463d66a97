import { ImapClient } from "../../../src/client/imap_client.ts";
import { MemoryServer } from "../../../src/testing/server/memory_server.ts";

/** The result of {@linkcode honestSession} if nothing is wrong. */
export const HONEST = "1 message: Hello; bye";

/** A short session with a well-behaved server, to check that clients still work. */
export async function honestSession(): Promise<string> {
  const server = new MemoryServer();
  server.addUser("ann", "secret").append("INBOX", "Subject: Hello\n\nHow are you?\n");
  const client = await ImapClient.connect({ transport: server.transport });
  await client.login("ann", "secret");
  const { EXISTS } = await client.selectFolder("INBOX");
  const messages = await client.fetch(await client.search(), ["ENVELOPE"]);
  const subjects = [...messages.values()].map(({ ENVELOPE }) => ENVELOPE.subject);
  await client.logout();
  await server.close();
  return `${EXISTS} message: ${subjects}; ${client.closed ? "bye" : "still there"}`;
}
