import { env } from "node:process";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { assert, assertEquals } from "@std/assert";
import { ImapAbortError, ImapClient } from "@imapclient/imapclient";
import { type Dovecot, dovecotMissing, startDovecot } from "../support/servers/dovecot.ts";

/** How long the test lasts, in seconds; the environment can ask for minutes. */
const SECONDS = Number(env.IMAPCLIENT_LONG_LIFE ?? 12);

describe("a Dovecot that is restarted under its clients", { skip: dovecotMissing }, () => {
  let server: Dovecot;
  before(async () => {
    server = await startDovecot();
  });
  after(() => server?.stop());

  async function open(): Promise<ImapClient> {
    const { host, port } = server;
    const client = await ImapClient.connect({ host, port, ssl: false, timeout: 5 });
    await client.login("ann", "secret");
    await client.selectFolder("INBOX");
    return client;
  }

  /** Tries again whenever the connection breaks, until the time is over. */
  async function persist(isOver: () => boolean, work: (client: ImapClient) => Promise<void>) {
    let breaks = 0;
    while (!isOver()) {
      try {
        const client = await open();
        await work(client);
        await client.logout();
      } catch (error) {
        assert(error instanceof ImapAbortError, `${error}`);
        breaks++;
        await sleep(50);
      }
    }
    return breaks;
  }

  it("M7 Z4 a follower of the folder sees every message once", async () => {
    const end = Date.now() + SECONDS * 1000;
    const isOver = () => Date.now() > end;
    const seen: string[] = [];
    let sent = 0;
    let next = 1;
    const stop = new AbortController();

    const look = async (client: ImapClient) => {
      for (const [uid, { ENVELOPE }] of await client.fetch(`${next}:*`, ["ENVELOPE"])) {
        if (uid < next) continue;
        seen.push(ENVELOPE.subject ?? "");
        next = uid + 1;
      }
    };
    const following = persist(() => stop.signal.aborted, async (client) => {
      await look(client);
      const { signal } = stop;
      try {
        for await (const { type } of client.watch({ signal, renewEvery: 1 })) {
          if (type === "EXISTS") await look(client);
        }
      } catch (error) {
        if (!signal.aborted) throw error;
        await look(client);
      }
    });
    const sending = persist(isOver, async (client) => {
      while (!isOver()) {
        // If the answer was lost, the message may or may not be there: look for it.
        const subject = `message ${sent + 1}`;
        if ((await client.search(["SUBJECT", subject])).length === 0) {
          await client.append("INBOX", `Subject: ${subject}\r\n\r\nx\r\n`);
        }
        sent++;
        await sleep(100);
      }
    });

    let restarts = 0;
    while (!isOver()) {
      await sleep(SECONDS * 1000 / 5);
      if (isOver()) break;
      await server.restart();
      restarts++;
    }
    const breaks = await sending;
    // A follower may just be reconnecting.
    for (let waited = 0; new Set(seen).size < sent && waited < 10_000; waited += 100) {
      await sleep(100);
    }
    stop.abort();
    await following;

    assert(restarts >= 3 && breaks >= restarts - 1, `${restarts} restarts, ${breaks} breaks`);
    const numbers = seen.map((subject) => Number(subject.replace("message ", "")));
    const expected = Array.from({ length: sent }, (_, i) => i + 1);
    assertEquals([...new Set(numbers)].sort((a, b) => a - b), expected);
    assertEquals(numbers.length, sent);
    console.log(`restarts: ${SECONDS} s, ${restarts} restarts, ${sent} messages, none lost`);
  });
});
