// COMPRESS: the moment of the change, what it waits for, what servers do wrong, and how it ends.
import { describe } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  CapabilityError,
  ConnectionClosedError,
  IllegalStateError,
  ImapClient,
  ImapError,
  ProtocolError,
  scramSha256Plus,
} from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import type { Duplex, Transport } from "@imapclient/imapclient";
import {
  compressedFake,
  CompressedServer,
  COMPRESSING,
  deflated,
  finished,
} from "../../support/compressed_server.ts";
import {
  connectFake,
  fakeNetwork,
  KeptLog,
  loggedInFake,
  outcome,
  selectFake,
  test,
  turns,
} from "../../support/fake_server.ts";

/** A server in memory that compresses, and a transport to it that shows what is sent. */
function memory(...add: string[]): { server: MemoryServer; transport: Transport } {
  const server = new MemoryServer({ capabilities: { add: ["COMPRESS=DEFLATE", ...add] } });
  server.addUser("ann", "secret");
  return { server, transport: server.transport };
}

/** The same transport, by streams alone. */
function byStreams(transport: Transport): Transport {
  return async (signal): Promise<Duplex> => {
    const duplex = await transport(signal);
    const { readable, writable } = duplex;
    return { readable, writable, secure: true, close: () => duplex.close() };
  };
}

/** The error of a call while the server sends these bytes in place of an answer. */
async function failure(bytes: Uint8Array, close = false): Promise<unknown> {
  const { client, server, compressed } = await compressedFake();
  const failing = outcome(client.noop());
  const waiting = outcome(client.selectFolder("INBOX"));
  await compressed.expect("NOOP");
  await server.send(bytes);
  if (close) server.close();
  const error = await failing;
  assertInstanceOf(await waiting, ImapError);
  assert(client.closed);
  return error;
}

