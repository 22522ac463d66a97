// COMPRESS on real servers, over plain text, TLS, STARTTLS and a process.
import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type ConnectOptions, IllegalStateError, ImapClient } from "@imapclient/imapclient";
import {
  cyrusMissing,
  newerCyrusMissing,
  startCyrus,
  startNewerCyrus,
} from "../support/servers/cyrus.ts";
import {
  type Dovecot,
  dovecotMissing,
  newerDovecotMissing,
  startDovecot,
  startNewerDovecot,
} from "../support/servers/dovecot.ts";
import type { PrivateServer } from "../support/servers/launch.ts";

const BODY = Array.from({ length: 20_000 }, (_, i) => `This is line ${i} of a long letter.\r\n`);
const MESSAGE = `Subject: long\r\n\r\n${BODY.join("")}`;

const WAYS: Readonly<Record<string, (server: PrivateServer) => ConnectOptions>> = {
  "plain text": ({ host, port }) => ({ host, port, ssl: false }),
  "TLS": ({ host, tlsPort, ca }) => ({ host, port: tlsPort, tls: { ca } }),
  "STARTTLS": ({ host, port, ca }) => ({ host, port, starttls: true, tls: { ca } }),
  "a process": (server) => ({ stream: (server as Dovecot).command("ann") }),
};

async function open(options: ConnectOptions): Promise<ImapClient> {
  const client = await ImapClient.connect(options);
  if (client.state === "not authenticated") await client.login("ann", "secret");
  return client;
}

/** What was fetched, and how much came for it. */
async function read(client: ImapClient, ids: readonly number[]): Promise<[unknown, number]> {
  const before = client.traffic.receivedOnWire;
  await client.selectFolder("INBOX", { readonly: true });
  const messages = await client.fetch(ids, ["FLAGS", "ENVELOPE", "BODYSTRUCTURE", "BODY.PEEK[]"]);
  return [structuredClone(messages), client.traffic.receivedOnWire - before];
}

async function addMail(options: ConnectOptions): Promise<number[]> {
  const client = await open(options);
  await client.append("INBOX", MESSAGE);
  for (let i = 0; i < 20; i++) await client.append("INBOX", `Subject: short ${i}\r\n\r\nx\r\n`);
  await client.selectFolder("INBOX");
  const ids = [...await client.search()];
  await client.logout();
  return ids;
}

async function nextExists(events: AsyncGenerator<{ readonly type: string }>): Promise<void> {
  let event = await events.next();
  while (!event.done && event.value.type !== "EXISTS") event = await events.next();
  assert(!event.done);
}

function suite(
  name: string,
  missing: string | false,
  start: () => Promise<PrivateServer>,
  ways: readonly string[],
): void {
  describe(`compress on ${name}`, { skip: missing }, () => {
    let server: PrivateServer;
    let ids: number[];

    before(async () => {
      server = await start();
      ids = await addMail(WAYS["plain text"](server));
    });
    after(() => server?.stop());

    for (const way of ways) {
      it(`over ${way} → the same mail in fewer bytes [ext COMPRESS]`, async () => {
        const options = WAYS[way](server);
        const plain = await open(options);
        const [expected, uncompressed] = await read(plain, ids);
        await plain.logout();

        const client = await open({ ...options, compress: true });
        assert(client.compressed);
        const [found, compressed] = await read(client, ids);
        assertEquals(found, expected);
        assert(compressed < uncompressed / 4, `${compressed} of ${uncompressed}`);
        await assertRejects(() => client.compress(), IllegalStateError);
        await client.logout();
      });

      it(`over ${way}: calls at once, a stream each way → as usual [ext COMPRESS]`, async () => {
        const client = await open(WAYS[way](server));
        // The calls that are made next must wait for the answer.
        const [, , status] = await Promise.all([
          client.noop(),
          client.compress(),
          client.folderStatus("INBOX", ["MESSAGES"]),
          client.selectFolder("INBOX"),
        ]);
        assert(status.MESSAGES >= ids.length);
        let size = 0;
        for await (const message of client.fetchEach(ids, ["BODY.PEEK[]"], { stream: true })) {
          for await (const chunk of message["BODY[]"]) size += chunk.length;
        }
        assert(size > MESSAGE.length, `${size}`);
        const before = client.traffic.sentOnWire;
        await client.append("INBOX", MESSAGE);
        assert(client.traffic.sentOnWire - before < MESSAGE.length / 4);
        await client.logout();
      });

      it(`over ${way}: during IDLE → news as usual [ext COMPRESS]`, async () => {
        const client = await open(WAYS[way](server));
        await client.selectFolder("INBOX");
        const changes = client.watch();
        const first = nextExists(changes);
        await client.compress();
        const other = await open({ ...WAYS["plain text"](server), compress: true });
        await other.append("INBOX", "Subject: news\r\n\r\nx\r\n");
        await first;
        await changes.return(undefined);
        await other.logout();
        await client.logout();
      });
    }
  });
}

suite("Dovecot", dovecotMissing, startDovecot, Object.keys(WAYS));
suite("Cyrus", cyrusMissing, startCyrus, ["plain text", "TLS", "STARTTLS"]);
suite("Dovecot 2.4", newerDovecotMissing, startNewerDovecot, ["plain text", "STARTTLS"]);
suite("Cyrus 3.12", newerCyrusMissing, startNewerCyrus, ["plain text", "STARTTLS"]);
