import { describe } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  CapabilityError,
  IllegalStateError,
  ImapError,
  InvalidArgumentError,
  ReadOnlyError,
} from "@imapclient/imapclient";
import { outcome, selectFake, test } from "../../support/fake_server.ts";

const OFFERED = "IMAP4rev1 ANNOTATE-EXPERIMENT-1";
const NOTE = { "/comment": { "value.priv": "note" } };
const SENT = 'ANNOTATION (/comment (value.priv "note"))';

describe("setAnnotations", () => {
  test("set and read again [ext ANNOTATE]", async () => {
    const { client, server } = await selectFake({}, OFFERED);
    const setting = client.setAnnotations([1, 2], NOTE);
    await server.answer(`UID STORE 1:2 ${SENT}`, "* 1 FETCH (FLAGS ())");
    assertEquals(await setting, undefined);
    const reading = client.fetch(1, ["ANNOTATION (/comment value.priv)", "FLAGS"]);
    await server.answer(
      "UID FETCH 1 (ANNOTATION (/comment value.priv) FLAGS)",
      '* 1 FETCH (UID 1 ANNOTATION (/comment (value.priv "note")) FLAGS (a))',
    );
    const message = (await reading).get(1)!;
    const value: Uint8Array | null = message.ANNOTATION["/comment"]["value.priv"];
    assertEquals(new TextDecoder().decode(value!), "note");
    assertEquals(message.FLAGS, ["a"]);
    client.shutdown();
  });

  test("no messages → nothing sent, but values are checked", async () => {
    const { client, server } = await selectFake({}, OFFERED);
    await client.setAnnotations([], NOTE);
    const wrong = () => client.setAnnotations([], { comment: { "value.priv": "x" } });
    await assertRejects(wrong, InvalidArgumentError, "begins with /");
    assert(await server.isSilent());
    client.shutdown();
  });

  test("no ANNOTATE-EXPERIMENT-1, a read-only folder → refused, nothing sent", async () => {
    const { client, server } = await selectFake();
    await assertRejects(() => client.setAnnotations(1, NOTE), CapabilityError, "ANNOTATE");
    assert(await server.isSilent());
    client.shutdown();
    const other = await selectFake({}, OFFERED);
    const examining = other.client.selectFolder("x", { readonly: true });
    await other.server.answer('EXAMINE "x"', "* 1 EXISTS");
    await examining;
    await assertRejects(() => other.client.setAnnotations(1, NOTE), ReadOnlyError);
    assert(await other.server.isSilent());
    other.client.shutdown();
  });

  test("ids found in another folder → IllegalStateError, nothing sent", async () => {
    const { client, server } = await selectFake({}, OFFERED);
    const searching = client.search("ALL");
    await server.answer("UID SEARCH ALL", "* SEARCH 1 2");
    const ids = await searching;
    const selecting = client.selectFolder("x");
    await server.answer('SELECT "x"', "* 5 EXISTS");
    await selecting;
    await assertRejects(() => client.setAnnotations(ids, NOTE), IllegalStateError);
    assert(await server.isSilent());
    client.shutdown();
  });

  test("too big → ImapError with the code; BAD → ImapError; an abort → the reason", async () => {
    const { client, server } = await selectFake({}, OFFERED);
    for (const end of ["NO [ANNOTATE TOOBIG] too big", "BAD what"]) {
      const setting = outcome(client.setAnnotations(1, NOTE));
      await server.send(`${await server.expect(`UID STORE 1 ${SENT}`)} ${end}`);
      const error = await setting;
      assertInstanceOf(error, ImapError);
      if (!end.startsWith("NO")) continue;
      assertEquals([error.code, error.responseCode?.argument], ["ANNOTATE", "TOOBIG"]);
    }
    const abort = new AbortController();
    const given = outcome(client.setAnnotations(1, NOTE, { signal: abort.signal }));
    const tag = await server.expect(`UID STORE 1 ${SENT}`);
    abort.abort(new Error("enough"));
    assertEquals((await given as Error).message, "enough");
    await server.send(`${tag} OK`);
    client.shutdown();
  });
});

describe("append with annotations", () => {
  test("sent with the message [ext ANNOTATE]", async () => {
    const { client, server } = await selectFake({}, `${OFFERED} LITERAL+ MULTIAPPEND`);
    const adding = client.append("x", "hi", { flags: ["a"], annotations: NOTE });
    const tag = await server.expect(`APPEND "x" (a) ${SENT} {2+}`);
    assertEquals(await server.line(), "hi");
    await server.send(`${tag} OK [APPENDUID 1 2] added`);
    assertEquals((await adding).uid, 2);
    const several = client.multiappend("x", ["a", { msg: "b", annotations: NOTE }]);
    const next = await server.expect('APPEND "x" () {1+}');
    assertEquals(await server.line(), `a () ${SENT} {1+}`);
    assertEquals(await server.line(), "b");
    await server.send(`${next} OK added`);
    assertEquals((await several).uids, []);
    client.shutdown();
  });

  test("no ANNOTATE-EXPERIMENT-1, or values that can't be → refused, nothing sent", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 LITERAL+ MULTIAPPEND");
    const one = () => client.append("x", "hi", { annotations: NOTE });
    await assertRejects(one, CapabilityError, "ANNOTATE");
    const several = () => client.multiappend("x", ["a", { msg: "b", annotations: NOTE }]);
    await assertRejects(several, CapabilityError, "ANNOTATE");
    const wrong = () => client.append("x", "hi", { annotations: { "a": { "value.priv": "x" } } });
    await assertRejects(wrong, InvalidArgumentError);
    assert(await server.isSilent());
    client.shutdown();
  });
});
