// A login of very many steps: nothing of it shows, however late the server repeats it.
import { assert, assertEquals } from "@std/assert";
import { Secrets } from "../../../src/connection/secrets.ts";
import { encodeBase64 } from "../../../src/wire/base64.ts";
import { bytesOf, connectFake, KeptLog, outcome, test } from "../../support/fake_server.ts";

const PASSWORD = "correct-horse-battery";
const GREETING = "* OK [CAPABILITY IMAP4rev1 AUTH=X-LONG] ready";

for (const where of ["text", "code", "base64", "an untagged NO", "BYE"] as const) {
  test(`90 challenges, then the first answer again in ${where} → not shown [fault E5]`, async () => {
    const log = new KeptLog();
    const { client, server } = await connectFake({ logger: log }, GREETING);
    let step = 0;
    const answer = () => step++ === 0 ? PASSWORD : `answer number ${step}, of words like these`;
    const login = outcome(client.saslLogin("X-LONG", answer));
    const tag = await server.expect("AUTHENTICATE X-LONG");
    for (let i = 0; i < 90; i++) {
      await server.send("+ bW9yZQ==");
      await server.line();
    }
    const base64 = encodeBase64(bytesOf(PASSWORD));
    if (where === "an untagged NO") await server.send(`* NO you said ${PASSWORD}`);
    if (where === "BYE") {
      await server.send(`* BYE you said ${PASSWORD}`);
      server.close();
    } else if (where === "code") await server.send(`${tag} NO [X-NOT ${PASSWORD}] no`);
    else await server.send(`${tag} NO not ${where === "base64" ? base64 : PASSWORD}`);
    const error = await login as Error;
    const shown = `${error.message} ${JSON.stringify(error)} ${error.stack} ${log.text}`;
    for (const secret of [PASSWORD, base64]) assert(!shown.includes(secret), shown);
    client.shutdown();
  });
}

test("after a long login failed, its first answer in an alert → not shown [fault E5]", async () => {
  const log = new KeptLog();
  const { client, server } = await connectFake({ logger: log }, GREETING);
  let step = 0;
  const login = outcome(client.saslLogin("X-LONG", () => step++ === 0 ? PASSWORD : `no ${step}`));
  const tag = await server.expect("AUTHENTICATE X-LONG");
  for (let i = 0; i < 90; i++) {
    await server.send("+ bW9yZQ==");
    await server.line();
  }
  await server.send(`${tag} NO no`, `* OK [ALERT] somebody tried ${PASSWORD}`);
  await login;
  const noop = client.noop();
  await server.answer("NOOP", `* BAD ${PASSWORD}?`);
  const { responses } = await noop;
  const shown = JSON.stringify(responses) + log.text;
  assert(!shown.includes(PASSWORD), shown);
  client.shutdown();
});

test("secrets: forms of earlier logins → bounded once a login is over [fault E5]", async () => {
  await Promise.resolve();
  const secrets = new Secrets();
  const answer = (login: number, step: number) => `secret-of-login-${login}-and-step-${step}`;
  for (let login = 0; login < 50; login++) {
    for (let step = 0; step < 100; step++) secrets.add(answer(login, step));
    // Nothing of this login is forgotten.
    for (let step = 0; step < 100; step++) {
      assertEquals(secrets.blot(`x ${answer(login, step)} y`).includes("step"), false);
    }
    secrets.endLogin();
  }
  assertEquals(secrets.blot(answer(49, 0)).includes("step"), false);
  // Nothing of the first login is kept; its words are those of the last one.
  assertEquals(secrets.blot(answer(0, 0)).includes("step"), true);
});

test("secrets: the same password again and again → remembered [fault E5]", async () => {
  await Promise.resolve();
  const secrets = new Secrets();
  for (let i = 0; i < 1000; i++) {
    secrets.add(PASSWORD);
    secrets.add(`token-${i}-of-this-login`);
    assertEquals(secrets.blot(`${PASSWORD}`), "**REDACTED**");
    assertEquals(secrets.blot(encodeBase64(bytesOf(PASSWORD))).includes("Y29ycmVj"), false);
    secrets.endLogin();
  }
});
