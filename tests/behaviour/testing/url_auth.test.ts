// URLAUTH (RFC 4467) and URLAUTH=BINARY (RFC 5524) of the in-memory server.
import { describe } from "node:test";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ImapClient, ImapError, type UrlAccess, type UrlRequest } from "@imapclient/imapclient";
import { test } from "../../support/fake_server.ts";
import { text } from "../../support/wire.ts";
import { type RawClient, Scene } from "./raw_client.ts";

const MESSAGE = "Subject: ü\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" +
  "--x\r\n\r\nplain\r\n--x\r\nContent-Type: image/png; name=a.png\r\n" +
  "Content-Transfer-Encoding: base64\r\n\r\nYQBi\r\n--x\r\n" +
  "Content-Type: text/plain\r\nContent-Transfer-Encoding: x-foo\r\n\r\nzz\r\n--x--\r\n";
const PLACE = { user: "ann", host: "mail.test", folder: "Entwürfe/a", uid: 1 } as const;
const ANYBODY: UrlRequest = { ...PLACE, access: "anonymous" };

function scene(...add: readonly string[]) {
  const it = new Scene({ capabilities: { add: ["URLAUTH", ...add] } });
  it.server.addUser("bob", "secret");
  it.server.addUser("anonymous", "secret");
  it.server.addUser("smtp", "secret", { application: "Submit" });
  it.server.addUser("streamer", "secret", { application: "stream" });
  it.ann.createFolder(PLACE.folder);
  it.ann.append(PLACE.folder, MESSAGE);
  const open = async (user: string) => {
    const client = await ImapClient.connect({ transport: it.server.transport });
    await client.login(user, "secret");
    return client;
  };
  return { it, open };
}

async function closed(...clients: readonly { close(): Promise<void> }[]): Promise<void> {
  await Promise.all(clients.map((client) => client.close()));
}

