import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { InvalidArgumentError } from "../../../src/model/errors.ts";
import { encodeUtf8 } from "../../../src/util/bytes.ts";
import { type RawClient, Scene } from "./raw_client.ts";

function gmail(): Scene {
  return new Scene({ capabilities: { add: ["X-GM-EXT-1"] } });
}

/** The value of a FETCH item. */
async function value(client: RawClient, number: number, item: string): Promise<string> {
  const answer = await client.command(`FETCH ${number} ${item}`);
  const match = new RegExp(`^\\* ${number} FETCH \\(${item} (.*)\\)\\r\\nT OK`).exec(answer);
  if (match === null) throw new Error(answer);
  return match[1];
}

describe("X-GM-EXT-1", () => {
  it("is unknown unless it is named", async () => {
    const scene = new Scene();
    scene.fill("one");
    const client = await scene.select();
    for (
      const text of [
        "FETCH 1 X-GM-MSGID",
        "FETCH 1 (UID X-GM-LABELS)",
        "SEARCH X-GM-RAW one",
        "SEARCH X-GM-LABELS foo",
        "STORE 1 +X-GM-LABELS (foo)",
      ]
    ) assertMatch(await client.command(text), /^T BAD/, text);
    await client.close();
  });

  it("refuses bad syntax", async () => {
    const scene = gmail();
    scene.fill("one");
    const client = await scene.select();
    const wrong = [
      "FETCH 1 X-GM-NONSENSE",
      "FETCH 1 X-GM-LABELS.SILENT",
      "SEARCH X-GM-MSGID",
      "SEARCH X-GM-MSGID one",
      "SEARCH X-GM-MSGID -1",
      "SEARCH X-GM-THRID 1:2",
      "SEARCH X-GM-LABELS",
      "SEARCH X-GM-LABELS (foo)",
      "SEARCH X-GM-RAW",
      "SEARCH X-GM-RAW is:read is:read",
      "SEARCH X-GM-RAW {2+}\r\n\xc3\xa4",
      "SEARCH X-GM-NONSENSE 1",
      "STORE 1 X-GM-LABELS",
      "STORE 1 X-GM-LABELS (foo",
      "STORE 1 X-GM-LABELS (foo) bar",
      "STORE 1 X-GM-LABELS ((foo))",
      "STORE 1 X-GM-LABELS (\\Nonsense)",
      'STORE 1 X-GM-LABELS ("\\\\Nonsense")',
      'STORE 1 X-GM-LABELS ("\\Inbox")',
      'STORE 1 X-GM-LABELS ("")',
      "STORE 1 X-GM-LABELS (\xe4)",
      "STORE 1 X-GM-LABELS.LOUD (foo)",
      "STORE 1 *X-GM-LABELS (foo)",
      "STORE 2 X-GM-LABELS (foo)",
    ];
    for (const text of wrong) assertMatch(await client.command(text), /^T BAD/, text);
    assertMatch(await client.command("STORE 1 X-GM-LABELS (&Jjo)"), /^T NO \[CANNOT\]/);
    assertEquals(await value(client, 1, "X-GM-LABELS"), "()");
    await client.command("EXAMINE INBOX");
    assertMatch(await client.command("STORE 1 X-GM-LABELS (foo)"), /^T NO \[READ-ONLY\]/);
    await client.close();
  });
});