describe("compress", () => {
  for (const way of ["directly", "by streams"]) {
    test(`a server in memory, ${way} → as without it [ext COMPRESS]`, async () => {
      const { server, transport } = memory();
      const client = await ImapClient.connect({
        transport: way === "directly" ? transport : byStreams(transport),
      });
      await client.login("ann", "secret");
      assertEquals(client.compressed, false);
      const { received, receivedOnWire, sent, sentOnWire } = client.traffic;
      assertEquals([receivedOnWire, sentOnWire], [received, sent]);
      assert(/completed/.test(await client.compress()));
      assertEquals(client.compressed, true);
      const text = "Subject: x\r\n\r\n" + "All work and no play. ".repeat(50_000);
      await client.append("INBOX", text);
      await client.selectFolder("INBOX");
      const message = (await client.fetch("1:*", ["BODY.PEEK[]"])).get(1)!;
      assertEquals(new TextDecoder().decode(message["BODY[]"]!), text);
      const { traffic } = client;
      assert(traffic.received > text.length && traffic.sent > text.length);
      assert(traffic.receivedOnWire < text.length / 50, `${traffic.receivedOnWire}`);
      assert(traffic.sentOnWire < text.length / 50, `${traffic.sentOnWire}`);
      await client.logout();
      await server.close();
    });
  }

  test("OK with compressed bytes after it, and calls that wait → nothing is lost [ext COMPRESS]", async () => {
    const { client, server } = await selectFake({}, COMPRESSING);
    const heard: string[] = [];
    client.listen((response) => heard.push(response.type));
    const before = client.noop();
    const compressing = client.compress();
    const after = client.noop();
    await server.answer("NOOP", "* 1001 EXISTS");
    const tag = await server.expect("COMPRESS DEFLATE");
    assert(await server.isSilent(), "nothing is sent before the answer");
    await server.send("* 1002 EXISTS", `${tag} OK now`, deflated("* 1003 EXISTS"));
    const compressed = new CompressedServer(server);
    await compressed.answer("NOOP", "* 1004 EXISTS");
    await before;
    assertEquals([await compressing, client.compressed], ["now", true]);
    assertEquals((await after).responses.length, 2);
    assertEquals(heard, ["EXISTS", "EXISTS", "EXISTS", "EXISTS"]);
    client.shutdown();
  });

  test("each byte by itself → as in one piece", async () => {
    const { client, server, compressed } = await compressedFake();
    const searching = client.search();
    const tag = await compressed.expect("UID SEARCH ALL");
    for (const byte of deflated("* SEARCH 7 9", `${tag} OK done`)) {
      await server.send(Uint8Array.of(byte));
    }
    assertEquals([...await searching], [7, 9]);
    client.shutdown();
  });

  test("no capability, no login, twice → an error, and nothing is sent", async () => {
    const { client, server } = await selectFake();
    await assertRejects(() => client.compress(), CapabilityError, "COMPRESS=DEFLATE");
    assert(await server.isSilent());
    client.shutdown();
    const early = await connectFake({}, `* OK [CAPABILITY ${COMPRESSING}] ready`);
    await assertRejects(() => early.client.compress(), IllegalStateError, "needs a login");
    assert(await early.server.isSilent());
    early.client.shutdown();
    const late = await compressedFake();
    await assertRejects(() => late.client.compress(), IllegalStateError, "compressed already");
    assert(await late.server.isSilent());
    late.client.shutdown();
  });

  test("two calls at once → sent once, and the second is refused", async () => {
    const { client, server } = await selectFake({}, COMPRESSING);
    const both = [outcome(client.compress()), outcome(client.compress())];
    await server.answer("COMPRESS DEFLATE");
    const [first, second] = await Promise.all(both);
    assertEquals(first, "done");
    assertInstanceOf(second, IllegalStateError);
    const compressed = new CompressedServer(server);
    const noop = client.noop();
    await compressed.answer("NOOP");
    await noop;
    client.shutdown();
  });

  test("cut at each byte → the result, or ConnectionClosedError", async () => {
    const answer = deflated(
      "* 1 FETCH (UID 1 BODY[] {100}",
      "x".repeat(100) + ")",
      "A3 OK done",
    );
    const whole = answer.length - 2;
    for (let size = 0; size <= answer.length; size++) {
      const { client, server, compressed } = await compressedFake();
      const fetching = outcome(client.fetch([1], ["BODY.PEEK[]"]));
      assert((await compressed.line()).startsWith("A3 UID FETCH"));
      await server.send(answer.subarray(0, size));
      await server.end();
      const result = await fetching;
      if (result instanceof Error) assertInstanceOf(result, ConnectionClosedError);
      assert(size < whole || !(result instanceof Error), `${size} of ${answer.length}`);
      assertInstanceOf(await client.over, ConnectionClosedError);
    }
  });

  for (const answer of ["NO [COMPRESSIONACTIVE] TLS does it", "BAD what?"]) {
    test(`${answer} → ImapError, and the session goes on uncompressed`, async () => {
      const { client, server } = await selectFake({}, COMPRESSING);
      const failing = outcome(client.compress());
      const tag = await server.expect("COMPRESS DEFLATE");
      await server.send(`${tag} ${answer}`);
      const error = await failing;
      assertInstanceOf(error, ImapError);
      assertEquals([error.constructor, client.compressed], [ImapError, false]);
      assertEquals(error.code, answer.startsWith("NO") ? "COMPRESSIONACTIVE" : null);
      const searching = client.search();
      await server.answer("UID SEARCH ALL", "* SEARCH 7");
      assertEquals([...await searching], [7]);
      client.shutdown();
    });
  }

  test("connect({ compress }) → sent after the login, if the server has it; a NO does not matter", async () => {
    const logger = new KeptLog();
    for (const capabilities of ["IMAP4rev1", COMPRESSING]) {
      const { client, server } = await connectFake({ compress: true, logger });
      const login = client.login("ann", "x");
      const tag = await server.expect('LOGIN "ann" "x"');
      await server.send(`${tag} OK [CAPABILITY ${capabilities}] in`);
      if (capabilities === COMPRESSING) {
        const tag = await server.expect("COMPRESS DEFLATE");
        await server.send(`${tag} NO not today`);
      }
      await login;
      assert(!client.compressed && await server.isSilent());
      client.shutdown();
    }
    assert(/Not compressed: .*COMPRESS=DEFLATE[^]*Not compressed: .*not today/.test(logger.text));
    const { server, transport } = memory();
    const client = await ImapClient.connect({ transport, compress: true });
    await client.login("ann", "secret");
    assert(client.compressed);
    await client.logout();
    await server.close();
  });

  test("what is logged → plain text", async () => {
    const logger = new KeptLog();
    const { client, compressed } = await compressedFake({ logger });
    const renaming = client.createFolder("Rechnungen");
    await compressed.answer('CREATE "Rechnungen"', "* OK hello");
    await renaming;
    assert(/> A\d+ CREATE "Rechnungen"\n.*< \* OK hello/.test(logger.text), logger.text);
    client.shutdown();
  });

  test("during IDLE, and with a folder held → after DONE, and IDLE goes on", async () => {
    const { client, server } = await loggedInFake(COMPRESSING);
    const opening = client.openFolder("INBOX");
    await server.answer('SELECT "INBOX"', "* 3 EXISTS");
    const folder = await opening;
    const events = folder.watch();
    const event = events.next();
    const idle = await server.expect("IDLE");
    await server.send("+ idling");
    const compressing = client.compress();
    assertEquals(await server.line(), "DONE");
    await server.send(`${idle} OK done`);
    await server.answer("COMPRESS DEFLATE");
    await compressing;
    const compressed = new CompressedServer(server);
    await compressed.expect("IDLE");
    await compressed.send("+ idling", "* 4 EXISTS");
    assertEquals((await event).value?.type, "EXISTS");
    client.shutdown();
  });

  test("reading is paused for a slow reader → what was read ahead is not taken for compressed", async () => {
    const { client, server } = await selectFake({}, COMPRESSING);
    const each = client.fetchEach("1:3000", ["BODY.PEEK[]"]);
    const first = each.next();
    const fetch = (await server.line()).split(" ")[0];
    const body = "x".repeat(100_000);
    const row = (n: number) => `* ${n} FETCH (UID ${n} BODY[] {${body.length}}\r\n${body})`;
    const sending = (async () => {
      for (let n = 1; n <= 100; n++) await server.send(row(n));
      await server.send(`${fetch} OK done`);
    })();
    assertEquals((await first).value?.UID, 1);
    const compressing = client.compress();
    const searching = client.search();
    await sending;
    await server.answer("COMPRESS DEFLATE");
    await compressing;
    const compressed = new CompressedServer(server);
    await compressed.answer("UID SEARCH ALL", "* SEARCH 5");
    assertEquals([...await searching], [5]);
    let rest = 0;
    for await (const _ of each) rest++;
    assertEquals(rest, 99);
    client.shutdown();
  });
});

