import { assertEquals } from "@std/assert";
import { ImapError } from "../../../src/model/errors.ts";
import { connectFake, outcome, selectFake, test } from "../../support/fake_server.ts";

test("M1 E3 only a + begins it; NO and BAD are errors with the server's text", async () => {
  for (const status of ["NO", "BAD"]) {
    const { client, server } = await selectFake({}, "IMAP4rev1 IDLE");
    const idling = outcome(client.idle());
    await server.send(`${await server.expect("IDLE")} ${status} not now`);
    const error = await idling;
    assertEquals([error instanceof ImapError, (error as ImapError).text], [true, "not now"]);
    client.shutdown();
  }
});

test("M3 events have the same form as in the result of NOOP", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 IDLE");
  const idling = client.idle();
  const tag = await server.expect("IDLE");
  await server.send("+ idling");
  await idling;
  await server.send(
    "* OK Still here",
    "* 1 EXISTS",
    "* 1 FETCH (FLAGS (\\NotJunk))",
    "* NO [X] so",
  );
  const [ok, exists, fetch, no] = await client.idleCheck();
  assertEquals(ok, { kind: "untagged", type: "OK", code: null, text: "Still here" });
  assertEquals(exists, { kind: "untagged", type: "EXISTS", number: 1 });
  assertEquals(fetch.type === "FETCH" && fetch.items, { SEQ: 1, FLAGS: ["\\NotJunk"] });
  assertEquals(no.type === "NO" && [no.code?.name, no.text], ["X", "so"]);
  const done = client.idleDone();
  assertEquals(await server.line(), "DONE");
  await server.send("* 1 EXPUNGE", `${tag} OK Idle done`);
  const { text, responses } = await done;
  assertEquals(text, "Idle done");
  assertEquals(responses, [{ kind: "untagged", type: "EXPUNGE", number: 1 }]);
  client.shutdown();
});

test("M3 a line that is no response ends it with a ProtocolError", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 IDLE");
  const idling = client.idle();
  await server.expect("IDLE");
  await server.send("+ idling");
  await idling;
  const check = outcome(client.idleCheck());
  await server.send("hello there");
  assertEquals((await check as Error).name, "ProtocolError");
  assertEquals(client.closed, true);
});

test("E3 M1 without a login or the capability nothing is sent", async () => {
  for (const capabilities of ["IMAP4rev1", "IMAP4rev1 IDLE"]) {
    const { client, server } = await connectFake({}, `* OK [CAPABILITY ${capabilities}] hi`);
    const error = await outcome(client.idle());
    const expected = capabilities.endsWith("IDLE") ? "IllegalStateError" : "CapabilityError";
    assertEquals([(error as Error).name, await server.isSilent()], [expected, true]);
    client.shutdown();
  }
});