describe("X-GM-MSGID", () => {
  it("distinguishes messages that a double can't, and is found by SEARCH", async () => {
    const scene = gmail();
    scene.fill("one", "two", "one");
    const client = await scene.select();
    const ids: string[] = [];
    for (const n of [1, 2, 3]) ids.push(await value(client, n, "X-GM-MSGID"));
    assertEquals(new Set(ids).size, 3);
    for (const id of ids) {
      assertMatch(id, /^[1-9]\d{18}$/);
      assert(BigInt(id) < 2n ** 63n);
    }
    assertEquals(Number(ids[0]), Number(ids[1]));
    assertMatch(await client.command(`SEARCH X-GM-MSGID ${ids[1]}`), /^\* SEARCH 2\r\n/);
    assertMatch(await client.command("SEARCH X-GM-MSGID 1"), /^\* SEARCH\r\n/);
    await client.close();
  });

  it("stays with a message that is copied, moved, or renamed along with INBOX", async () => {
    const scene = gmail();
    scene.ann.createFolder("b");
    scene.fill("one", "two");
    const client = await scene.select();
    const ids = [await value(client, 1, "X-GM-MSGID"), await value(client, 2, "X-GM-MSGID")];
    await client.command("COPY 1 b");
    await client.command("MOVE 2 b");
    await client.command("RENAME INBOX old");
    await client.command("SELECT b");
    assertEquals(await value(client, 1, "X-GM-MSGID"), ids[0]);
    assertEquals(await value(client, 2, "X-GM-MSGID"), ids[1]);
    await client.command("SELECT old");
    assertEquals(await value(client, 1, "X-GM-MSGID"), ids[0]);
    await client.close();
  });

  it("is another one for the same text appended again", async () => {
    const client = await gmail().select();
    for (let i = 0; i < 2; i++) await client.command("APPEND INBOX {4+}\r\na\r\n\r");
    assertNotEquals(await value(client, 1, "X-GM-MSGID"), await value(client, 2, "X-GM-MSGID"));
    await client.close();
  });
});

describe("X-GM-THRID", () => {
  async function threads(...headers: string[]): Promise<number[]> {
    const scene = gmail();
    for (const header of headers) scene.ann.append("INBOX", `${header}\n\ntext\n`);
    const client = await scene.select();
    const messages = await Promise.all(headers.map(async (_, i) => {
      return [await value(client, i + 1, "X-GM-MSGID"), await value(client, i + 1, "X-GM-THRID")];
    }));
    await client.close();
    // The message that each thread's number comes from.
    return messages.map(([, thread]) => messages.findIndex(([id]) => id === thread) + 1);
  }

  it("is the message's own id if it replies to nothing", async () => {
    assertEquals(
      await threads("Subject: same", "Subject: same", "Message-ID: <a@x>", "Message-ID: <b@x>"),
      [1, 2, 3, 4],
    );
  });

  it("is shared by replies, by either field and in any order", async () => {
    assertEquals(
      await threads(
        "Message-ID: <a@x>",
        "Message-ID: <b@x>\nIn-Reply-To: <a@x>",
        "Message-ID: <c@x>\nReferences: <a@x>\n <b@x>",
        "Message-ID: <z@x>\nIn-Reply-To: <y@x>",
        "Message-ID: <y@x>",
        'In-Reply-To: <"y"@x>',
      ),
      [1, 1, 1, 4, 4, 4],
    );
  });

  it("becomes that of the older if a message joins two", async () => {
    assertEquals(
      await threads(
        "Message-ID: <c@x>\nIn-Reply-To: <b@x>",
        "Message-ID: <a@x>",
        "Message-ID: <d@x>\nIn-Reply-To: <c@x>",
        "Message-ID: <b@x>\nIn-Reply-To: <a@x>",
      ),
      [1, 1, 1, 1],
    );
  });

  it("is found by SEARCH", async () => {
    const scene = gmail();
    for (const header of ["Message-ID: <a@x>", "Subject: b", "In-Reply-To: <a@x>"]) {
      scene.ann.append("INBOX", `${header}\n\n`);
    }
    const client = await scene.select();
    const id = await value(client, 3, "X-GM-THRID");
    assertMatch(await client.command(`SEARCH X-GM-THRID ${id}`), /^\* SEARCH 1 3\r\n/);
    await client.close();
  });
});