describe("compress: given up or cut", () => {
  test("aborted before it is sent → uncompressed, and usable", async () => {
    const { client, server } = await selectFake({}, COMPRESSING);
    const reason = new Error("enough");
    assertEquals(await outcome(client.compress({ signal: AbortSignal.abort(reason) })), reason);
    const controller = new AbortController();
    const searching = client.search();
    const compressing = outcome(client.compress({ signal: controller.signal }));
    const tag = await server.expect("UID SEARCH ALL");
    controller.abort(reason);
    assertEquals(await compressing, reason);
    await server.send("* SEARCH 1", `${tag} OK done`);
    await searching;
    assert(await server.isSilent() && !client.compressed);
    client.shutdown();
  });

  test("aborted after it is sent → the connection is closed with the OK", async () => {
    const { client, server } = await selectFake({}, COMPRESSING);
    const reason = new Error("enough");
    const controller = new AbortController();
    const compressing = outcome(client.compress({ signal: controller.signal }));
    const tag = await server.expect("COMPRESS DEFLATE");
    controller.abort(reason);
    assertEquals(await compressing, reason);
    await server.send(`${tag} OK now`);
    assertInstanceOf(await client.over, ConnectionClosedError);
  });

  test("cut before the answer, or inside a block → ConnectionClosedError", async () => {
    const { client, server } = await selectFake({}, COMPRESSING);
    const compressing = outcome(client.compress());
    await server.expect("COMPRESS DEFLATE");
    server.close();
    assertInstanceOf(await compressing, ConnectionClosedError);
    assertInstanceOf(
      await failure(deflated("* OK hello").subarray(0, 9), true),
      ConnectionClosedError,
    );
    assertInstanceOf(await failure(new Uint8Array(0), true), ConnectionClosedError);
  });
});

