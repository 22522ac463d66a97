import { describe } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  CapabilityError,
  type FlagColor,
  IllegalStateError,
  ImapAbortError,
  ImapError,
  InvalidArgumentError,
  ReadOnlyError,
} from "@imapclient/imapclient";
import { loggedInFake, outcome, selectFake, test } from "../../support/fake_server.ts";

const BITS = "$MailFlagBit0 $MailFlagBit1 $MailFlagBit2";

/** A client that has selected a folder with these permanent flags, and its server. */
async function selected(permanent: string | null, command = "SELECT") {
  const { client, server } = await loggedInFake();
  const selecting = client.selectFolder("INBOX", { readonly: command === "EXAMINE" });
  const flags = permanent === null ? [] : [`* OK [PERMANENTFLAGS (${permanent})] these`];
  await server.answer(`${command} "INBOX"`, "* 9 EXISTS", ...flags);
  await selecting;
  return { client, server };
}

describe("setFlagColor", () => {
  const colors: Readonly<Record<FlagColor, readonly [remove: string, add: string]>> = {
    red: [BITS, "\\Flagged"],
    orange: ["$MailFlagBit1 $MailFlagBit2", "\\Flagged $MailFlagBit0"],
    yellow: ["$MailFlagBit0 $MailFlagBit2", "\\Flagged $MailFlagBit1"],
    green: ["$MailFlagBit2", "\\Flagged $MailFlagBit0 $MailFlagBit1"],
    blue: ["$MailFlagBit0 $MailFlagBit1", "\\Flagged $MailFlagBit2"],
    purple: ["$MailFlagBit1", "\\Flagged $MailFlagBit0 $MailFlagBit2"],
    gray: ["$MailFlagBit0", "\\Flagged $MailFlagBit1 $MailFlagBit2"],
  };
  for (const [color, [remove, add]] of Object.entries(colors)) {
    test(`${color} → its bits with \\Flagged, after the others are gone [ext FLAG-COLORS]`, async () => {
      for (const permanent of [null, "\\Flagged \\*", `\\flagged ${BITS.toLowerCase()}`]) {
        const { client, server } = await selected(permanent);
        const setting = client.setFlagColor([1, 2], color as FlagColor);
        const tag = await server.expect(`UID STORE 1:2 -FLAGS (${remove})`);
        assert(await server.isSilent());
        const others = ["* 1 FETCH (UID 1 FLAGS (x))", "* 2 FETCH (UID 2 FLAGS (y))"];
        await server.send(...others, `${tag} OK done`);
        await server.answer(`UID STORE 1:2 +FLAGS (${add})`, `* 1 FETCH (UID 1 FLAGS (${add}))`);
        // The second command has not changed the second message.
        assertEquals([...await setting], [[1, add.split(" ")], [2, ["y"]]]);
        client.shutdown();
      }
    });
  }

  test("null → flag and bits go at once; silent → null [ext FLAG-COLORS]", async () => {
    const { client, server } = await selected(null);
    const clearing = client.setFlagColor("1:3", null, { silent: true });
    await server.answer(`UID STORE 1:3 -FLAGS.SILENT (\\Flagged ${BITS})`);
    assertEquals(await clearing, null);
    const setting = client.setFlagColor(1, "red", { silent: true });
    await server.answer(`UID STORE 1 -FLAGS.SILENT (${BITS})`);
    await server.answer("UID STORE 1 +FLAGS.SILENT (\\Flagged)");
    assertEquals(await setting, null);
    client.shutdown();
  });

  test("a folder that keeps no keywords → red and null can be had, others are refused [ext FLAG-COLORS]", async () => {
    const { client, server } = await selected("\\Seen \\Flagged $MailFlagBit0");
    for (const color of ["yellow", "green", "blue", "purple", "gray"] as const) {
      const call = () => client.setFlagColor(1, color);
      await assertRejects(call, CapabilityError, "PERMANENTFLAGS", color);
    }
    assert(await server.isSilent());
    const setting = client.setFlagColor(1, "red");
    await server.answer("UID STORE 1 -FLAGS ($MailFlagBit0)");
    await server.answer("UID STORE 1 +FLAGS (\\Flagged)");
    await setting;
    client.shutdown();
    const other = await selected("\\Flagged");
    const clearing = other.client.setFlagColor(1, null);
    await other.server.answer("UID STORE 1 -FLAGS (\\Flagged)");
    await clearing;
    other.client.shutdown();
    const neither = await selected("\\Seen");
    await assertRejects(() => neither.client.setFlagColor(1, "red"), CapabilityError, "\\Flagged");
    assert(await neither.server.isSilent());
    neither.client.shutdown();
  });

  test("called while the folder is being selected → its flags count [ext FLAG-COLORS]", async () => {
    const { client, server } = await selected("\\Seen");
    const selecting = client.selectFolder("x");
    const setting = client.setFlagColor(1, "orange");
    await server.answer('SELECT "x"', "* 1 EXISTS", "* OK [PERMANENTFLAGS (\\Flagged \\*)] all");
    await selecting;
    await server.answer("NOOP");
    await server.answer("UID STORE 1 -FLAGS ($MailFlagBit1 $MailFlagBit2)");
    await server.answer("UID STORE 1 +FLAGS (\\Flagged $MailFlagBit0)");
    await setting;
    client.shutdown();
  });

  test("no such colour, no messages, nothing selected, a read-only folder → nothing sent [ext FLAG-COLORS]", async () => {
    const { client, server } = await selected(null);
    for (const color of ["pink", "Red", "", 0, undefined, {}, "toString"]) {
      const call = () => client.setFlagColor(1, color as FlagColor);
      await assertRejects(call, InvalidArgumentError, "use red, orange", String(color));
    }
    const since = { unchangedSince: 5 } as object;
    await assertRejects(() => client.setFlagColor(1, "red", since), InvalidArgumentError);
    assertEquals((await client.setFlagColor([], "red")).size, 0);
    assert(await server.isSilent());
    client.shutdown();
    const out = await loggedInFake();
    await assertRejects(() => out.client.setFlagColor(1, "red"), IllegalStateError);
    out.client.shutdown();
    const examined = await selected("", "EXAMINE");
    await assertRejects(() => examined.client.setFlagColor(1, "blue"), ReadOnlyError);
    assert(await examined.server.isSilent());
    examined.client.shutdown();
  });

  test("NO, an abort or a cut connection at each step → no further step [ext FLAG-COLORS]", async () => {
    for (const how of ["NO", "BAD", "abort", "cut"]) {
      for (const last of [1, 2]) {
        const { client, server } = await selected(null);
        const controller = new AbortController();
        const setting = outcome(client.setFlagColor(1, "green", { signal: controller.signal }));
        let tag = await server.expect("UID STORE 1 -FLAGS ($MailFlagBit2)");
        if (last === 2) {
          await server.send(`${tag} OK done`);
          tag = await server.expect("UID STORE 1 +FLAGS (\\Flagged $MailFlagBit0 $MailFlagBit1)");
        }
        if (how === "abort") controller.abort(new Error("enough"));
        else if (how === "cut") server.close();
        else await server.send(`${tag} ${how} [LIMIT] too many keywords`);
        const error = await setting;
        if (how === "abort") assertEquals((error as Error).message, "enough");
        else assertInstanceOf(error, how === "cut" ? ImapAbortError : ImapError);
        server.close();
        assertEquals(await server.rest(), "");
      }
    }
  });

  test("sequence numbers that move between the steps → IllegalStateError [ext FLAG-COLORS]", async () => {
    const { client, server } = await selectFake({ useUid: false });
    const setting = outcome(client.setFlagColor(5, "green"));
    const tag = await server.expect("STORE 5 -FLAGS ($MailFlagBit2)");
    await server.send("* 1 EXPUNGE", `${tag} OK done`);
    assertInstanceOf(await setting, IllegalStateError);
    assert(await server.isSilent());
    client.shutdown();
  });
});

test("folders of RFC 9979 → found by their attribute, and shown as a special use [ext KEYWORDS]", async () => {
  const { client, server } = await loggedInFake("IMAP4rev1 SPECIAL-USE LIST-EXTENDED");
  const finding = client.findSpecialFolder("Snoozed");
  await server.answer(
    'LIST "" "*"',
    '* LIST (\\HasNoChildren) "/" INBOX',
    '* LIST (\\HasNoChildren snoozed) "/" "Later on"',
  );
  assertEquals(await finding, "Later on");
  const listing = client.listFolders("", "*", { specialUse: true });
  await server.answer(
    'LIST "" "*" RETURN (SPECIAL-USE)',
    '* LIST (Memos \\HasNoChildren) "/" Notes',
    '* LIST (Scheduled) "/" Later',
  );
  assertEquals((await listing).map(({ specialUse }) => specialUse), [["Memos"], ["Scheduled"]]);
  client.shutdown();
});
