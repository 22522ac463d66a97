// The live test, run as a user runs it: with an INI file, in its own process.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { ImapClient } from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import {
  createAuthority,
  LOOPBACK_HOSTS,
  opensslMissing,
} from "../../support/servers/certificates.ts";
import {
  cyrusMissing,
  newerCyrusMissing,
  startCyrus,
  startNewerCyrus,
} from "../../support/servers/cyrus.ts";
import {
  dovecotMissing,
  newerDovecotMissing,
  startDovecot,
  startNewerDovecot,
} from "../../support/servers/dovecot.ts";
import { goimapMissing, startGoimap } from "../../support/servers/goimap.ts";
import { whenLate } from "../../support/patience.ts";

const LAUNCHER = join(dirname(dirname(fileURLToPath(import.meta.url))), "livetest.mjs");
const LIMIT_MS = 240_000;
const RUNTIME = "Deno" in globalThis ? "deno" : "Bun" in globalThis ? "bun" : "node";

interface Started {
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
}

const SERVERS: readonly (readonly [string, string | false, () => Promise<Started>])[] = [
  ["Dovecot", dovecotMissing, () => startDovecot()],
  ["Cyrus [fault F2]", cyrusMissing, () => startCyrus({ config: "delete_mode: delayed" })],
  ["Dovecot 2.4", newerDovecotMissing, () => startNewerDovecot()],
  ["Cyrus 3.12", newerCyrusMissing, () => startNewerCyrus({ config: "delete_mode: delayed" })],
  [
    "a Dovecot whose folders hold messages or folders [fault F2]",
    dovecotMissing,
    // With mbox files, THREAD crashes a session of Dovecot 2.3.19.
    () =>
      startDovecot({
        config: "mail_location = mbox:~/mbox:INBOX=~/inbox\n" +
          "imap_capability = IMAP4rev1 LITERAL+ UIDPLUS NAMESPACE IDLE UNSELECT MOVE SORT",
      }),
  ],
  ["go-imap", goimapMissing, () => startGoimap()],
  ["a go-imap of IMAP4rev2 alone", goimapMissing, () => startGoimap({ without: ["IMAP4rev1"] })],
  ["the in-memory server", false, () => startMemory()],
  ["an in-memory server with modes and limits", false, () => startMemory(MODES)],
];

/** What the in-memory server has only if it is told to. */
const IN_MEMORY = [
  ...["X-GM-EXT-1", "XLIST", "ACL", "METADATA", "LIST-MYRIGHTS", "LIST-METADATA", "ESEARCH"],
  ...["SEARCHRES", "PARTIAL", "QRESYNC", "ESORT", "CONTEXT=SEARCH", "UIDBATCHES", "LANGUAGE"],
  ...["I18NLEVEL=2", "UNAUTHENTICATE", "JMAPACCESS", "NOTIFY", "REPLACE", "BINARY", "CATENATE"],
  ...["URL-PARTIAL", "URLAUTH=BINARY", "PREVIEW", "SAVEDATE", "WITHIN", "SEARCH=FUZZY"],
  ...["CONTEXT=SORT", "MULTISEARCH", "COMPRESS=DEFLATE"],
];

/** Modes change the whole session, and so does a limit. */
const MODES = [
  ...["IMAP4rev2", "UTF8=ACCEPT", "UIDONLY", "INPROGRESS", "MESSAGELIMIT=10", "SAVELIMIT=9"],
  ...["SEARCHRES", "PARTIAL", "QRESYNC"],
];

async function startMemory(add: readonly string[] = IN_MEMORY): Promise<Started> {
  const server = new MemoryServer({ capabilities: { add } });
  server.addUser("ann", "secret");
  const { host, port, close } = await server.listen();
  return { host, port, stop: async () => await close() };
}

/** A proxy that delays what the server sends, so that even a short timer fires before it. */
async function startSlowProxy(port: number): Promise<{ port: number; stop(): void }> {
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(port, "127.0.0.1");
    for (const socket of [client, server]) sockets.add(socket.on("error", () => {}));
    client.pipe(server);
    server.on("data", (bytes) => setTimeout(() => client.write(bytes), 100));
    server.on("close", () => setTimeout(() => client.destroy(), 100));
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const stop = () => {
    proxy.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: (proxy.address() as AddressInfo).port, stop };
}

/** Runs the launcher to its end. */
function livetest(...args: readonly string[]): Promise<{ status: number; output: string }> {
  const env: Record<string, string | undefined> = { ...process.env, NO_COLOR: "1" };
  // Otherwise Node would take that run for a part of this one, and run nothing.
  delete env.NODE_TEST_CONTEXT;
  return new Promise((resolve, reject) => {
    const child = spawn("node", [LAUNCHER, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => output += text);
    }
    const settle = whenLate(LIMIT_MS, () => child.kill());
    child.on("error", reject);
    child.on("close", (code) => {
      settle();
      resolve({ status: code ?? 1, output });
    });
  });
}

