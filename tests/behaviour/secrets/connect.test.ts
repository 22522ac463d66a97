// What is passed for connecting never shows: private keys, the arguments of commands, and URLs that
// were mistaken for a host.
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { assert } from "@std/assert";
import { type ConnectOptions, ImapClient, ImapError } from "../../../mod.ts";
import { connectFake, fakeNetwork, KeptLog, test } from "../../support/fake_server.ts";
import { newSecret, type Secret, shownBy, traceIn } from "./traces.ts";

function pem(secret: Secret): string {
  return `-----BEGIN PRIVATE KEY-----\n${secret.text}\n-----END PRIVATE KEY-----\n`;
}

function assertNone(what: string, text: string, secret: Secret): void {
  const trace = traceIn(text, [secret]);
  assert(trace === null, `${what}: ${JSON.stringify(trace)}`);
}

async function failing(options: ConnectOptions): Promise<string> {
  const logger = new KeptLog();
  const error: unknown = await ImapClient.connect({ timeout: 5, ...options, logger }).then(
    (client) => client.shutdown(),
    (it: unknown) => it,
  );
  assert(error instanceof ImapError, `${error}`);
  return shownBy(error) + logger.text;
}

test("a private key does not show with the client", async () => {
  const secret = newSecret();
  const { client } = await connectFake({ tls: { key: pem(secret), cert: "x" } });
  assertNone("the client", shownBy(client) + shownBy([client]) + shownBy({ client }), secret);
  client.shutdown();
  assertNone("the end", shownBy(await client.over), secret);
});

test("a private key does not show in the client's TLS options", async () => {
  const secret = newSecret();
  const { client } = await connectFake({ tls: { key: pem(secret), cert: "x" } });
  client.shutdown();
  assertNone("tls", shownBy(client.tls), secret);
});

test("an invalid private key does not show in the error", async () => {
  const server = createServer((socket) => socket.on("error", () => {}));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const secret = newSecret();
  for (
    const cert of [pem(secret), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"]
  ) {
    const tls = { key: pem(secret), cert };
    assertNone("implicit", await failing({ host: "127.0.0.1", port, tls, timeout: 0.3 }), secret);
  }
  server.close();
});

test("a private key does not show if STARTTLS fails", async () => {
  const secret = newSecret();
  const logger = new KeptLog();
  const { transport, server, handshake } = fakeNetwork({ plain: true });
  handshake.result = () => Promise.reject(new Error("handshake failed"));
  const tls = { key: pem(secret) };
  const connecting = ImapClient.connect({ transport, starttls: true, tls, logger })
    .then(() => null, (it: unknown) => it);
  await server.send("* OK [CAPABILITY IMAP4rev1 STARTTLS] hello");
  await server.answer("STARTTLS");
  assertNone("STARTTLS", shownBy(await connecting) + logger.text, secret);
});

test("the arguments of a command show only on request", async () => {
  for (const last of ["--password=", ""]) {
    const secret = newSecret();
    const program = "./no-such-program";
    assertNone("a list", await failing({ stream: [program, `${last}${secret.text}`] }), secret);
  }
});

test("the arguments of a command line for the shell show only on request", async () => {
  const secret = newSecret();
  assertNone("a line", await failing({ stream: `exit 3 # ${secret.text}` }), secret);
});

test("a URL that is taken for a host does not show its password", async () => {
  const secret = newSecret();
  for (const host of [`imaps://ann:${secret.text}@example.org`, `ann:${secret.text}@example.org`]) {
    assertNone(host.slice(0, 8), await failing({ host }), secret);
  }
});
