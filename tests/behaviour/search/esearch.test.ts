import { assertEquals, assertInstanceOf } from "@std/assert";
import { ProtocolError } from "@imapclient/imapclient";
import { outcome, selectFake, test } from "../../support/fake_server.ts";

/** The result of a search for these lines, in which `$` is its tag. */
async function found(...lines: readonly string[]) {
  const { client, server } = await selectFake();
  const heard: string[] = [];
  client.listen((response) => {
    if (response.type === "ESEARCH") heard.push(`${response.tag} ${response.data.ALL}`);
  });
  const searching = client.search("ALL");
  const tag = await server.expect("UID SEARCH ALL");
  await server.send(...lines.map((line) => line.replaceAll("$", tag)), `${tag} OK done`);
  const { modseq, length: _, ...ids } = Object.assign(await searching, {});
  client.shutdown();
  return { ids: Object.values(ids), modseq: (await searching).modseq ?? modseq, heard };
}

for (
  const [what, line] of [
    ["an atom", "* ESEARCH (TAG $) UID ALL 1,3"],
    ["quoted", '* ESEARCH (TAG "$") UID ALL 1,3'],
    ["a literal", "* ESEARCH (TAG {2}\r\n$) UID ALL 1,3"],
    ["missing", "* ESEARCH UID ALL 1,3"],
    ["empty", '* ESEARCH (TAG "") UID ALL 1,3'],
    ["NIL", "* ESEARCH (TAG NIL) UID ALL 1,3"],
    ["beside others", '* ESEARCH (tag "$" MAILBOX "x" UIDVALIDITY 5) UID ALL 1,3'],
  ]
) {
  test(`ESEARCH: its own tag is ${what} → this search's [fault C17]`, async () => {
    assertEquals((await found(line)).ids, [1, 3]);
  });
}

for (
  const line of [
    '* ESEARCH (TAG "A999") UID ALL 7',
    "* ESEARCH (TAG {2}\r\nB7) UID ALL 7",
    '* ESEARCH (TAG "A1") UID ALL 7', // the SELECT's
    "* ESEARCH (TAG 5) UID ALL 7",
  ]
) {
  test(`ESEARCH: ${JSON.stringify(line)} → not this search's, goes to listeners [fault C17]`, async () => {
    const { ids, heard } = await found(line, '* ESEARCH (TAG "$") UID ALL 1');
    assertEquals(ids, [1]);
    assertEquals(heard.length, 1);
  });
}

for (
  const [wire, ids, modseq] of [
    ["ALL 1,2 (MODSEQ 5)", [1, 2], 5n],
    ["(MODSEQ 5) ALL 1,2", [1, 2], 5n],
    ["ALL 1:2 MODSEQ (5)", [1, 2], 5n],
    ["ALL 1:2 (MODSEQ (5))", [1, 2], 5n],
    ["ALL 1:2 MODSEQ 5", [1, 2], 5n],
    ["ALL 1 MODSEQ (-1)", [1], null],
    ["ALL NIL MODSEQ NIL", [], null],
    ["COUNT 0", [], null],
  ] as const
) {
  test(`ESEARCH: ${wire} → ids and mod-sequence [fault C17]`, async () => {
    const result = await found(`* ESEARCH (TAG "$") UID ${wire}`);
    assertEquals([result.ids, result.modseq], [[...ids], modseq]);
  });
}

for (const wire of ["1 2 (MODSEQ 5)", "(MODSEQ 5) 1 2", "1 2 (MODSEQ (5))"]) {
  test(`SEARCH: ${wire} → ids and mod-sequence`, async () => {
    const { ids, modseq } = await found(`* SEARCH ${wire}`);
    assertEquals([ids, modseq], [[1, 2], 5n]);
  });
}

test("sequence numbers in answer to UID SEARCH, or UIDs to SEARCH → never taken for the others [ext ESEARCH]", async () => {
  for (const uid of [true, false]) {
    const { client, server } = await selectFake({}, "IMAP4rev1 ESEARCH SEARCHRES");
    client.useUid = uid;
    const [prefix, wrong] = uid ? ["UID ", ""] : ["", "UID "];
    const saving = client.search("ALL", { save: true, return: ["MAX", "COUNT"] });
    const tag = await server.expect(`${prefix}SEARCH RETURN (SAVE MAX COUNT ALL) ALL`);
    await server.send(
      `* ESEARCH (TAG "${tag}") ${wrong}MAX 2 COUNT 2 ALL 1:2`,
      `${tag} OK done`,
    );
    await server.answer(`${prefix}SEARCH ALL`, "* SEARCH 7 9");
    const { max, count } = await saving;
    assertEquals([max, count], [9, 2]);
    const counting = client.count();
    const other = await server.expect(`${prefix}SEARCH RETURN (COUNT) ALL`);
    await server.send(`* ESEARCH (TAG "${other}") ${wrong}COUNT 2`, `${other} OK done`);
    assertEquals(await counting, 2);
    const searching = outcome(client.search());
    await server.answer(`${prefix}SEARCH ALL`, `* ESEARCH ${wrong}ALL 1:2`);
    assertInstanceOf(await searching, ProtocolError);
    client.shutdown();
  }
});