describe("livetest", () => {
  let folder: string;
  const write = (name: string, text: string) => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "imapclient-livetest-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [name, missing, start] of SERVERS) {
    it(
      `U1 U2 U3 U4 U5 U7 U8 U9 passes on ${name}, and leaves nothing behind`,
      { skip: missing },
      async () => {
        const server = await start();
        try {
          const { host, port } = server;
          const file = write(
            "account.ini",
            `[DEFAULT]\nhost = ${host}\nport = ${port}\nssl = no\nusername = ann\npassword = secret\n` +
              "[wrong password]\npassword = wrong\nexpect_failure = LoginError|AUTHENTICATIONFAILED|Login\n" +
              "[again]\nusername = ann\n",
          );
          const { status, output } = await livetest(file, RUNTIME);
          assertEquals(status, 0, output);
          const parts = ["general", "with UIDs", "with sequence numbers", "U4 ", "U5 ", "U7 U9 "];
          parts.push("the server has and that failed: none", "that the server lacks: ");
          for (const part of parts) assert(output.includes(part), `${part} is not in ${output}`);
          const client = await ImapClient.connect({ host, port, ssl: false });
          await client.login("ann", "secret");
          const names = [...await client.listFolders(), ...await client.listSubFolders()];
          assert(!names.some((it) => String(it.name).includes("__imapclient")));
          await client.logout();
        } finally {
          await server.stop();
        }
      },
    );
  }

  it("U1 U6 connections and answers that take too long", { skip: opensslMissing }, async () => {
    const authority = createAuthority(folder);
    const server = new MemoryServer();
    server.addUser("ann", "secret");
    const tls = authority.issue("server", { hosts: LOOPBACK_HOSTS });
    const { port } = await server.listen({ tls });
    const proxy = await startSlowProxy(port);
    try {
      const file = write(
        "slow.ini",
        `[DEFAULT]\nhost = 127.0.0.1\nport = ${proxy.port}\nusername = ann\npassword = secret\n` +
          `ssl_ca_file = ${authority.ca.certFile}\n`,
      );
      const { status, output } = await livetest(file, RUNTIME, "--only=timeouts");
      assertEquals(status, 0, output);
      assertEquals(new Set(output.match(/U6 an? \w+ that takes too long/g)).size, 2, output);
    } finally {
      proxy.stop();
      await server.close();
    }
  });

  it("U1 U4 fails if a test fails, or if an expected failure does not happen", async () => {
    const server = await startMemory();
    try {
      const file = write(
        "failing.ini",
        `[DEFAULT]\nhost = ${server.host}\nport = ${server.port}\nssl = no\nusername = ann\n` +
          "password = secret\n[works]\nexpect_failure = .\n",
      );
      const { status, output } = await livetest(file, RUNTIME, "--only=alternate");
      assertEquals(status === 0, false, output);
    } finally {
      await server.stop();
    }
  });

  it("no nested folders, or folders that can't be deleted → reported, and it ends [fault F2]", async () => {
    const server = new MemoryServer();
    server.addUser("ann", "secret");
    const { host, port } = await server.listen();
    try {
      const account =
        `host = ${host}\nport = ${port}\nssl = no\nusername = ann\npassword = secret\n`;
      const file = write("odd.ini", `[DEFAULT]\n${account}`);
      server.faults.refuse("CREATE", { times: 2 });
      const beside = await livetest(file, RUNTIME, "--only=general");
      assertEquals(beside.status, 0, beside.output);
      assertMatch(beside.output, /no folders in folders here.*refused, as the test wants it/);
      server.faults.refuse("DELETE", { times: Infinity });
      const stuck = await livetest(file, RUNTIME, "--only=U5 M5");
      assert(stuck.status !== 0, stuck.output);
      assertMatch(stuck.output, /DELETE failed: refused, as the test wants it/);
      // What was left over does not disturb the next run.
      server.faults.clear();
      assertEquals((await livetest(file, RUNTIME, "--only=U5 M5")).status, 0);
      const client = await ImapClient.connect({ host, port, ssl: false });
      await client.login("ann", "secret");
      assertEquals((await client.listFolders()).map(({ name }) => name), ["INBOX"]);
      await client.logout();
    } finally {
      await server.close();
    }
  });

  it("U1 explains its usage, and mistakes in the file", async () => {
    for (const args of [[], ["no-such.ini"], ["a.ini", "--what"]]) {
      const { status, output } = await livetest(...args);
      assertEquals(status, 2);
      assertMatch(output, /usage: npm run livetest/);
    }
    const { status, output } = await livetest(write("bad.ini", "[DEFAULT]\nhots = x\n"), RUNTIME);
    assert(status !== 0);
    assertMatch(output, /bad\.ini.*hots.*host/);
  });
});
