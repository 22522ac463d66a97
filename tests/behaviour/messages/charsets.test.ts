import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type BodyPart,
  type ConnectOptions,
  ImapClient,
  InvalidArgumentError,
} from "../../../mod.ts";
import { fakeNetwork, selectFake, test } from "../../support/fake_server.ts";
import { bytes } from "../../support/wire.ts";

/** Stands in for a library with tables; it knows two characters of code page 850. */
function decodeCharset(charset: string, raw: Uint8Array): string | null {
  if (charset !== "cp850") return null;
  return String.fromCharCode(...raw).replaceAll("\x81", "ü").replaceAll("\x84", "ä");
}

const NILS = " NIL".repeat(6);

/** The subject and a name of a message, as a client with these options reads them. */
async function read(options: ConnectOptions, subject: string, name: string): Promise<unknown> {
  const { client, server } = await selectFake(options);
  const fetching = client.fetch(1, ["ENVELOPE", "BODYSTRUCTURE"]);
  await server.answer(
    "UID FETCH 1 (ENVELOPE BODYSTRUCTURE)",
    bytes(
      `* 1 FETCH (UID 1 ENVELOPE (NIL "${subject}" (("${name}" NIL "m" "h"))${NILS} "<1@x>") ` +
        `BODYSTRUCTURE ("text" "plain" ("name" "${name}") NIL NIL "8bit" 1 1))\r\n`,
    ),
  );
  const { ENVELOPE, BODYSTRUCTURE } = (await fetching).get(1)!;
  client.shutdown();
  return [ENVELOPE.subject, ENVELOPE.from![0].name, (BODYSTRUCTURE as BodyPart).params.name];
}

test("decodeCharset: words in a charset that it knows → decoded [fault C5]", async () => {
  const [subject, name] = ["=?cp850?Q?J=81rg?=", "=?CP850?B?hA==?="];
  assertEquals(await read({ decodeCharset }, subject, name), ["Jürg", "ä", "ä"]);
});

test("decodeCharset: missing → the encoded words stay, for the same bytes [fault C5, E4]", async () => {
  const [subject, name] = ["=?cp850?Q?J=81rg?=", "=?CP850?B?hA==?="];
  assertEquals(await read({}, subject, name), [subject, name, name]);
});

test("defaultCharset: raw text that is not UTF-8 → read as that [fault C6]", async () => {
  const raw = "\xf4\xc5\xd3\xd4";
  assertEquals(await read({ defaultCharset: "koi8-r" }, raw, raw), ["Тест", "Тест", "Тест"]);
  assertEquals(await read({ defaultCharset: "koi8-r" }, "\xc3\xbc", "a"), ["ü", "a", "a"]);
  assertEquals(await read({}, raw, raw), ["ôÅÓÔ", "ôÅÓÔ", "ôÅÓÔ"]);
});

test("defaultCharset: words in an unknown charset → read as that [fault C4, C6]", async () => {
  const word = "=?unknown-8bit?Q?=F4=C5=D3=D4?=";
  assertEquals(await read({ defaultCharset: "koi8-r" }, word, word), ["Тест", "Тест", "Тест"]);
});

test("defaultCharset: one that only decodeCharset knows → asked [fault C5, C6]", async () => {
  const options = { defaultCharset: "CP850", decodeCharset };
  assertEquals(await read(options, "J\x81rg", "\x84"), ["Jürg", "ä", "ä"]);
});

test("structuredClone of a fetched message → all fields [fault C23]", async () => {
  const { client, server } = await selectFake();
  const fetching = client.fetch(1, ["ENVELOPE", "BODY.PEEK[]"]);
  await server.answer(
    "UID FETCH 1 (ENVELOPE BODY.PEEK[])",
    `* 1 FETCH (UID 1 ENVELOPE (NIL "s" (("a" NIL "m" "h"))${NILS} NIL) BODY[] "text")`,
  );
  const { SEQ, ENVELOPE, "BODY[]": body } = structuredClone((await fetching).get(1)!);
  assertEquals([SEQ, ENVELOPE.subject, ENVELOPE.from?.[0].mailbox, body?.length], [1, "s", "m", 4]);
  client.shutdown();
});

test("text options that make no sense → refused before anything is sent [fault C5, C6]", async () => {
  const wrong: readonly object[] = [
    { defaultCharset: "klingon" },
    { defaultCharset: "ibm437" },
    { defaultCharset: "" },
    { defaultCharset: "a b", decodeCharset },
    { defaultCharset: 1252 },
    { decodeCharset: "iconv" },
    { decodeCharset: null },
  ];
  for (const options of wrong) {
    const { transport } = fakeNetwork();
    const connecting = ImapClient.connect({ transport, ...options });
    const { message } = await assertRejects(() => connecting, InvalidArgumentError);
    assert(/'(decode|default)Charset' must be/.test(message), message);
  }
});
