import { describe, it } from "node:test";
import { assert, assertEquals, assertMatch } from "@std/assert";
import PostalMime from "postal-mime";
import { decodeUtf7 } from "../../../src/mime/utf7.ts";
import { encodeUtf8 } from "../../../src/util/bytes.ts";
import { fillSampleMailbox } from "../../../src/testing/mod.ts";
import * as messages from "../../../src/testing/sample_messages.ts";
import { Scene } from "./raw_client.ts";

describe("the sample mailbox", () => {
  it("has folders with messages", async () => {
    const scene = new Scene();
    fillSampleMailbox(scene.ann);
    const client = await scene.login();
    const list = await client.command('LIST "" *');
    const names = Array.from(list.matchAll(/"\/" "(.*)"/g), ([, name]) => name);
    assertEquals(names.map((name) => decodeUtf7(encodeUtf8(name))), [
      ...["INBOX", "12345", "Archive", "Drafts", "Junk", "Sent", "Trash"],
      "Überweisungen & Rechnungen",
    ]);
    for (const name of names) {
      const [, count] = /(\d+) EXISTS/.exec(await client.command(`SELECT "${name}"`))!;
      assert(Number(count) > 0, name);
      const full = await client.command("FETCH 1:* FULL");
      assertEquals(full.match(/^\* \d+ FETCH /gm)?.length, Number(count));
      assertMatch(full, /\r\nT OK FETCH completed\r\n$/);
    }
    await client.close();
  });

  it("can be searched for words as people read them", async () => {
    const scene = new Scene();
    fillSampleMailbox(scene.ann);
    const client = await scene.select();
    for (
      const word of ["Zürich", "来週の会議", "Расписание", "drei Romane für", "fenêtre, 4", "🎉"]
    ) {
      const bytes = encodeUtf8(word);
      const literal = `{${bytes.length}+}\r\n${String.fromCharCode(...bytes)}`;
      const answer = await client.command(`SEARCH CHARSET UTF-8 SUBJECT ${literal}`);
      assertMatch(answer, /^\* SEARCH \d+\r\n/, word);
    }
    await client.close();
  });

  it("reads well", async () => {
    const all = Object.values(messages).flat();
    for (const message of all) {
      const mail = await PostalMime.parse(message);
      assert(mail.subject && mail.from?.address, message);
      assert(!/[\ufffd]|=\?/.test(`${mail.subject}${mail.from.name}${mail.text}`), message);
    }
    const report = await PostalMime.parse(messages.ANNUAL_REPORT);
    assertEquals(report.attachments[0].filename, "Übersicht 2026.pdf");
  });
});
