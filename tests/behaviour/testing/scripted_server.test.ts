import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ImapClient, ImapError, LoginError } from "@imapclient/imapclient";
import { memoryTransport } from "@imapclient/imapclient/memory";
import { literal, ScriptedServer } from "@imapclient/imapclient/testing";
import { difference } from "../../../src/testing/difference.ts";
import { test } from "../../support/fake_server.ts";

function connect({ transport }: ScriptedServer): Promise<ImapClient> {
  return ImapClient.connect({ transport });
}

/** The error of the server's `finish`. */
function complaint(server: ScriptedServer): string {
  return assertThrows(() => server.finish(), Error).message;
}

test("R1 R2 a client runs against a script, and the commands that it sent can be read", async () => {
  const server = new ScriptedServer({ capabilities: ["IMAP4rev1", "IDLE"] })
    .expect('LOGIN "ann" "x"', ["* CAPABILITY IMAP4rev1 IDLE"], "OK welcome")
    .expect('SELECT "INBOX"', ["* 3 EXISTS", "* FLAGS (\\Seen)"], "OK [READ-WRITE] selected")
    .expect(`UID SEARCH CHARSET UTF-8 SUBJECT ${literal("Grüße")}`, ["* SEARCH 2"])
    .expect("UID FETCH 2 (ENVELOPE)", [
      `* 2 FETCH (UID 2 ENVELOPE (NIL ${literal("Grüße")} NIL NIL NIL NIL NIL NIL NIL NIL))`,
    ]);
  await using client = await connect(server);
  assertEquals(await client.login("ann", "x"), "welcome");
  assertEquals((await client.selectFolder("INBOX")).EXISTS, 3);
  assertEquals([...await client.search(["SUBJECT", "Grüße"])], [2]);
  assertEquals((await client.fetch(2, ["ENVELOPE"])).get(2)!.ENVELOPE.subject, "Grüße");
  assertEquals(server.sent[1], 'SELECT "INBOX"');
  assertEquals(server.sent[2], "UID SEARCH CHARSET UTF-8 SUBJECT {7}\r\nGrüße");
  server.finish();
});

test("R2 refusals are the script's, with their codes", async () => {
  const server = new ScriptedServer()
    .expect('LOGIN "ann" "wrong"', [], "NO [AUTHENTICATIONFAILED] no");
  await using client = await connect(server);
  const error = await assertRejects(() => client.login("ann", "wrong"), LoginError);
  assertEquals(error.code, "AUTHENTICATIONFAILED");
  server.finish();
});

test("R2 IDLE and challenges are conversations", async () => {
  const server = new ScriptedServer({ capabilities: ["IMAP4rev1", "IDLE", "AUTH=LOGIN"] })
    .expect("AUTHENTICATE LOGIN", ["+", "+ UGFzc3dvcmQ6", "* CAPABILITY IMAP4rev1 IDLE"])
    .expect("IDLE", ["+ idling", "* 4 EXISTS"]);
  await using client = await connect(server);
  const answers = ["ann", "x"];
  await client.saslLogin("LOGIN", () => answers.shift()!);
  await client.idle();
  assertEquals((await client.idleCheck())[0].type, "EXISTS");
  await client.idleDone();
  assertEquals(server.sent, ["AUTHENTICATE LOGIN", btoa("ann"), btoa("x"), "IDLE", "DONE"]);
  server.finish();
});

test("R2 an unexpected command is shown next to the expected one, and ends the script", async () => {
  const server = new ScriptedServer({ greeting: "PREAUTH" })
    .expect("NOOP")
    .expect('CREATE "a"');
  const client = await connect(server);
  await client.noop();
  const wanted = 'expected CREATE "a", but got CREATE "b"';
  await assertRejects(() => client.createFolder("b"), ImapError, wanted);
  await assertRejects(() => client.createFolder("a"), ImapError, wanted);
  await client.logout();
  assertEquals(
    complaint(server),
    'command 2 is not the one expected:\n  expected  CREATE "a"\n  got       CREATE "b"',
  );
});

test("R2 commands that have not come are missed, and one too many noticed", async () => {
  const server = new ScriptedServer({ greeting: "PREAUTH" })
    .expect('CREATE "a"')
    .expect(`APPEND "a" () ${literal("Hi\r\nthere")}`)
    .expect("NOOP");
  await using client = await connect(server);
  await client.createFolder("a");
  assertEquals(
    complaint(server),
    "commands that were expected have not come:\n" +
      '  expected  APPEND "a" () {9}\n            Hi\n            there\n  expected  NOOP',
  );
  await client.append("a", "Hi\r\nthere");
  await client.noop();
  server.finish();
  await assertRejects(() => client.noop(), ImapError, "expected no more commands, but got NOOP");
  assertEquals(
    complaint(server),
    "command 4 is one too many:\n  expected  no more than 3\n  got       NOOP",
  );
});

test("R2 literals are compared line by line", async () => {
  const server = new ScriptedServer({ greeting: "PREAUTH" })
    .expect(`APPEND "Sent" (\\Seen) ${literal("Subject: Hello\r\n\r\nHow are you?\r\n")}`);
  await using client = await connect(server);
  await assertRejects(
    () => client.append("Sent", "Subject: Hello\r\n\r\nHow is she?\r\n", { flags: ["\\Seen"] }),
    ImapError,
  );
  assertEquals(complaint(server).split("\n"), [
    "command 1 is not the one expected:",
    '  expected  APPEND "Sent" (\\Seen) {32}',
    '  got       APPEND "Sent" (\\Seen) {31}',
    "  both      Subject: Hello",
    "  both",
    "  expected  How are you?",
    "  got       How is she?",
    "  both",
  ]);
});

test("R2 differences in long literals are shown, with unprintable bytes escaped", async () => {
  const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);
  const one = lines.join("\r\n");
  assertEquals(difference(one, one.replace("line 50\r", "LINE\t\r")).split("\n"), [
    "  both      line 0",
    "  both      ... (47 more lines)",
    "  both      line 48",
    "  both      line 49",
    "  expected  line 50",
    "  got       LINE\\x09",
    "  both      line 51",
    "  both      line 52",
    "  both      ... (47 more lines)",
  ]);
  assertEquals(difference("a\r\nb", "a\nb").split("\n"), [
    "  expected  a",
    "  got       a\\n",
    "  both      b",
  ]);
  assertEquals(difference("x", "x\r\ny").split("\n"), ["  both      x", "  got       y"]);
  assertEquals(difference("", one).split("\n").length, 15);
  assertEquals(difference("x".repeat(200), "").length, 12 + 160 + "...\n  got".length);
  await Promise.resolve();
});

test("R2 a script serves any pair of streams, and several connections in turn", async () => {
  const server = new ScriptedServer({ greeting: "PREAUTH" }).expect("NOOP").expect("NOOP");
  const transport = memoryTransport((duplex) => void server.serve(duplex));
  for (let i = 0; i < 2; i++) {
    const client = await ImapClient.connect({ transport });
    await client.noop();
    await client.logout();
  }
  server.finish();
});
