// Rights to folders (ACL, RFC 4314).
import { after, before, beforeEach, describe, it } from "node:test";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  type AclEntry,
  type ImapClient,
  ImapError,
  InvalidArgumentError,
  ReadOnlyError,
} from "@imapclient/imapclient";
import { type RunningServer, SERVERS } from "../support/servers/servers.ts";
import { ALL_RIGHTS, rights } from "./acl_rights.ts";

const TIMEOUT = 20;

/** Identifiers that every server accepts. */
const IDENTIFIERS = ["bob smith", "o'brien", "bob@example.org", "123", "{3}", "a(b", "-bob", "a+b"];
/** Cyrus does not accept these. It refuses some of them, but the folder is lost anyway. */
const ODD_IDENTIFIERS = ["a\\b", 'say "hi"', "bö b", "日本語", "a*b%", "NIL", ")", "[x]"];

/** The same for a user who may have been removed from the list. */
const left = (entries: readonly AclEntry[], who: string) => rights(entries, who) ?? "";

/** A message whose size, rounded down, is this many kilobytes. */
function mail(kilobytes: number): string {
  const line = `${"x".repeat(62)}\r\n`;
  return `Subject: ${kilobytes} KB\r\n\r\n${line.repeat(kilobytes * 16)}`;
}

for (const { name: server, missing, start } of SERVERS) {
  const isReal = server !== "the in-memory server";

  describe(`rights on ${server}`, { skip: missing }, () => {
    let running: RunningServer;
    let client: ImapClient;
    let own = "";
    let box = "";
    /** The folder's name for bob. */
    const theirs = `${server === "Cyrus" ? "user" : "shared"}/ann/box & Söhne`;

    before(async () => {
      running = await start();
      client = await running.open("ann", { timeout: TIMEOUT });
      own = (await client.namespace()).personal![0].prefix as string;
      box = `${own}box & Söhne`;
      // Makes bob known to the server, with folders.
      await (await running.open("bob")).logout();
    });
    after(() => running?.stop());

    beforeEach(async () => {
      if (await client.folderExists(box)) await client.deleteFolder(box);
      await client.createFolder(box);
    });

    /** Dovecot caches rights in each session for half a minute. */
    async function asBob<T>(act: (bob: ImapClient) => Promise<T>): Promise<T> {
      const bob = await running.open("bob", { timeout: TIMEOUT });
      try {
        return await act(bob);
      } finally {
        await bob.logout();
      }
    }

    it("N1 a folder's owner may do everything", async () => {
      for (const folder of ["INBOX", box, new TextEncoder().encode("INBOX")]) {
        const entries = await client.getacl(folder);
        assertEquals(entries.map(({ who }) => who), ["ann"]);
        assertEquals(rights(entries, "ann"), ALL_RIGHTS);
      }
    });

    it("N1 A10 the folder's name may be given as bytes", async () => {
      client.folderEncode = false;
      try {
        const entries = await client.getacl(new TextEncoder().encode(`${own}box &- S&APY-hne`));
        assertEquals(rights(entries, "ann"), ALL_RIGHTS);
      } finally {
        client.folderEncode = true;
      }
    });

    it("N2 rights are given, added to, taken from, replaced and taken", async () => {
      for (
        const [what, expected] of [
          ["lr", "lr"],
          ["+swi", "lrswi"],
          ["+s", "lrswi"],
          ["-wx", "lrsi"],
          ["lrp", "lrp"],
          [ALL_RIGHTS, ALL_RIGHTS],
          ["-a", "lrswipkxte"],
          ["", ""],
          ["+l", "l"],
          ["-l", ""],
        ] as const
      ) {
        const text = await client.setacl(box, "bob", what);
        assert(text.length > 0);
        const entries = await client.getacl(box);
        // Dovecot keeps him on the list, without rights.
        assertEquals(left(entries, "bob"), expected, what);
        if (server !== "Dovecot") assertEquals(rights(entries, "bob") ?? "", expected);
        assertEquals(rights(entries, "ann"), ALL_RIGHTS);
      }
      if (server !== "Dovecot") {
        assertEquals((await client.getacl(box)).map(({ who }) => who), ["ann"]);
      }
    });

    it("one's own rights, those that may be given, and an entry that goes [ext ACL]", async () => {
      for (const right of "lrswi") assert((await client.myRights(box)).includes(right), right);
      const { required, optional } = await client.listRights(box, "bob");
      for (const right of "lrswi") {
        assert(required.includes(right) || optional.some((it) => it.includes(right)), right);
      }
      await client.setacl(box, "bob", "lr");
      assert((await client.getacl(box)).some(({ who }) => who === "bob"));
      assert((await client.deleteAcl(box, "bob")).length > 0);
      assertEquals((await client.getacl(box)).filter(({ who }) => who === "bob"), []);
    });

    it("negative rights [ext ACL]", async () => {
      await client.setacl(box, "-bob", "lr");
      assertEquals(rights(await client.getacl(box), "-bob"), "lr");
      await client.deleteAcl(box, "-bob");
      assertEquals((await client.getacl(box)).filter(({ who }) => who === "-bob"), []);
    });

    it("N2 the owner's own rights can be lessened, and given back", async () => {
      // Cyrus would not let her have fewer.
      await client.setacl(box, "ann", "lrkxa");
      assertEquals(rights(await client.getacl(box), "ann"), "lrkxa");
      await client.setacl(box, "ann", ALL_RIGHTS);
      assertEquals(rights(await client.getacl(box), "ann"), ALL_RIGHTS);
    });

    it("N1 N2 P3 identifiers of every kind come back as they were given", async () => {
      const given = server === "Cyrus" ? IDENTIFIERS : [...IDENTIFIERS, ...ODD_IDENTIFIERS];
      for (const [i, who] of given.entries()) {
        await client.setacl(box, who, i % 2 === 0 ? "lr" : "l");
      }
      const entries = await client.getacl(box);
      assertEquals(entries.map(({ who }) => who).sort(), [...given, "ann"].sort());
      for (const [i, who] of given.entries()) {
        assertEquals(rights(entries, who), i % 2 === 0 ? "lr" : "l", who);
      }
      for (const who of given) await client.setacl(box, who, "");
      const rest = await client.getacl(box);
      assertEquals(rest.filter(({ acl }) => acl !== "").map(({ who }) => who), ["ann"]);
    });

    it("N2 Z1 text that looks like another command is only an odd identifier", async () => {
      const before = await client.getacl("INBOX");
      for (const who of ["a\r\nx LOGOUT", "a lr\r\nx DELETE INBOX", "\r\n", "a\nb"]) {
        // The in-memory server accepts it.
        try {
          await client.setacl(box, who, "l");
          assertEquals(rights(await client.getacl(box), who), "l");
        } catch (error) {
          assert(error instanceof ImapError && error.text !== null, String(error));
        }
      }
      await assertRejects(() => client.setacl(box, "a\0b", "l"), InvalidArgumentError);
      await assertRejects(() => client.setacl(box, "\ud800", "l"), InvalidArgumentError);
      await assertRejects(() => client.setacl(box, "bob", "l\r\nx LOGOUT"), InvalidArgumentError);
      assertEquals(await client.getacl("INBOX"), before);
      assertEquals(left(await client.getacl(box), "bob"), "");
    });

    it("N1 N2 Q1 Q10 an impossible call throws, and nothing is changed", async () => {
      for (const what of ["l r", "LR", "*", "++l", "l+", "l\0"]) {
        await assertRejects(() => client.setacl(box, "bob", what), InvalidArgumentError);
      }
      for (const [who, what] of [["bob", "z"], ["bob", "lz"], ["bob", "+z"], ["", "l"]]) {
        const error = await assertRejects(() => client.setacl(box, who, what), ImapError);
        assertEquals([error.name, error.code], ["ImapError", null]);
        assert(error.message.startsWith("SETACL failed: ") && error.text !== null, error.message);
      }
      assertEquals(left(await client.getacl(box), "bob"), "");
      const nowhere = `${own}no such folder`;
      for (const call of [() => client.getacl(nowhere), () => client.setacl(nowhere, "bob", "l")]) {
        const error = await assertRejects(call, ImapError);
        // Cyrus returns no code.
        assertEquals(error.code, server === "Cyrus" ? null : "NONEXISTENT");
        assertMatch(error.message, /^[GS]ETACL failed: .*(exist|no folder)/);
        assert(error.command!.includes("no such folder"), error.command!);
      }
      await client.noop();
    });

    if (isReal) {
      it("N2 rights apply: bob can do what he may, and no more", async () => {
        await client.append(box, mail(1));
        const noPermission = server === "Cyrus" ? null : "NOPERM";
        const refuses = async (call: () => Promise<unknown>) => {
          const error = await assertRejects(call, ImapError);
          assertEquals(error.code, noPermission, error.message);
        };
        const listed = (bob: ImapClient) => bob.folderExists(theirs);

        assertEquals(await asBob(listed), false);
        await client.setacl(box, "bob", "l");
        await asBob(async (bob) => {
          assert(await listed(bob));
          await refuses(() => bob.selectFolder(theirs));
          await refuses(() => bob.getacl(theirs));
          await refuses(() => bob.setacl(theirs, "bob", ALL_RIGHTS));
        });
        await client.setacl(box, "bob", "+r");
        await asBob(async (bob) => {
          await assertRejects(() => bob.selectFolder(theirs), ReadOnlyError);
          assertEquals((await bob.selectFolder(theirs, { readonly: true })).EXISTS, 1);
          await refuses(() => bob.append(theirs, mail(1)));
        });
        await client.setacl(box, "bob", "+swi");
        await asBob(async (bob) => {
          await bob.append(theirs, mail(1));
          assertEquals((await bob.selectFolder(theirs)).EXISTS, 2);
          assert([...(await bob.addFlags(1, "\\Flagged")).values()][0].includes("\\Flagged"));
        });
        await client.setacl(box, "bob", "+a");
        await asBob(async (bob) => {
          assertEquals(rights(await bob.getacl(theirs), "bob"), "lrswia");
          await bob.setacl(theirs, "carol", "l");
        });
        assertEquals(rights(await client.getacl(box), "carol"), "l");
        await client.setacl(box, "bob", "");
        await asBob(async (bob) => {
          assertEquals(await listed(bob), false);
          await assertRejects(() => bob.selectFolder(theirs, { readonly: true }), ImapError);
        });
      });
    }
  });
}
