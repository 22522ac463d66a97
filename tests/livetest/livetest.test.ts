// The live test, run as a user runs it: by an INI file, in a process of its own.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { ImapClient } from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import { cyrusMissing, startCyrus } from "../live/cyrus.ts";
import { dovecotMissing, startDovecot } from "../live/dovecot.ts";

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
  ["Cyrus", cyrusMissing, () => startCyrus({ config: "delete_mode: immediate" })],
  ["the in-memory server", false, startMemory],
];

async function startMemory(): Promise<Started> {
  const server = new MemoryServer({ capabilities: { add: ["X-GM-EXT-1", "XLIST", "ACL"] } });
  server.addUser("ann", "secret");
  const { host, port, close } = await server.listen();
  return { host, port, stop: async () => await close() };
}

/** Runs the launcher to its end. */
function livetest(...args: readonly string[]): Promise<{ status: number; output: string }> {
  const env: Record<string, string | undefined> = { ...process.env, NO_COLOR: "1" };
  // Or Node would take the run for a part of this one, and run nothing.
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
    const timer = setTimeout(() => child.kill(), LIMIT_MS);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
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
    it(`U1 U2 U3 U4 passes on ${name}, and leaves nothing behind`, { skip: missing }, async () => {
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
        for (const group of ["general", "with UIDs", "with sequence numbers"]) {
          assert(output.includes(group), output);
        }
        const client = await ImapClient.connect({ host, port, ssl: false });
        await client.login("ann", "secret");
        const names = [...await client.listFolders(), ...await client.listSubFolders()];
        assert(!names.some((it) => String(it.name).includes("__imapclient")));
        await client.logout();
      } finally {
        await server.stop();
      }
    });
  }

  it("U1 U4 fails where a test fails, and where a failure was expected and did not come", async () => {
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

  it("U1 says how it is used, and what is wrong with the file", async () => {
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
