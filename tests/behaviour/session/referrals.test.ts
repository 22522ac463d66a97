// Referrals (RFC 2221, RFC 2193): the server says where to go; the client goes nowhere.
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { ConnectionClosedError, ImapError, LoginError } from "@imapclient/imapclient";
import { connectFake, outcome, test } from "../../support/fake_server.ts";

const URL = "imap://ann;AUTH=*@other.test/";

test("LOGIN: NO with a referral → LoginError with where to go [ext REFERRALS]", async () => {
  const { client, server } = await connectFake();
  const login = outcome(client.login("ann", "x"));
  const tag = await server.expect('LOGIN "ann" "x"');
  await server.send(`${tag} NO [REFERRAL ${URL}] try there`);
  const error = await login;
  assertInstanceOf(error, LoginError);
  assertEquals(error.code, "REFERRAL");
  const [{ url, host, port, user, mechanism }] = error.responseCode!.referrals!;
  assertEquals([url, host, port, user, mechanism], [URL, "other.test", 143, "ann", "*"]);
  assert(await server.isSilent());
  client.shutdown();
});

test("BYE with a referral → the end's error has it [ext REFERRALS]", async () => {
  const { client, server } = await connectFake();
  await server.send(`* BYE [REFERRAL ${URL}] moved`);
  server.close();
  const reason = await client.over;
  assertInstanceOf(reason, ConnectionClosedError);
  assertEquals(reason.responseCode?.referrals?.[0].host, "other.test");
});

const CODES: readonly (readonly [code: string, hosts: readonly string[] | undefined])[] = [
  ["REFERRAL imap://a.test/x imap://b.test/x", ["a.test", "b.test"]],
  ["REFERRAL imap://a.test/x http://b.test/ nonsense", ["a.test"]],
  ["REFERRAL nonsense", []],
  ["REFERRAL", undefined],
  [`REFERRAL ${"imap://a.test ".repeat(1000)}`, new Array(100).fill("a.test")],
];
for (const [code, hosts] of CODES) {
  test(`SELECT: NO [${code.slice(0, 50)}] → the URLs that can be read [ext REFERRALS]`, async () => {
    const { client, server } = await connectFake({}, "* PREAUTH [CAPABILITY IMAP4rev1] hello");
    const selecting = outcome(client.selectFolder("x"));
    await server.send(`${await server.expect('SELECT "x"')} NO [${code}] elsewhere`);
    const error = await selecting;
    assertInstanceOf(error, ImapError);
    assertEquals(error.code, "REFERRAL");
    assertEquals(error.responseCode!.referrals?.map(({ host }) => host), hosts);
    client.shutdown();
  });
}
