import { describe } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { CapabilityError, ImapClient } from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import { testExtensionCall } from "../../support/extension_call.ts";
import { test } from "../../support/fake_server.ts";

const JMAP = "https://mail.test/.well-known/jmap";

testExtensionCall({
  ext: "JMAPACCESS",
  capability: "JMAPACCESS",
  call: async (client, signal) => (await client.jmapAccess({ signal })).href,
  sent: "GETJMAPACCESS",
  lines: [`* JMAPACCESS "${JMAP}"`],
  expected: JMAP,
  malformed: [
    ...[[], ["* JMAPACCESS"], ['* JMAPACCESS "http://mail.test/"'], ["* JMAPACCESS (a b)"]],
    [`* JMAPACCESS "https://${"x".repeat(100_000)}:y/"`],
  ],
});

describe("the in-memory server's JMAPACCESS [ext JMAPACCESS]", () => {
  test("added → offered after the login alone, and the URL is the one given", async () => {
    const server = new MemoryServer({ capabilities: { add: ["JMAPACCESS"] }, jmapUrl: JMAP });
    server.addUser("ann", "secret");
    const client = await ImapClient.connect({ transport: server.transport });
    assert(!await client.hasCapability("JMAPACCESS"));
    await client.login("ann", "secret");
    assert(await client.hasCapability("OBJECTID"), "JMAPACCESS implies it");
    assertEquals((await client.jmapAccess()).href, JMAP);
    await client.logout();
  });

  test("not added → CapabilityError", async () => {
    const server = new MemoryServer({ greeting: "PREAUTH" });
    server.addUser("ann", "secret");
    const client = await ImapClient.connect({ transport: server.transport });
    await assertRejects(() => client.jmapAccess(), CapabilityError);
    await client.logout();
  });
});
