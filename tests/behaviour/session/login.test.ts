import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  CapabilityError,
  IllegalStateError,
  ImapClient,
  ImapError,
  InvalidArgumentError,
  LoginError,
  scramSha256,
} from "../../../mod.ts";
import {
  connectFake,
  type FakeServer,
  KeptLog,
  outcome,
  selectFake,
  test,
} from "../../support/fake_server.ts";

const greeting = (capabilities: string) => `* OK [CAPABILITY IMAP4rev1 ${capabilities}] ready`;
const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
const IN = "OK [CAPABILITY IMAP4rev1] in";

/** Plays the server for a mechanism whose first response comes with the command. */
async function acceptAtOnce(server: FakeServer, mechanism: string, message: string): Promise<void> {
  const tag = await server.expect(`AUTHENTICATE ${mechanism} ${base64(message)}`);
  await server.send(`${tag} ${IN}`);
}

test("D3 oauth2Login sends user and token, and the vendor if given", async () => {
  for (
    const [options, mechanism, message] of [
      [{}, "XOAUTH2", "user=ann@x.org\x01auth=Bearer t0ken\x01\x01"],
      [{ vendor: "Y!" }, "XOAUTH2", "user=ann@x.org\x01auth=Bearer t0ken\x01vendor=Y!\x01\x01"],
      [{ mech: "X-OTHER" }, "X-OTHER", "user=ann@x.org\x01auth=Bearer t0ken\x01\x01"],
    ] as const
  ) {
    const { client, server } = await connectFake({}, greeting(`SASL-IR AUTH=${mechanism}`));
    const login = client.oauth2Login("ann@x.org", "t0ken", options);
    await acceptAtOnce(server, mechanism, message);
    assertEquals(await login, "[CAPABILITY IMAP4rev1] in");
    assertEquals(client.state, "authenticated");
    client.shutdown();
  }
});

test("D3 a refused token throws an error with the server's explanation", async () => {
  const log = new KeptLog();
  const { client, server } = await connectFake({ logger: log }, greeting("AUTH=XOAUTH2"));
  const login = outcome(client.oauth2Login("ann@x.org", "s3cret-token"));
  const tag = await server.expect("AUTHENTICATE XOAUTH2");
  await server.send("+");
  await server.line();
  await server.send(`+ ${base64('{"status":"400","schemes":"bearer"}')}`);
  assertEquals(await server.line(), ""); // an empty answer, for the server to say NO
  await server.send(`${tag} NO [AUTHENTICATIONFAILED] Invalid credentials`);
  const error = await login;
  assertInstanceOf(error, LoginError);
  assertEquals(
    [error.message, error.code],
    [
      "AUTHENTICATE failed: Invalid credentials (status: 400, schemes: bearer)",
      "AUTHENTICATIONFAILED",
    ],
  );
  for (const text of [log.text, String(error.stack), JSON.stringify(error)]) {
    assert(!text.includes("s3cret-token") && !text.includes(base64("s3cret-token").slice(0, 8)));
  }
  client.shutdown();
});

test("D9 oauthbearerLogin names identity and token, or leaves it to the token", async () => {
  for (
    const [identity, message] of [
      ["ann@x.org", "n,a=ann@x.org,\x01auth=Bearer t0ken\x01\x01"],
      ["a=b,c", "n,a=a=3Db=2Cc,\x01auth=Bearer t0ken\x01\x01"],
      ["", "n,,\x01auth=Bearer t0ken\x01\x01"],
    ] as const
  ) {
    const { client, server } = await connectFake({}, greeting("SASL-IR AUTH=OAUTHBEARER"));
    const login = client.oauthbearerLogin(identity, "t0ken");
    await acceptAtOnce(server, "OAUTHBEARER", message);
    await login;
    client.shutdown();
  }
});

test("D8 saslLogin hands each challenge to the function, the first one empty", async () => {
  const { client, server } = await connectFake({}, greeting("SASL-IR AUTH=LOGIN"));
  const challenges: string[] = [];
  const answers: (string | Uint8Array)[] = ["änn", new TextEncoder().encode("secret")];
  const login = client.saslLogin("login", (challenge) => {
    challenges.push(new TextDecoder().decode(challenge));
    return answers.shift()!;
  });
  const tag = await server.expect("AUTHENTICATE LOGIN");
  await server.send("+ ");
  assertEquals(await server.line(), base64("änn"));
  await server.send(`+ ${base64("Password:")}`);
  assertEquals(await server.line(), base64("secret"));
  await server.send(`${tag} ${IN}`);
  await login;
  assertEquals(challenges, ["", "Password:"]);
  client.shutdown();
});