describe("X-GM-LABELS", () => {
  it("are set, added and removed", async () => {
    const scene = gmail();
    scene.fill("one", "two");
    const client = await scene.select();
    assertEquals(
      await client.command('STORE 1:2 +X-GM-LABELS (\\Important foo "Muy Importante")'),
      '* 1 FETCH (X-GM-LABELS ("\\\\Important" foo "Muy Importante"))\r\n' +
        '* 2 FETCH (X-GM-LABELS ("\\\\Important" foo "Muy Importante"))\r\nT OK STORE completed\r\n',
    );
    assertEquals(
      await client.command("UID STORE 2 -X-GM-LABELS (FOO \\important bar)"),
      '* 2 FETCH (UID 2 X-GM-LABELS ("Muy Importante"))\r\nT OK UID STORE completed\r\n',
    );
    assertEquals(
      await client.command('STORE 1 X-GM-LABELS ("\\\\starred" "f\\"o\\"o" NIL)'),
      '* 1 FETCH (X-GM-LABELS ("\\\\Starred" "f\\"o\\"o" "NIL"))\r\nT OK STORE completed\r\n',
    );
    assertEquals(
      await client.command("STORE 1 +X-GM-LABELS {3+}\r\na]b c"),
      '* 1 FETCH (X-GM-LABELS ("\\\\Starred" "f\\"o\\"o" "NIL" a]b c))\r\nT OK STORE completed\r\n',
    );
    assertEquals(
      await client.command("STORE 1 X-GM-LABELS ()"),
      "* 1 FETCH (X-GM-LABELS ())\r\nT OK STORE completed\r\n",
    );
    await client.close();
  });

  it("with .SILENT are stored without an answer", async () => {
    const scene = gmail();
    scene.fill("one");
    const client = await scene.select();
    for (const [change, labels] of [["+", "(a b)"], ["-", "(a)"], ["", "(c)"]]) {
      assertEquals(
        await client.command(`STORE 1 ${change}x-gm-labels.silent ${labels}`),
        "T OK STORE completed\r\n",
      );
    }
    assertEquals(
      await client.command("UID FETCH 1 (X-GM-LABELS FLAGS)"),
      "* 1 FETCH (UID 1 X-GM-LABELS (c) FLAGS (\\Recent))\r\nT OK UID FETCH completed\r\n",
    );
    await client.close();
  });

  it("are in modified UTF-7, and appended along with a message", async () => {
    const scene = gmail();
    const labels = ["Łabel", "\\inbox", "R&D", "a/b"];
    scene.ann.append("INBOX", "\n", { labels });
    const client = await scene.select();
    assertEquals(await value(client, 1, "X-GM-LABELS"), '(&AUE-abel "\\\\Inbox" R&-D a/b)');
    assertEquals(
      await client.command("STORE 1 -X-GM-LABELS (&AUE-abel R&-D)"),
      '* 1 FETCH (X-GM-LABELS ("\\\\Inbox" a/b))\r\nT OK STORE completed\r\n',
    );
    for (const label of ["", "\\Nonsense"]) {
      assertThrows(
        () => scene.ann.append("INBOX", "\n", { labels: [label] }),
        InvalidArgumentError,
      );
    }
    assertMatch(await client.command("STATUS INBOX (MESSAGES)"), /MESSAGES 1\)/);
    await client.close();
  });

  it("belong to the message in every folder and every session", async () => {
    const scene = gmail();
    scene.ann.createFolder("b");
    scene.ann.append("INBOX", "\n", { labels: ["foo"] });
    const [one, two] = [await scene.select(), await scene.select("b")];
    await one.command("COPY 1 b");
    await two.command("NOOP");
    await two.command("STORE 1 +X-GM-LABELS (bar)");
    assertEquals(await value(one, 1, "X-GM-LABELS"), "(foo bar)");
    await one.close();
    await two.close();
  });

  it("are found by SEARCH", async () => {
    const scene = gmail();
    scene.ann.append("INBOX", "\n", { labels: ["Reisen/Köln", "foo"] });
    scene.ann.append("INBOX", "\n", { labels: ["\\Important", "food"] });
    const client = await scene.select();
    const found = async (criteria: string) =>
      /^\* SEARCH ?(.*)\r/.exec(await client.command(`SEARCH ${criteria}`))?.[1];
    assertEquals(await found("X-GM-LABELS foo"), "1");
    assertEquals(await found('X-GM-LABELS "FOO"'), "1");
    assertEquals(await found("X-GM-LABELS \\important"), "2");
    assertEquals(await found('X-GM-LABELS "\\\\Important"'), "2");
    assertEquals(await found("X-GM-LABELS Reisen/K&APY-ln"), "1");
    const name = String.fromCharCode(...encodeUtf8("Reisen/Köln"));
    assertEquals(await found(`CHARSET UTF-8 X-GM-LABELS {${name.length}+}\r\n${name}`), "1");
    assertEquals(await found("NOT X-GM-LABELS foo X-GM-LABELS food"), "2");
    assertEquals(await found("X-GM-LABELS nowhere"), "");
    await client.close();
  });
});

