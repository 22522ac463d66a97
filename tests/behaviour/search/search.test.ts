// SEARCH: refused criteria and charsets.
import { assert, assertEquals, assertFalse, assertInstanceOf } from "@std/assert";
import { ImapError, InvalidCriteriaError } from "../../../mod.ts";
import { outcome, selectFake, test } from "../../support/fake_server.ts";

test("H9 BAD to SEARCH shows the criteria and where they are explained", async () => {
  const { client, server } = await selectFake();
  const cases = [
    { criteria: "FOO bar", shown: '"FOO bar"' },
    { criteria: ["FROM", "ann", ["SMALLER", 5]], shown: '["FROM", "ann", ["SMALLER", 5]]' },
  ];
  for (const { criteria, shown } of cases) {
    const search = outcome(client.search(criteria as string));
    const tag = (await server.line()).split(" ")[0];
    await server.send(`${tag} BAD can't parse that`);
    const error = await search;
    assertInstanceOf(error, InvalidCriteriaError);
    assert(error.message.startsWith("UID SEARCH failed: can't parse that"));
    assert(error.message.includes(shown), error.message);
    assert(/https:\/\/\S+/.test(error.message));
    assertEquals(error.text, "can't parse that");
  }
  client.shutdown();
});

test("H9 NO to SEARCH is not an error in the criteria", async () => {
  const { client, server } = await selectFake();
  const search = outcome(client.search("ALL"));
  const tag = await server.expect("UID SEARCH ALL");
  await server.send(`${tag} NO [SERVERBUG] out of order`);
  const error = await search;
  assertInstanceOf(error, ImapError);
  assertFalse(error instanceof InvalidCriteriaError);
  client.shutdown();
});

test("text that is not ASCII on a server with MESSAGELIMIT → one call, which ends", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 LITERAL+ MESSAGELIMIT=1000");
  const search = client.search(["SUBJECT", "ü"]);
  const tag = await server.expect("UID SEARCH CHARSET UTF-8 SUBJECT {2+}");
  await server.line();
  await server.send("* SEARCH 5", `${tag} OK done`);
  assertEquals([...await search], [5]);
  client.shutdown();
});

test("H7 a refused charset is tried once more in one that the server offers [ext BADCHARSET]", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 LITERAL+");
  const search = client.search(["SUBJECT", "ü"]);
  assertEquals(await server.line(), "A2 UID SEARCH CHARSET UTF-8 SUBJECT {2+}");
  await server.line();
  await server.send("A2 NO [BADCHARSET (US-ASCII UTF-8 ISO-8859-1)] not that");
  assertEquals(await server.line(), "A3 UID SEARCH CHARSET ISO-8859-1 SUBJECT {1+}");
  assertEquals(await server.line(), "\xfc");
  await server.send("* SEARCH 5", "A3 OK");
  assertEquals([...await search], [5]);
  client.shutdown();
});

test("H7 a charset that can't be replaced throws, with those that the server knows", async () => {
  const refused = async (options: { charset?: string }, answer: string) => {
    const { client, server } = await selectFake({}, "IMAP4rev1 LITERAL+");
    const search = outcome(client.search(["SUBJECT", "日本"], options));
    const [tag] = (await server.line()).split(" ");
    await server.line();
    await server.send(`${tag} NO ${answer}`);
    const error = await search;
    assert(await server.isSilent());
    client.shutdown();
    assertInstanceOf(error, InvalidCriteriaError);
    assertEquals(error.code, "BADCHARSET");
    return error.message;
  };
  const listed = await refused({}, "[BADCHARSET (US-ASCII ISO-8859-1)] no");
  assert(listed.includes("US-ASCII, ISO-8859-1"), listed);
  await refused({}, "[BADCHARSET] no");
  await refused({}, "[BADCHARSET (UTF-8)] no");
  // A charset that the caller chose is not replaced.
  await refused({ charset: "UTF-8" }, "[BADCHARSET (UTF-16 UTF-7)] no");
});

test("H7 a second refusal is the last", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 LITERAL+");
  const search = outcome(client.search(["SUBJECT", "ü"]));
  for (const tag of ["A2", "A3"]) {
    await server.line();
    await server.line();
    await server.send(`${tag} NO [BADCHARSET (ISO-8859-1)] no`);
  }
  assertInstanceOf(await search, InvalidCriteriaError);
  assert(await server.isSilent());
  client.shutdown();
});

test("H7 no charset is named for ASCII", async () => {
  const { client, server } = await selectFake();
  const search = client.search(["SUBJECT", "u"]);
  await server.answer("UID SEARCH SUBJECT u", "* SEARCH");
  assertEquals([...await search], []);
  client.shutdown();
});