describe("compress: servers that do it wrong", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);

  test("plain text after the OK → ProtocolError that says so", async () => {
    for (const text of ["* 3 EXISTS\r\n", "A4 OK done\r\n", "+ idling\r\n"]) {
      const error = await failure(bytes(text));
      assertInstanceOf(error, ProtocolError);
      assert(/would compress.*does not/.test(error.message), error.message);
    }
  });

  test("a compressed OK → ProtocolError that says so", async () => {
    const { client, server } = await selectFake({}, COMPRESSING);
    const compressing = outcome(client.compress());
    const tag = await server.expect("COMPRESS DEFLATE");
    await server.send(deflated(`${tag} OK now`));
    const error = await compressing;
    assertInstanceOf(error, ProtocolError);
    assert(/before its OK/.test(error.message), error.message);
  });

  test("garbage, a zlib header, a preset dictionary → ProtocolError", async () => {
    const wrong = [
      Uint8Array.from({ length: 500 }, () => 0xff),
      Uint8Array.of(0x78, 0x9c, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00),
      // A distance of 1 before there is a byte.
      Uint8Array.of(0x03, 0x02, 0x00, 0x00),
    ];
    for (const bytes of wrong) assertInstanceOf(await failure(bytes), ProtocolError);
  });

  test("bytes after the last block → what came before counts, then ProtocolError", async () => {
    const { client, server, compressed } = await compressedFake();
    const searching = client.search();
    const failing = outcome(client.noop());
    const tag = await compressed.expect("UID SEARCH ALL");
    await server.send(finished("* SEARCH 7", `${tag} OK done`));
    assertEquals([...await searching], [7]);
    await compressed.expect("NOOP");
    await server.send("* OK hello");
    const error = await failing;
    assertInstanceOf(error, ProtocolError);
    assert(/follow the end/.test(error.message), error.message);
  });

  test("empty blocks → nothing, and ProtocolError if there are very many", async () => {
    const { client, server, compressed } = await compressedFake();
    const noop = client.noop();
    await server.send(deflated());
    await server.send(Uint8Array.of(0, 0, 0, 0xff, 0xff, 0, 0, 0, 0xff, 0xff));
    await compressed.answer("NOOP");
    await noop;
    const failing = outcome(client.noop());
    const many = new Uint8Array(100_000);
    for (let at = 0; at < many.length; at += 5) many.set([0, 0, 0, 0xff, 0xff], at);
    await server.send(many, Uint8Array.of(0));
    await server.send(many);
    assertInstanceOf(await failing, ProtocolError);
  });

  test("bombs: a line, a literal, responses without end → ProtocolError, inflated no further", async () => {
    const spaces = bytes(" ".repeat(60_000_000));
    const bombs: readonly [Uint8Array, RegExp][] = [
      [deflated("* OK hello", bytes("* OK "), spaces), /line longer/],
      [deflated(bytes("* 1 FETCH (BODY[] {60000000}\r\n"), spaces), /literal/],
      [deflated(bytes("* 1 EXISTS\r\n".repeat(3_000_000))), /more than/],
    ];
    for (const [bomb, message] of bombs) {
      const limits = { line: 100_000, literal: 1_000_000, items: 10_000 };
      const { client, server, compressed } = await compressedFake({ limits });
      const failing = outcome(client.noop());
      await compressed.expect("NOOP");
      await server.send(bomb);
      const error = await failing;
      assertInstanceOf(error, ProtocolError);
      assert(message.test(error.message), error.message);
      assert(client.traffic.received < 1_000_000, `${client.traffic.received}`);
    }
  });
});