describe("URLAUTH of the in-memory server", () => {
  test("who may use a URL → its content; everybody else → null [ext URLAUTH]", async () => {
    const { open } = scene();
    const ann = await open("ann");
    const others = await Promise.all(["bob", "anonymous", "smtp", "streamer"].map(open));
    const expected: Readonly<Record<UrlAccess, readonly boolean[]>> = {
      "user+ann": [true, false, false, false, false],
      "user+bob": [false, true, false, false, false],
      "authuser": [true, true, false, true, true],
      "anonymous": [true, true, true, true, true],
      "submit+ann": [false, false, false, true, false],
      "stream": [false, false, false, false, true],
    };
    for (const [access, who] of Object.entries(expected)) {
      const request = { ...PLACE, section: "1", access: access as UrlAccess };
      const url = await ann.generateUrl(request);
      const found = await Promise.all([ann, ...others].map((client) => client.fetchUrls(url)));
      assertEquals(
        found.map(([it]) => it && text(it.content!)),
        who.map((it) => it ? "plain" : null),
      );
    }
    for (const client of [ann, ...others]) await client.logout();
  });

  test("a URL that was changed, has expired or was revoked → null [ext URLAUTH]", async () => {
    const { it, open } = scene();
    const ann = await open("ann");
    const valid = (...urls: string[]) =>
      ann.fetchUrls(urls).then((found) => found.map((it) => it !== null));
    const url = await ann.generateUrl({ ...ANYBODY, expires: new Date(Date.now() + 3_600_000) });
    assertEquals(await valid(url, url.replace(":INTERNAL:", ":internal:")), [true, true]);
    assertEquals(
      await valid(
        url.replace("UID=1", "UID=2"),
        url.replace("mail.test", "mail.text"),
        url.replace(/EXPIRE=\d{4}/, "EXPIRE=9000"),
        url.replace(/.$/, (last) => last === "0" ? "1" : "0"),
        url.replace(/:INTERNAL.*/, ""),
        url.replace(/\/;UID=1/, ""),
        url.replace("ann@", "bob@"),
        url.replace("ann@", "nobody@"),
        "imap://mail.test/",
      ),
      Array(9).fill(false),
    );
    const past = await ann.generateUrl({ ...ANYBODY, expires: new Date(Date.now() - 1000) });
    const other = await ann.generateUrl({ ...ANYBODY, uidValidity: 99 });
    const gone = await ann.generateUrl({ ...ANYBODY, uid: 9 });
    const noPart = await ann.generateUrl({ ...ANYBODY, section: "1.7" });
    assertEquals(await valid(past, other, gone, noPart), [false, false, false, false]);

    it.ann.append("INBOX", MESSAGE);
    const inbox = await ann.generateUrl({ ...ANYBODY, folder: "INBOX" });
    await ann.resetUrlKey(PLACE.folder);
    assertEquals(await valid(url, inbox), [false, true]);
    const again = await ann.generateUrl(ANYBODY);
    assertEquals(await valid(again), [true]);
    await ann.resetUrlKey();
    assertEquals(await valid(again, inbox), [false, false]);
    await ann.logout();
  });

  test("sections, and a range of bytes with URL-PARTIAL [ext URLAUTH]", async () => {
    const { open } = scene("URL-PARTIAL");
    const ann = await open("ann");
    const get = async (more: Partial<UrlRequest>) => {
      const [found] = await ann.fetchUrls(await ann.generateUrl({ ...ANYBODY, ...more }));
      return text(found!.content!);
    };
    assertEquals(await get({}), text(new TextEncoder().encode(MESSAGE)));
    assertEquals(await get({ section: "2" }), "YQBi");
    assertEquals(
      await get({ section: "2.MIME", partial: { offset: 0, length: 12 } }),
      "Content-Type",
    );
    assertEquals(await get({ section: "1", partial: { offset: 2 } }), "ain");
    await ann.logout();
  });

  test("binary and structure → decoded, as far as it can be [ext URLAUTH=BINARY]", async () => {
    const { open } = scene("URLAUTH=BINARY");
    const ann = await open("ann");
    const [picture, unknown, whole] = [
      await ann.generateUrl({ ...ANYBODY, section: "2" }),
      await ann.generateUrl({ ...ANYBODY, section: "3" }),
      await ann.generateUrl(ANYBODY),
    ];
    const urls = [picture, unknown, whole, `${whole}0`];
    const found = await ann.fetchUrls(urls, { binary: true, structure: true });
    assertEquals(found.map((it) => it?.content ? text(it.content) : null), [
      "a\0b",
      null,
      text(new TextEncoder().encode(MESSAGE)),
      null,
    ]);
    const shown = found.map((it) => {
      const structure = it?.structure;
      if (!structure) return null;
      return structure.isMultipart ? structure.parts.length : [structure.encoding, structure.size];
    });
    assertEquals(shown, [["binary", 3], ["x-foo", 2], 3, null]);
    const [asItIs] = await ann.fetchUrls(picture, { structure: true });
    assertEquals(text(asItIs!.content!), "YQBi");
    assert(!asItIs!.structure!.isMultipart && asItIs!.structure!.encoding === "base64");
    await ann.logout();
  });

  test("what can't be done → NO or BAD, and no URL [ext URLAUTH]", async () => {
    const { it, open } = scene();
    const ann = await open("ann");
    for (
      const wrong of [
        { user: "bob" },
        { folder: "none" },
        { access: "user+nobody" as const },
        { access: "submit+nobody" as const },
      ]
    ) await assertRejects(() => ann.generateUrl({ ...ANYBODY, ...wrong }), ImapError);
    await assertRejects(() => ann.resetUrlKey("none"), ImapError);
    await ann.logout();

    const client = await it.login();
    const rump = "imap://ann@mail.test/INBOX/;UID=1;URLAUTH=anonymous";
    const answer = async (command: string) => (await client.command(command)).trim();
    assertMatch(await answer(`GENURLAUTH ${rump} XSAMPLE`), /^T NO there is only INTERNAL/);
    for (
      const wrong of [
        rump.replace(";UID=1", ""),
        rump.replace("ann@", ""),
        rump.replace("imap:", "http:"),
        rump.replace(";URLAUTH=anonymous", ""),
        rump.replace(";URLAUTH", ";EXPIRE=soon;URLAUTH"),
        rump.replace("INBOX", "%FF"),
        rump.replace(";URLAUTH", "/;PARTIAL=1.2;URLAUTH"),
      ]
    ) assertMatch(await answer(`GENURLAUTH ${wrong} INTERNAL`), /^T BAD /, wrong);
    for (
      const wrong of [
        "GENURLAUTH",
        `GENURLAUTH ${rump}`,
        "URLFETCH",
        "URLFETCH ",
        "RESETKEY ",
        `URLFETCH (${rump} BODY)`,
      ]
    ) assertMatch(await answer(wrong), /^T BAD /, wrong);
    assertMatch(await answer("RESETKEY INBOX XSAMPLE"), /^T NO /);
    await closed(client);

    const plain = await new Scene().login();
    for (const command of [`GENURLAUTH ${rump} INTERNAL`, "URLFETCH a", "RESETKEY"]) {
      assertMatch(await plain.command(command), /^T BAD unknown command/);
    }
    await closed(plain);
  });

  test("items that can't go together → BAD [ext URLAUTH=BINARY]", async () => {
    const { it } = scene("URLAUTH=BINARY");
    const client = await it.login();
    for (const items of ["BODY BINARY", "BODY BODY", "TEXT", "BINARY "]) {
      assertMatch(await client.command(`URLFETCH (imap://a ${items})`), /^T BAD /);
    }
    assertEquals(
      await client.command("URLFETCH (imap://a) (imap://b BINARY)"),
      [
        "* URLFETCH imap://a NIL imap://b NIL\r\n",
        "T OK URLFETCH completed\r\n",
      ].join(""),
    );
    await closed(client);
  });

  test("URLMECH: by SELECT, by RESETKEY, and to others in that folder [ext URLAUTH]", async () => {
    const { it } = scene();
    const [one, two, other]: RawClient[] = [
      await it.login(),
      await it.select(),
      await it.select("Entw&APw-rfe/a"),
    ];
    assertMatch(await one.command("SELECT INBOX"), /^\* OK \[URLMECH INTERNAL\] /m);
    assertEquals(
      await one.command("RESETKEY INBOX INTERNAL"),
      "T OK [URLMECH INTERNAL] RESETKEY completed\r\n",
    );
    assertMatch(await two.command("NOOP"), /^\* OK \[URLMECH INTERNAL\] .*\r\nT OK NOOP/);
    assertEquals(await two.command("NOOP"), "T OK NOOP completed\r\n");
    assertEquals(await other.command("NOOP"), "T OK NOOP completed\r\n");
    await closed(one, two, other);
  });
});
