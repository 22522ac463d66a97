// The tests that every extension of one command has: what happens if the server lacks it, refuses
// it, answers nonsense, is interrupted or hangs up.
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  CapabilityError,
  IllegalStateError,
  ImapAbortError,
  type ImapClient,
  ImapError,
  ProtocolError,
} from "../../mod.ts";
import { connectFake, type FakeServer, outcome, selectFake, test } from "./fake_server.ts";

/** A call of an extension, and its server's answer. */
export interface ExtensionCall {
  /** The name in `[ext NAME]`. */
  readonly ext: string;
  /** The capability that it needs. */
  readonly capability: string;
  readonly call: (client: ImapClient, signal?: AbortSignal) => Promise<unknown>;
  /** The command that is sent, without its tag. */
  readonly sent: string;
  /** A good answer, without its last line; empty if only the last line counts. */
  readonly lines: readonly string[];
  /** The result of that answer. */
  readonly expected: unknown;
  /** Answers that can't be read. */
  readonly malformed: readonly (readonly string[])[];
  /** Whether it is allowed before a login. */
  readonly beforeLogin?: boolean;
  /** Whether another way is taken if the server lacks the extension or refuses it. */
  readonly hasFallback?: boolean;
}

/** Adds the tests. */
export function testExtensionCall(it: ExtensionCall): void {
  const { call, sent, lines, capability } = it;
  const offered = `IMAP4rev1 ${capability}`;
  const name = (what: string) => `${sent}: ${what} [ext ${it.ext}]`;
  const expect = (result: unknown) => assertEquals(result, it.expected);

  /** The client goes on: the next call is sent and answered. */
  const goesOn = async (client: ImapClient, server: FakeServer) => {
    const again = call(client);
    await server.answer(sent, ...lines);
    expect(await again);
    client.shutdown();
  };

  if (!it.hasFallback) {
    test(name("the server lacks it → CapabilityError, nothing is sent"), async () => {
      const { client, server } = await selectFake();
      await assertRejects(() => call(client), CapabilityError, capability);
      assert(await server.isSilent());
      client.shutdown();
    });

    for (const status of ["NO", "BAD"]) {
      test(
        name(`${status}, though it is offered → ImapError, and the client goes on`),
        async () => {
          const { client, server } = await selectFake({}, offered);
          const failing = outcome(call(client));
          const tag = await server.expect(sent);
          await server.send(...lines, `${tag} ${status} [CANNOT] not today`);
          const error = await failing;
          assertInstanceOf(error, ImapError);
          assertEquals([error.constructor, error.code], [ImapError, "CANNOT"]);
          await goesOn(client, server);
        },
      );
    }
  }

  if (!it.beforeLogin) {
    test(name("nobody is logged in → IllegalStateError, nothing is sent"), async () => {
      const { client, server } = await connectFake({}, `* OK [CAPABILITY ${offered}] ready`);
      await assertRejects(() => call(client), IllegalStateError);
      assert(await server.isSilent());
      client.shutdown();
    });
  }

  for (const wrong of it.malformed) {
    test(
      name(`${JSON.stringify(wrong).slice(0, 80)} → ProtocolError, and the client goes on`),
      async () => {
        const { client, server } = await selectFake({}, offered);
        const failing = outcome(call(client));
        await server.answer(sent, ...wrong);
        assertInstanceOf(await failing, ProtocolError);
        await goesOn(client, server);
      },
    );
  }

  test(name("other responses in between → left to others"), async () => {
    const { client, server } = await selectFake({}, offered);
    const heard: string[] = [];
    client.listen((response) => heard.push(response.type));
    const result = call(client);
    const others = ["* 1001 EXISTS", "* X-OTHER (1 2)", "* 5 FETCH (FLAGS (\\Seen))"];
    await server.answer(sent, others[0], ...lines, ...others.slice(1));
    expect(await result);
    assertEquals(heard, ["EXISTS", "UNKNOWN", "FETCH"]);
    client.shutdown();
  });

  test(name("aborted before it is sent → nothing is sent"), async () => {
    const { client, server } = await selectFake({}, offered);
    const reason = new Error("enough");
    assertEquals(await outcome(call(client, AbortSignal.abort(reason))), reason);
    // It waits for another call.
    const selecting = client.selectFolder("Other");
    const controller = new AbortController();
    const waiting = outcome(call(client, controller.signal));
    controller.abort(reason);
    assertEquals(await waiting, reason);
    await server.answer('SELECT "Other"', "* 7 EXISTS");
    await selecting;
    assert(await server.isSilent());
    await goesOn(client, server);
  });

  test(name("aborted after it is sent → its answer is dropped"), async () => {
    const { client, server } = await selectFake({}, offered);
    const controller = new AbortController();
    const reason = new Error("enough");
    const waiting = outcome(call(client, controller.signal));
    const tag = await server.expect(sent);
    controller.abort(reason);
    assertEquals(await waiting, reason);
    await server.send(...lines, `${tag} OK done`);
    await goesOn(client, server);
  });

  for (
    const [when, count] of [["before the answer", 0], ["in the answer", lines.length]] as const
  ) {
    test(name(`the connection is cut ${when} → ImapAbortError`), async () => {
      const { client, server } = await selectFake({}, offered);
      const failing = outcome(call(client));
      await server.expect(sent);
      if (count > 0) await server.send(...lines.slice(0, count));
      server.close();
      assertInstanceOf(await failing, ImapAbortError);
    });
  }
}
