import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ImapClient, ImapError, type UrlRequest } from "@imapclient/imapclient";
import {
  CYRUS_USERS,
  cyrusMissing,
  newerCyrusMissing,
  startCyrus,
  startNewerCyrus,
} from "../support/servers/cyrus.ts";
import { dovecotMissing, startDovecot } from "../support/servers/dovecot.ts";
import type { PrivateServer } from "../support/servers/launch.ts";

const TIMEOUT = 20;
const MAIL = [
  ...["Subject: Hello", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8"],
  ...["Content-Transfer-Encoding: base64", "", btoa("plain text"), ""],
].join("\r\n");

/** URLs of Dovecot need a name of the server, and a place to keep keys in. */
const DOVECOT = "imap_urlauth_host = mail.test\nmail_attribute_dict = file:%h/dovecot-attributes";

const SERVERS: readonly (readonly [string, string | false, () => Promise<PrivateServer>])[] = [
  ["Dovecot", dovecotMissing, () => startDovecot({ config: DOVECOT })],
  ["Cyrus", cyrusMissing, startCyrus],
  ["Cyrus 3.12", newerCyrusMissing, startNewerCyrus],
];

const text = (bytes: Uint8Array | null) => new TextDecoder().decode(bytes ?? new Uint8Array(0));

for (const [name, missing, start] of SERVERS) {
  describe(`URLs on ${name}`, { skip: missing }, () => {
    let server: PrivateServer;
    let ann: ImapClient;
    let bob: ImapClient;
    let reader: ImapClient;
    let request: UrlRequest;

    async function open(user: "ann" | "bob"): Promise<ImapClient> {
      const { host, port } = server;
      const client = await ImapClient.connect({ host, port, ssl: false, timeout: TIMEOUT });
      await client.login(user, CYRUS_USERS[user]);
      return client;
    }

    before(async () => {
      server = await start();
      [ann, bob] = [await open("ann"), await open("bob")];
      // Dovecot reads the mail of others by a service of its own, which does not run here.
      const isOwn = name === "Dovecot";
      reader = isOwn ? ann : bob;
      const { uid } = await ann.append("INBOX", MAIL);
      // Cyrus knows its URLs by the name in its greeting.
      const [host = "mail.test"] = /[\w-]+\.test/.exec(ann.welcome) ?? [];
      request = {
        user: "ann",
        host,
        folder: "INBOX",
        uid: uid!,
        access: isOwn ? "user+ann" : "user+bob",
      };
    });
    after(async () => {
      for (const client of [ann, bob]) await client?.[Symbol.asyncDispose]();
      await server?.stop();
    });

    it("a URL for another user → only that user can read it [ext URLAUTH]", async () => {
      const url = await ann.generateUrl(request);
      const part = await ann.generateUrl({ ...request, section: "TEXT" });
      const [whole, encoded] = await reader.fetchUrls([url, part]);
      assertEquals(text(whole!.content), MAIL);
      assertEquals(text(encoded!.content).trim(), btoa("plain text"));
      if (reader !== ann) assertEquals(await ann.fetchUrls(url), [null]);
      const wrong = [`${url}0`, url.replace(";UID=1", ";UID=2")];
      const [none, good, nothing] = await reader.fetchUrls([wrong[0], url, wrong[1]]);
      assertEquals([none, text(good!.content), nothing], [null, MAIL, null]);
    });

    it("decoded, and with the structure [ext URLAUTH=BINARY]", async () => {
      const url = await ann.generateUrl({ ...request, section: "1" });
      const [found] = await reader.fetchUrls(url, { binary: true, structure: true });
      assertEquals(text(found!.content), "plain text");
      assertEquals(found!.structure?.type.toLowerCase(), "text");
    });

    it("an expired URL, and what the server does not know as its own → refused [ext URLAUTH]", async () => {
      const past = new Date(Date.now() - 86_400_000);
      const expired = await ann.generateUrl({ ...request, expires: past }).catch((error) => error);
      if (typeof expired === "string") assertEquals(await reader.fetchUrls(expired), [null]);
      else assert(expired instanceof ImapError, String(expired));
      await assertRejects(() => ann.generateUrl({ ...request, host: "other.test" }), ImapError);
    });

    it("keys of a folder, then all keys → revoked [ext URLAUTH]", async () => {
      const url = await ann.generateUrl(request);
      await ann.resetUrlKey("INBOX");
      assertEquals(await reader.fetchUrls(url), [null]);
      const again = await ann.generateUrl(request);
      assertEquals(text((await reader.fetchUrls(again))[0]!.content), MAIL);
      // After that, Cyrus refuses to make URLs.
      await ann.resetUrlKey();
      assertEquals(await reader.fetchUrls(again), [null]);
    });
  });
}