describe("X-GM-RAW", () => {
  const scene = gmail();
  let client: RawClient;

  before(async () => {
    scene.ann.append(
      "INBOX",
      "From: Ann <ann@example.org>\nTo: bob@example.com\nCc: hidden@example.net\n" +
        "Subject: Summer plans\n\nWe meet at the old mill.\n",
      { flags: ["\\Seen", "\\Flagged"], labels: ["Muy Importante", "\\Sent"] },
    );
    scene.ann.append(
      "INBOX",
      "From: bob@example.com\nTo: ann@example.org\nSubject: Re: Summer plans\n" +
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" +
        "--b\n\nThe map is attached; at the mill, then.\n--b\nContent-Type: image/png\n" +
        "Content-Disposition: ATTACHMENT; filename=map.png\n\nxyz\n--b--\n",
      { labels: ["\\Important"] },
    );
    scene.ann.append(
      "INBOX",
      "From: =?utf-8?Q?J=C3=BCrgen?= <j@example.org>\nTo: ann@example.org\n" +
        "Subject: is:odd\n\nfoo:bar \n",
      { labels: ["\\Starred", "Old/Stuff"] },
    );
    scene.ann.createFolder("Later");
    client = await scene.select();
  });

  after(() => client.close());

  async function found(query: string): Promise<string> {
    const bytes = encodeUtf8(query);
    const literal = `{${bytes.length}+}\r\n${String.fromCharCode(...bytes)}`;
    const answer = await client.command(`SEARCH CHARSET UTF-8 X-GM-RAW ${literal}`);
    const match = /^\* SEARCH ?(.*)\r\nT OK/.exec(answer);
    if (match === null) throw new Error(answer);
    return match[1];
  }

  const cases: readonly (readonly [query: string, found: string])[] = [
    ["", "1 2 3"],
    ["summer", "1 2"],
    ["MILL summer", "1 2"],
    ['"old mill"', "1"],
    ["old mill", "1"],
    ["bob", "1 2"],
    ["hidden", ""],
    ["jürgen", "3"],
    ["from:ann", "1"],
    ['from:"Ann <ann"', "1"],
    ["from:bob to:ann", "2"],
    ["subject:re:", "2"],
    ["-subject:re:", "1 3"],
    ["-summer", "3"],
    ['-"old mill" mill', "2"],
    ["is:read", "1"],
    ["is:unread", "2 3"],
    ["in:unread", "2 3"],
    ["-is:unread", "1"],
    ["is:starred", "1 3"],
    ["is:important", "2"],
    ["has:attachment", "2"],
    ["has:attachment in:unread", "2"],
    ["-has:attachment", "1 3"],
    ['label:"muy importante"', "1"],
    ["label:muy-importante", "1"],
    ["label:important", "2"],
    ["label:old-stuff", "3"],
    ["label:old/stuff", "3"],
    ["label:old", ""],
    ["in:inbox", "1 2 3"],
    ["in:sent", "1"],
    ["in:nowhere", ""],
    ["is:odd", "3"],
    ["foo:bar", "3"],
    ["foo:baz", ""],
    ['foo:"bar "', "3"],
    ["has:", ""],
    ["-", ""],
  ];
  for (const [query, expected] of cases) {
    it(JSON.stringify(query), async () => assertEquals(await found(query), expected));
  }

  it("can be among other keys, as an atom or quoted", async () => {
    assertEquals(
      await client.command("UID SEARCH OR SEEN (X-GM-RAW has:attachment UNSEEN)"),
      "* SEARCH 1 2\r\nT OK UID SEARCH completed\r\n",
    );
    assertEquals(
      await client.command('SEARCH X-GM-RAW "\\"old mill\\" is:read" ALL'),
      "* SEARCH 1\r\nT OK SEARCH completed\r\n",
    );
  });

  it("finds a folder's messages in it", async () => {
    const other = await scene.select("Later");
    scene.ann.append("Later", "\n");
    await other.command("NOOP");
    assertMatch(await other.command("SEARCH X-GM-RAW in:later"), /^\* SEARCH 1\r/);
    assertMatch(await other.command("SEARCH X-GM-RAW in:inbox"), /^\* SEARCH\r/);
    await other.close();
  });
});