test("D8 an error of the function cancels the login and reaches the caller", async () => {
  const { client, server } = await connectFake({}, greeting("AUTH=EXTERNAL"));
  const reason = new Error("no smart card");
  const login = outcome(client.saslLogin("EXTERNAL", () => Promise.reject(reason)));
  const tag = await server.expect("AUTHENTICATE EXTERNAL");
  await server.send("+");
  assertEquals(await server.line(), "*");
  await server.send(`${tag} BAD cancelled`);
  assertEquals(await login, reason);
  const noop = client.noop();
  await server.answer("NOOP");
  await noop;
  assertEquals(client.state, "not authenticated");
  client.shutdown();
});

test("D8 E3 a mechanism that the server does not offer is not tried", async () => {
  const { client, server } = await connectFake({}, greeting("AUTH=PLAIN"));
  const wanted = "Server does not support AUTH=SCRAM-SHA-256 capability";
  await assertRejects(() => client.saslLogin(scramSha256("a", "b")), CapabilityError, wanted);
  await assertRejects(() => client.oauth2Login("a", "b"), CapabilityError, "AUTH=XOAUTH2");
  await assertRejects(() => client.oauthbearerLogin("a", "b"), CapabilityError, "OAUTHBEARER");
  await assertRejects(() => client.saslLogin("NO SUCH", () => ""), InvalidArgumentError);
  await assertRejects(() => client.oauth2Login("a", "b\x01"), InvalidArgumentError);
  assert(await server.isSilent());
  client.shutdown();
});

test("D8 a server that says OK before it has proved itself → the connection is closed", async () => {
  const { client, server } = await connectFake({}, greeting("AUTH=SCRAM-SHA-256 SASL-IR"));
  const login = outcome(client.saslLogin(scramSha256("ann", "secret")));
  const line = await server.line();
  await server.send(`${line.split(" ")[0]} OK come in`);
  assertInstanceOf(await login, LoginError);
  assert(client.closed);
});

test("D4 E7 what the manual has removed is not there", () => {
  for (const name of ["oauthLogin", "getFolderDelimiter"]) assert(!(name in ImapClient.prototype));
  return Promise.resolve();
});

test("E4 enable returns what is enabled, and the session knows", async () => {
  const { client, server } = await connectFake(
    { enable: [] },
    "* PREAUTH [CAPABILITY IMAP4rev1 ENABLE UTF8=ACCEPT] hello",
  );
  const enabled = client.enable(["foo", "bar", new TextEncoder().encode("utf8=accept")]);
  await server.answer("ENABLE FOO BAR UTF8=ACCEPT", "* ENABLED FOO", "* ENABLED UTF8=ACCEPT");
  assertEquals(await enabled, ["FOO", "UTF8=ACCEPT"]);
  // From now on folder names are sent as UTF-8.
  const created = client.createFolder("Überweisungen");
  const tag = (await server.line()).split(" ")[0];
  await server.send(`${tag} OK done`);
  assertEquals(await created, "done");
  for (const lines of [["* ENABLED"], []]) {
    const none = client.enable("FOO");
    await server.answer("ENABLE FOO", ...lines);
    assertEquals(await none, []);
  }
  client.shutdown();
});

test("E4 ENABLE is illegal once a folder is selected, and of nothing", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 ENABLE");
  await assertRejects(
    () => client.enable("CONDSTORE"),
    IllegalStateError,
    "ENABLE command illegal in state SELECTED",
  );
  const closed = client.closeFolder();
  await server.answer("CLOSE");
  await closed;
  await assertRejects(() => client.enable([]), InvalidArgumentError);
  await assertRejects(() => client.enable("A B"), InvalidArgumentError);
  assert(await server.isSilent());
  client.shutdown();
});

test("E5 Z14 id returns a record, before a login too", async () => {
  const { client, server } = await connectFake({}, greeting("ID"));
  const nobody = client.id();
  await server.answer("ID NIL", '* ID ("name" "GImap" "vendor" "Google, Inc." "support-url" NIL)');
  assertEquals(await nobody, { name: "GImap", vendor: "Google, Inc.", "support-url": null });
  const named = client.id({ name: 'my "program"', version: null });
  await server.answer('ID ("name" "my \\"program\\"" "version" NIL)', "* ID NIL");
  assertEquals(await named, {});
  const refused = outcome(client.id({}));
  await server.send(`${await server.expect("ID ()")} NO log in first`);
  assertInstanceOf(await refused, ImapError);
  client.shutdown();
});
