// What searches return, on real servers: counts, pages, saved results, orders, keys.
import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  CapabilityError,
  IllegalStateError,
  type ImapClient,
  NumberSet,
  SAVED,
} from "@imapclient/imapclient";
import { KeptLog } from "../support/fake_server.ts";
import {
  GOIMAP,
  NEWER_CYRUS,
  NEWER_DOVECOT,
  type RunningServer,
  SERVERS,
} from "../support/servers/servers.ts";

const COUNT = 12;

for (const { name, missing, start } of [...SERVERS, NEWER_CYRUS, NEWER_DOVECOT, GOIMAP]) {
  describe(`what searches return on ${name}`, { skip: missing }, () => {
    let running: RunningServer;
    let client: ImapClient;
    const log = new KeptLog();
    let uids: number[] = [];
    let box = "";

    before(async () => {
      running = await start();
      client = await running.open("ann", { logger: log });
      const prefix = await client.hasCapability("NAMESPACE")
        ? (await client.namespace()).personal![0].prefix
        : "";
      box = `${prefix}copies`;
      await client.createFolder(box);
      await client.selectFolder("INBOX");
      for (let i = 0; i < COUNT; i++) {
        const flags = i % 2 === 0 ? ["\\Seen"] : [];
        const text = `Subject: ${"cab"[i % 3]}${i}\r\nMessage-ID: <${i}@x>\r\n\r\n${
          "x".repeat(i)
        }\r\n`;
        await client.append("INBOX", text, { flags });
      }
      await client.selectFolder("INBOX");
      uids = [...await client.search("ALL")];
      assertEquals(uids.length, COUNT);
    });
    after(() => running?.stop());

    /** Runs a call, and returns what it sent. */
    async function sentBy(call: () => Promise<unknown>): Promise<string> {
      log.lines.length = 0;
      await call();
      return log.text;
    }

    it("counts and ends, of some and of none [ext ESEARCH, COUNT]", async () => {
      const seen = uids.filter((_, i) => i % 2 === 0);
      const all = ["MIN", "MAX", "COUNT", "ALL"] as const;
      for (const useUid of [true, false]) {
        client.useUid = useUid;
        const ids = useUid ? seen : seen.map((uid) => uids.indexOf(uid) + 1);
        const result = await client.search("SEEN", { return: all });
        assertEquals([result.min, result.max, result.count], [ids[0], ids.at(-1), ids.length]);
        assertEquals([...result.all], ids);
        const none = await client.search(["SUBJECT", "nothing"], { return: all });
        assertEquals([none.min, none.max, none.count, none.all.isEmpty], [null, null, 0, true]);
      }
      client.useUid = true;
      const sent = await sentBy(async () => assertEquals(await client.count("UNSEEN"), COUNT / 2));
      assertEquals(sent.includes("RETURN (COUNT)"), await client.hasCapability("ESEARCH"));
      assertEquals(await client.count(["SUBJECT", "Ü"]), 0);
    });

    it("a part of the results, and of the messages [ext PARTIAL]", async () => {
      for (const [partial, from, to] of [[[1, 3], 0, 3], [[-1, -4], COUNT - 4, COUNT]] as const) {
        const { ids, count } = await client.search("ALL", { partial, return: ["COUNT"] });
        assertEquals([[...ids], count], [uids.slice(from, to), COUNT]);
        const rows = await client.fetch("1:*", "FLAGS", { partial });
        assertEquals([...rows.keys()].sort((a, b) => a - b), uids.slice(from, to));
      }
    });

    it("a saved result, here or on the server [ext SEARCHRES]", async () => {
      const saved = await client.search("SEEN", { save: true });
      const sent = await sentBy(async () => {
        assertEquals([...(await client.fetch(SAVED, "FLAGS")).keys()], [...saved]);
        const others = await client.search(["LARGER", 1, "UID", SAVED, "NOT", "UID", uids[0]]);
        assertEquals([...others], saved.slice(1));
        await client.addFlags(SAVED, "\\Flagged");
        assertEquals((await client.copy(SAVED, box)).uids.size, saved.length);
      });
      const offered = await client.hasCapability("SEARCHRES");
      assertEquals(/ FETCH \$ /.test(sent), offered);
      assertEquals([...await client.search("FLAGGED")], [...saved]);
      const less = await client.search([SAVED, "SUBJECT", "c"], { save: true, return: ["ALL"] });
      assert(less.all.isSubsetOf(NumberSet.from(saved)));
      await client.selectFolder("INBOX");
      await assertRejects(() => client.deleteMessages(SAVED), IllegalStateError);
      await client.removeFlags("1:*", "\\Flagged");
    });

    it("orders, on the server or here [ext ESORT, SORT-HERE, THREAD-HERE]", async () => {
      const fallback = { fallback: true };
      for (const keys of ["SUBJECT", "REVERSE SIZE", "ARRIVAL", "DATE"]) {
        const order = await client.sort(keys, "ALL", fallback);
        assertEquals(order.length, COUNT);
        const { all, min, max, count } = await client.sort(keys, "ALL", {
          ...fallback,
          return: ["ALL", "MIN", "MAX", "COUNT"],
        });
        assertEquals([[...all], min, max, count], [order, order[0], order.at(-1), COUNT]);
        const { ids } = await client.sort(keys, "ALL", { ...fallback, partial: [2, 4] });
        assertEquals([...ids], order.slice(1, 4));
      }
      assertEquals((await client.thread("REFERENCES", "ALL", fallback)).length, COUNT);
    });

    for (const sort of [undefined, "SUBJECT"]) {
      it(`a result that is kept up to date, sort ${sort} [ext CONTEXT]`, async () => {
        const context = sort === undefined ? "CONTEXT=SEARCH" : "CONTEXT=SORT";
        const query = ["KEYWORD", "kept"];
        if (!await client.hasCapability(context)) {
          await assertRejects(() => client.watchSearch(query, { sort }).next(), CapabilityError);
          return;
        }
        const other = await running.open("ann");
        await other.selectFolder("INBOX");
        await other.addFlags(uids.slice(0, 2), "kept");
        const steps = [
          () => other.addFlags(uids[5], "kept"),
          () => other.removeFlags(uids[0], "kept"),
        ];
        const result = new Set<number>();
        const seen: number[] = [];
        for await (const { type, ids } of client.watchSearch(query, { sort })) {
          for (const id of ids) type === "added" ? result.add(id) : result.delete(id);
          seen.push(result.size);
          const step = steps.shift();
          if (step === undefined) break;
          await step();
        }
        assertEquals(seen, [2, 3, 2]);
        assertEquals([...result].sort((a, b) => a - b), [uids[1], uids[5]]);
        await other.removeFlags("1:*", "kept");
        assertEquals(await client.count(), COUNT);
      });
    }

    it("keys of extensions [ext SAVEDATE, OBJECTID]", async () => {
      if (await client.hasCapability("SAVEDATE")) {
        assertEquals(await client.count({ savedSince: "2020-01-01" }), COUNT);
        assertEquals(await client.count({ savedBefore: "2020-01-01" }), 0);
      }
      if (await client.hasCapability("OBJECTID")) {
        const rows = await client.fetch(uids[3], ["EMAILID"]);
        const emailId = rows.get(uids[3])!.EMAILID;
        if (emailId) assertEquals([...await client.search({ emailId })], [uids[3]]);
      }
      if (await client.hasCapability("SEARCH=FUZZY")) {
        assert(await client.count({ fuzzy: { subject: "c" } }) >= 0);
        const options = { return: ["ALL", "RELEVANCY"] } as const;
        const { all, relevancy } = await client.search({ fuzzy: { subject: "c" } }, options);
        assert(relevancy === null || relevancy.length === all.size);
      }
    });
  });
}
