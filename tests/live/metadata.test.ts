import { after, before, beforeEach, describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type ImapClient, ImapError, type Metadata } from "@imapclient/imapclient";
import { type RunningServer, SERVERS } from "../support/servers/servers.ts";

const TIMEOUT = 20;
const encode = (text: string) => new TextEncoder().encode(text);

/** Values as text. */
function shown({ values }: Metadata): Record<string, string> {
  const entries = [...values].map(([entry, value]) => [entry, new TextDecoder().decode(value)]);
  return Object.fromEntries(entries.sort());
}

for (const { name: server, missing, start } of SERVERS) {
  // Cyrus has its own entries, and no others unless it is configured to.
  const isFree = server !== "Cyrus";
  const [one, two] = isFree
    ? ["/private/vendor/test/one", "/shared/vendor/test/two"]
    : ["/private/comment", "/shared/comment"];

  describe(`annotations on ${server}`, { skip: missing }, () => {
    let running: RunningServer;
    let client: ImapClient;
    let box = "";

    before(async () => {
      running = await start();
      client = await running.open("ann", { timeout: TIMEOUT });
      box = `${(await client.namespace()).personal![0].prefix}box & Söhne`;
    });
    after(() => running?.stop());

    beforeEach(async () => {
      if (await client.folderExists(box)) await client.deleteFolder(box);
      await client.createFolder(box);
    });

    it("values: set, read, replaced and removed", async () => {
      assertEquals(shown(await client.getMetadata(box, [one, two])), {});
      assert((await client.setMetadata(box, { [one]: "1", [two]: 'a "b" \\' })).length > 0);
      assertEquals(shown(await client.getMetadata(box, [one, two])), {
        [one]: "1",
        [two]: 'a "b" \\',
      });
      await client.setMetadata(box, new Map([[one, null], [two, encode("2")]]));
      assertEquals(shown(await client.getMetadata(box, [one, two])), { [two]: "2" });
      assertEquals(shown(await client.getMetadata("INBOX", [two])), {});
    });

    it("values of every kind: come back byte by byte", async () => {
      for (const value of ["", "NIL", "a\r\nb", "ü 日本語", "{5}", ")", "x".repeat(1000)]) {
        await client.setMetadata(box, { [two]: value });
        // Cyrus stores no empty values.
        const kept = value === "" && server === "Cyrus" ? {} : { [two]: value };
        assertEquals(shown(await client.getMetadata(box, two)), kept, value);
      }
    });

    it("bytes: come back as they are; a NUL too, or it is refused", async () => {
      const bytes = new Uint8Array([255, 13, 10, 128, 41]);
      await client.setMetadata(box, { [two]: bytes });
      assertEquals((await client.getMetadata(box, two)).values.get(two), bytes);
      const withNul = new Uint8Array([0, ...bytes, 0]);
      const set = () => client.setMetadata(box, { [two]: withNul });
      // Dovecot accepts no NUL, and Cyrus no literal8.
      if (server !== "the in-memory server") await assertRejects(set, ImapError);
      else await set();
      const left = server === "the in-memory server" ? withNul : bytes;
      assertEquals((await client.getMetadata(box, two)).values.get(two), left);
    });

    it("maxSize: larger values are left out, and the largest size is returned", async () => {
      await client.setMetadata(box, { [one]: "12345", [two]: "123" });
      const { values, longEntries } = await client.getMetadata(box, [one, two], { maxSize: 4 });
      // Cyrus reports the size only if it returns no values.
      assertEquals([[...values.keys()], longEntries], [[two], server === "Cyrus" ? null : 5]);
      const none = await client.getMetadata(box, [one, two], { maxSize: 1 });
      assertEquals([none.values.size, none.longEntries], [0, 5]);
      const all = await client.getMetadata(box, [one, two], { maxSize: 5 });
      assertEquals([all.values.size, all.longEntries], [2, null]);
    });

    it("depth: entries below [ext METADATA]", async () => {
      // Cyrus accepts no entries but its own, and has none below another that can be set.
      const top = isFree ? "/shared/vendor/test" : "/shared";
      const [a, b] = isFree ? [`${top}/a`, `${top}/a/b`] : ["/shared/comment", ""];
      if (isFree) await client.setMetadata(box, { [top]: "0", [a]: "1", [b]: "2" });
      else await client.setMetadata(box, { [a]: "1" });
      const read = async (depth: 0 | 1 | "infinity") =>
        shown(await client.getMetadata(box, top, { depth }));
      const [none, one, all] = [await read(0), await read(1), await read("infinity")];
      if (isFree) {
        assertEquals([none, one, all].map((it) => Object.values(it).join("")), ["0", "01", "012"]);
        return;
      }
      assertEquals([none, one], [{}, { [a]: "1" }]);
      assertEquals([all[a], typeof all["/shared/vendor/cmu/cyrus-imapd/uniqueid"]], [
        "1",
        "string",
      ]);
    });

    it("a folder's name: any name, bytes too", async () => {
      await client.setMetadata(box, { [two]: "1" });
      client.folderEncode = false;
      try {
        const raw = encode(box.replace("&", "&-").replace("ö", "&APY-"));
        assertEquals(shown(await client.getMetadata(raw, two)), { [two]: "1" });
      } finally {
        client.folderEncode = true;
      }
    });

    it("the server's own entries: read", async () => {
      const { values } = await client.getMetadata("", ["/shared/comment", "/shared/admin"]);
      assert(values.size <= 2);
    });

    it("no such folder: ImapError", async () => {
      const read = () => client.getMetadata(`${box}/none`, two);
      await assertRejects(read, ImapError, "GETMETADATA failed");
      const set = () => client.setMetadata(`${box}/none`, { [two]: "a" });
      await assertRejects(set, ImapError, "SETMETADATA failed");
    });

    it("before the login: refused", async () => {
      const other = await running.connect({ timeout: TIMEOUT });
      await assertRejects(() => other.getMetadata("", "/shared/comment"), ImapError);
      other.shutdown();
    });
  });
}
