// onAlert: what the server wants its user to read, wherever it comes (RFC 9051 section 7.1).
import { assertEquals, assertInstanceOf } from "@std/assert";
import { type Alert, ImapClient, ImapError, type UntaggedResponse } from "@imapclient/imapclient";
import {
  connectFake,
  connectPlain,
  fakeNetwork,
  KeptLog,
  outcome,
  selectFake,
  STARTTLS_GREETING,
  test,
  turns,
} from "../../support/fake_server.ts";

/** The alerts that are told from now on. */
function told(client: ImapClient): Alert[] {
  const alerts: Alert[] = [];
  client.onAlert((alert) => alerts.push(alert));
  return alerts;
}

test("alerts in untagged and tagged responses of all kinds → told once each [ext ALERT]", async () => {
  const { client, server } = await selectFake();
  const alerts = told(client);
  const heard: UntaggedResponse[] = [];
  client.listen((response) => heard.push(response));
  await server.send("* OK [ALERT] one", "* NO [ALERT] two");
  const noop = client.noop();
  await server.send("* BAD [alert] three", `${await server.expect("NOOP")} OK [ALERT] four`);
  assertEquals((await noop).text, "four");
  const refused = outcome(client.folderStatus("x"));
  await server.send(
    `${await server.expect('STATUS "x" (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN)')} ` +
      "NO [ALERT] five",
  );
  const error = await refused;
  assertInstanceOf(error, ImapError);
  assertEquals([error.code, error.text], ["ALERT", "five"]);
  const selecting = client.selectFolder("INBOX");
  await server.answer('SELECT "INBOX"', "* OK [ALERT] six", "* 1 EXISTS");
  assertEquals(Object.keys(await selecting).includes("ALERT"), false);
  await server.send("* BYE [ALERT] seven");
  await turns();
  assertEquals(alerts.map(({ text }) => text), [
    ...["one", "two", "three", "four", "five", "six", "seven"],
  ]);
  assertEquals(new Set(alerts.map(({ secure }) => secure)), new Set([true]));
  assertEquals(heard.map(({ type }) => type), ["OK", "NO", "BAD", "OK", "BYE"]);
  client.shutdown();
});

test("an alert in the greeting and in the answer to LOGIN → told to the first listener [ext ALERT]", async () => {
  const { client, server } = await greeted();
  const login = client.login("ann", "secret");
  await server.send(`${await server.expect('LOGIN "ann" "secret"')} OK [ALERT] nearly full`);
  await server.answer("CAPABILITY", "* CAPABILITY IMAP4rev1");
  await login;
  assertEquals(told(client).map(({ text }) => text), ["Be careful", "nearly full"]);
  // They are not told twice.
  assertEquals(told(client), []);
  client.shutdown();
});

/** A client whose server greets without naming its capabilities. */
async function greeted() {
  const { transport, server } = fakeNetwork();
  const connecting = ImapClient.connect({ transport });
  await server.send("* OK [ALERT] Be careful");
  await server.answer("CAPABILITY", "* CAPABILITY IMAP4rev1");
  return { client: await connecting, server };
}

test("alerts before STARTTLS → insecure, and not kept after it [ext ALERT]", async () => {
  const { client, server, handshake } = await connectPlain();
  await server.send("* OK [ALERT] log in at http://evil.example");
  await turns();
  const starting = client.starttls();
  await server.answer("STARTTLS");
  await handshake.server.answer(
    "CAPABILITY",
    "* OK [ALERT] welcome",
    "* CAPABILITY IMAP4rev1 AUTH=PLAIN",
  );
  await starting;
  assertEquals(told(client), [{ text: "welcome", secure: true }]);
  client.shutdown();

  const plain = await connectPlain(STARTTLS_GREETING);
  const alerts = told(plain.client);
  await plain.server.send("* OK [ALERT] log in at http://evil.example");
  await turns();
  assertEquals(alerts.map(({ secure }) => secure), [false]);
  plain.client.shutdown();
});

test("texts that are long, empty or full of control characters, and floods → bounded [ext ALERT]", async () => {
  const { client, server } = await selectFake();
  await server.send("* OK [ALERT]", "* OK [ALERT] ", "* OK [ALERT] \x1b[31mred\u202e");
  await server.send(`* OK [ALERT] ${"x".repeat(5000)}`);
  for (let i = 0; i < 100; i++) await server.send("* OK [ALERT] more");
  await turns();
  const alerts = told(client);
  assertEquals(alerts.length, 16);
  assertEquals(alerts[0].text, "\\x1b[31mred\\u202e");
  assertEquals(alerts[1].text.length, 1000);
  client.shutdown();
});

test("a listener that throws → logged; the others hear; a removed one does not [ext ALERT]", async () => {
  const logger = new KeptLog();
  const { client, server } = await selectFake({ logger });
  const remove = client.onAlert(() => {
    throw new Error("broken");
  });
  const alerts = told(client);
  await server.send("* OK [ALERT] one");
  await turns();
  remove();
  await server.send("* OK [ALERT] two");
  await turns();
  assertEquals(alerts.map(({ text }) => text), ["one", "two"]);
  assertEquals(logger.text.match(/a listener for alerts failed: Error: broken/g)?.length, 1);
  client.shutdown();
});

test("an alert that repeats the password in a challenge → told without it [ext ALERT]", async () => {
  const { client, server } = await connectFake({}, "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi");
  const alerts = told(client);
  const login = outcome(client.plainLogin("ann", "s3cret-pass"));
  const tag = await server.expect("AUTHENTICATE PLAIN");
  await server.send("+ ");
  await server.line();
  await server.send("+ [ALERT] you said s3cret-pass", `${tag} NO no`);
  await login;
  assertEquals(alerts.map(({ text }) => text), ["you said **REDACTED**"]);
  client.shutdown();
});