describe("compress and unauthenticate", () => {
  const OK = `OK [CAPABILITY ${COMPRESSING}] bye`;

  const endings: Record<string, (tag: string) => readonly Uint8Array[]> = {
    "a flush": (tag) => [deflated(`${tag} ${OK}`)],
    "a last block": (tag) => [finished(`${tag} ${OK}`)],
    "a flush, byte by byte": (tag) => [...deflated(`${tag} ${OK}`)].map((it) => Uint8Array.of(it)),
    "a last block, byte by byte": (tag) =>
      [...finished(`${tag} ${OK}`)].map((it) => Uint8Array.of(it)),
  };
  for (const [how, chunks] of Object.entries(endings)) {
    for (const follows of ["at once", "later"]) {
      test(`the server ends with ${how}, plain text follows ${follows} → read [ext COMPRESS, UNAUTHENTICATE]`, async () => {
        const { client, server, compressed } = await compressedFake();
        const heard: string[] = [];
        client.listen((response) => heard.push(response.type));
        const ending = client.unauthenticate();
        const tag = await compressed.expect("UNAUTHENTICATE");
        const sent = chunks(tag);
        const news = "* LIST () NIL x";
        for (const chunk of sent.slice(0, -1)) await server.send(chunk);
        if (follows === "at once") await server.send(sent.at(-1)!, news);
        else {
          await server.send(sent.at(-1)!);
          await turns();
          await server.send(news);
        }
        assert((await ending).endsWith("bye"));
        assertEquals([client.compressed, client.state], [false, "not authenticated"]);
        const login = client.login("bob", "x");
        await server.answer('LOGIN "bob" "x"');
        await server.answer("CAPABILITY", `* CAPABILITY ${COMPRESSING}`);
        await login;
        assertEquals(heard, ["LIST"]);
        const compressing = client.compress();
        await server.answer("COMPRESS DEFLATE");
        await compressing;
        const again = new CompressedServer(server);
        const noop = client.noop();
        await again.answer("NOOP");
        await noop;
        client.shutdown();
      });
    }
  }

  test("BAD → still compressed", async () => {
    const { client, compressed } = await compressedFake();
    const failing = outcome(client.unauthenticate());
    const tag = await compressed.expect("UNAUTHENTICATE");
    await compressed.send(`${tag} BAD no`);
    assertInstanceOf(await failing, ImapError);
    const searching = client.search();
    await compressed.answer("UID SEARCH ALL", "* SEARCH 7");
    assertEquals([...await searching], [7]);
    assert(client.compressed);
    client.shutdown();
  });

  test("the end of the flush comes late, in pieces → not taken for plain text", async () => {
    const { client, server, compressed } = await compressedFake();
    const ending = client.unauthenticate();
    const tag = await compressed.expect("UNAUTHENTICATE");
    const flush = deflated(`${tag} ${OK}`);
    await server.send(flush.slice(0, -4));
    assert((await ending).endsWith("bye"));
    const login = client.login("bob", "x");
    const answer = `${await server.expect('LOGIN "bob" "x"')} OK [CAPABILITY IMAP4rev1] in\r\n`;
    await server.send(flush.slice(-4, -1));
    await server.send(flush.slice(-1), new TextEncoder().encode(answer));
    await login;
    client.shutdown();
  });

  test("a login right after the OK → bound to the TLS connection [ext CHANNEL-BINDING]", async () => {
    const { transport, server } = fakeNetwork();
    const bytes = Uint8Array.of(1, 2, 3);
    const connecting = ImapClient.connect({
      transport: async (signal): Promise<Duplex> => ({
        ...await transport(signal),
        channelBinding: (type) => Promise.resolve(type === "tls-exporter" ? bytes : null),
      }),
    });
    const capabilities = `${COMPRESSING} SASL-IR AUTH=SCRAM-SHA-256-PLUS`;
    await server.send(`* PREAUTH [CAPABILITY ${capabilities}] hello`);
    const client = await connecting;
    const compressing = client.compress();
    await server.answer("COMPRESS DEFLATE");
    await compressing;
    const ending = client.unauthenticate();
    const tag = await new CompressedServer(server).expect("UNAUTHENTICATE");
    // The flush does not end yet.
    await server.send(deflated(`${tag} OK [CAPABILITY ${capabilities}] bye`).slice(0, -4));
    await ending;
    const login = outcome(client.saslLogin(scramSha256Plus("ann", "secret")));
    const [, , mechanism, message] = (await server.line()).split(" ");
    assertEquals(mechanism, "SCRAM-SHA-256-PLUS");
    assert(atob(message).startsWith("p=tls-exporter,,n=ann"));
    client.shutdown();
    await login;
  });

  test("garbage in place of the end → ProtocolError", async () => {
    const { client, server, compressed } = await compressedFake();
    const ending = client.unauthenticate();
    const tag = await compressed.expect("UNAUTHENTICATE");
    await server.send(deflated(`${tag} ${OK}`).slice(0, -4));
    await ending;
    await server.send(new Uint8Array(300).fill(0x55));
    assertInstanceOf(await client.over, ProtocolError);
  });

  test("a server in memory → the next user compresses again", async () => {
    const { server, transport } = memory("UNAUTHENTICATE");
    const client = await ImapClient.connect({ transport, compress: true });
    for (let i = 0; i < 3; i++) {
      await client.login("ann", "secret");
      assert(client.compressed);
      await client.selectFolder("INBOX");
      await client.unauthenticate();
      assert(!client.compressed);
      assert(await client.hasCapability("COMPRESS=DEFLATE"));
    }
    await client.logout();
    await server.close();
  });
});
