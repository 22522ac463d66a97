import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  CertificateError,
  ConnectError,
  type ImapClient,
  LoginError,
  TimeoutError,
} from "@imapclient/imapclient";
import { createClientFromConfig, parseConfigFile } from "../../src/config/mod.ts";
import { bounded, KeptLog } from "../support/fake_server.ts";
import {
  type Dovecot,
  DOVECOT_USERS,
  dovecotMissing,
  startDovecot,
} from "../support/servers/dovecot.ts";
import { TOKENS } from "../support/servers/token_server.ts";
import { assertKeeps, withFile } from "../behaviour/config/support.ts";
import { startTokenEndpoint, token, type TokenEndpoint } from "../support/token_endpoint.ts";

const LIMIT_MS = 30_000;

describe("configuration files against Dovecot", { skip: dovecotMissing }, () => {
  let dovecot: Dovecot;
  let endpoint: TokenEndpoint;
  let ca: string;

  before(async () => {
    dovecot = await startDovecot();
    endpoint = await startTokenEndpoint();
    ca = join(dovecot.folder, "authority.pem");
    writeFileSync(ca, dovecot.ca);
  });
  after(async () => {
    await endpoint?.close();
    await dovecot?.stop();
  });

  /** A client of the account in a file with these lines. */
  async function create(lines: string, logger?: KeptLog): Promise<ImapClient> {
    let client!: ImapClient;
    await withFile(`[DEFAULT]\n${lines}\n`, async (path) => {
      const file = await parseConfigFile(path);
      client = await bounded(createClientFromConfig(file.default, { logger }), lines, LIMIT_MS);
    });
    return client;
  }

  const bob = () => `username = bob\npassword = ${DOVECOT_USERS.bob}\ntimeout = 20`;
  const tls = () => `host = localhost\nport = ${dovecot.tlsPort}\n${bob()}`;
  const plain = () => `host = ${dovecot.host}\nport = ${dovecot.port}\nssl = no`;

  it("T7 T11 logs in over TLS, by STARTTLS and as plain text", async () => {
    const ways = [
      [`${tls()}\nssl_ca_file = ${ca}`, true],
      [`${tls()}\nssl_verify_cert = no`, true],
      [
        `host = localhost\nport = ${dovecot.port}\nstarttls = on\nssl_ca_file = ${ca}\n${bob()}`,
        true,
      ],
      [`${plain()}\n${bob()}`, false],
    ] as const;
    for (const [lines, secure] of ways) {
      const client = await create(lines);
      assertEquals([client.state, client.ssl], ["authenticated", secure]);
      assert(await client.folderExists("INBOX"));
      await client.logout();
    }
  });

  it("T7 ssl_check_hostname, and a certificate of an unknown authority", async () => {
    await assertRejects(() => create(tls()), CertificateError);
    const other = tls().replace("localhost", "localhost.localdomain");
    const lines = `${other.replace("localhost.localdomain", "127.0.0.1")}\nssl_ca_file = ${ca}`;
    const client = await create(`${lines}\nssl_check_hostname = no`);
    assertEquals(client.state, "authenticated");
    await client.logout();
  });

  it("T11 a wrong password is refused, and not shown", async () => {
    const lines = `${plain()}\nusername = ann\npassword = wr0ng;#pass`;
    const error = await assertRejects(() => create(lines), LoginError);
    assertEquals(error.code, "AUTHENTICATIONFAILED");
    assertKeeps(error, ["wr0ng;#pass"]);
  });

  it("T10 T11 logs in by OAuth 2.0, and gets a new token if one has expired", async () => {
    const lines = `${plain()}\nusername = ann\noauth2 = yes\ntimeout = 20
oauth2_client_id = id-1\noauth2_client_secret = s3cret;=#\noauth2_refresh_token = 1//0live
oauth2_token_url = ${endpoint.url}`;
    endpoint.answer(token("expired-token"), token(TOKENS.ann));
    const log = new KeptLog();
    for (let i = 0; i < 2; i++) {
      const client = await create(lines, log);
      assertEquals(client.state, "authenticated");
      assert(await client.folderExists("INBOX"));
      await client.logout();
    }
    assertEquals(endpoint.asked.length, 2);
    assertEquals(endpoint.asked[0].form.client_secret, "s3cret;=#");
    for (const secret of [TOKENS.ann, "expired-token", "s3cret", "1//0live"]) {
      assert(!log.text.includes(secret));
    }
    endpoint.answer(token("bad-1"), token("bad-2"));
    const error = await assertRejects(
      () => create(lines.replace("0live", "other")),
      LoginError,
    );
    assertKeeps(error, ["bad-1", "bad-2", "s3cret", "1//other"]);
  });

  it("T7 T11 with stream runs the command, which has logged in", async () => {
    const command = dovecot.command("ann").map((word) => `'${word}'`).join(" ");
    const client = await create(`host = ${command}\nstream = yes`);
    assertEquals(client.state, "authenticated");
    assert(await client.folderExists("INBOX"));
    await client.logout();
  });
});

describe("servers that are not there", () => {
  it("T11 nothing listens", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await once(server.close(), "close");
    const config = { host: "127.0.0.1", port, username: "ann", password: "s3cret" };
    const error = await assertRejects(
      () => bounded(createClientFromConfig(config), "refused"),
      ConnectError,
    );
    assertStringIncludes(error.message, `127.0.0.1:${port}`);
    assertKeeps(error, ["s3cret"]);
  });

  it("T7 T11 a silent one is abandoned after the timeout", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    let closed = 0;
    server.on("connection", (socket) => {
      socket.on("error", () => {});
      socket.on("close", () => closed++);
      socket.resume();
    });
    try {
      const account = { host: "127.0.0.1", username: "ann", password: "s3cret" };
      const config = { ...account, port, ssl: false, timeout: 0.3 };
      const error = await assertRejects(
        () => bounded(createClientFromConfig(config), "silent"),
        TimeoutError,
      );
      assertKeeps(error, ["s3cret"]);
      const end = Date.now() + 5000;
      while (closed === 0 && Date.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      assertEquals(closed, 1);
    } finally {
      server.close();
    }
  });

  it("T7 T11 a command that is not there", { skip: process.platform === "win32" }, async () => {
    const config = { host: "/no/such/imap-command", stream: true };
    await assertRejects(() => bounded(createClientFromConfig(config), "no command"));
  });
});
