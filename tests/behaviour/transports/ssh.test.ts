import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ConnectionClosedError } from "../../../src/model/errors.ts";
import { processTransport } from "../../../transports/process/mod.ts";
import { skipLive } from "../../support/skip.ts";
import { checksum, chunks, drain, pause, receive, send, within } from "./bytes.ts";
import { echo, listen } from "../../support/peer.ts";

// sshd must be called by its full path.
const SSHD = ["/usr/sbin/sshd", "/usr/local/sbin/sshd"].find((path) => existsSync(path));
const DOVECOT = "/usr/lib/dovecot/imap";

const installed = (command: string): boolean => !spawnSync(command, ["-V"]).error;
const never = new AbortController().signal;

/** A private sshd on 127.0.0.1, and the command that runs something through it. */
interface Sshd {
  readonly folder: string;
  readonly port: number;
  command(...remote: string[]): string[];
}

async function withSshd(sshd: string, use: (server: Sshd) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "imapclient-ssh-"));
  const path = (name: string): string => join(folder, name);
  try {
    for (const name of ["host", "user"]) {
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path(name)]);
    }
    const { port, close } = await listen(echo);
    await close();
    writeFileSync(path("config"), config(path, port));
    const made = privileges();
    const server = spawn(sshd, ["-D", "-e", "-f", path("config")], { stdio: "ignore" });
    const exited = once(server, "exit");
    try {
      await answering(port);
      const options = [
        ...["-F", "none", "-p", String(port), "-i", path("user"), "-o", "IdentitiesOnly=yes"],
        ...["-o", `UserKnownHostsFile=${path("known")}`, "-o", "BatchMode=yes"],
        ...["-o", "StrictHostKeyChecking=accept-new", "-o", "LogLevel=ERROR"],
      ];
      const command = (
        ...remote: string[]
      ): string[] => ["ssh", ...options, "127.0.0.1", ...remote];
      await use({ folder, port, command });
    } finally {
      server.kill();
      await exited;
      if (made) rmSync(made, { recursive: true });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * As root, Debian's sshd needs a folder that its service would create; returns what was missing.
 */
function privileges(): string | undefined {
  return process.getuid?.() === 0 ? mkdirSync("/run/sshd", { recursive: true }) : undefined;
}

const config = (path: (name: string) => string, port: number): string => `
ListenAddress 127.0.0.1
Port ${port}
HostKey ${path("host")}
PidFile none
AuthorizedKeysFile ${path("user.pub")}
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
`;

async function answering(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const socket = connect(port, "127.0.0.1");
    const up = await new Promise<boolean>((resolve) => {
      socket.once("data", () => resolve(true)).once("error", () => resolve(false));
    });
    socket.destroy();
    if (up) return;
    await pause(50);
  }
  throw new Error("sshd does not answer");
}

/** Dovecot's imap refuses to run as root, so it runs as nobody. */
const asNobody = process.getuid?.() === 0
  ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
  : [];

const skipSsh = skipLive(missingForSsh());
const skipDovecot = skipLive(
  !existsSync(DOVECOT) || (asNobody.length > 0 && !installed("setpriv"))
    ? "there is no Dovecot, or no setpriv"
    : false,
);

function missingForSsh(): string | false {
  if (!SSHD || !installed("ssh") || !installed("ssh-keygen")) return "there is no sshd or no ssh";
  const uid = String(process.getuid?.());
  const users = readFileSync("/etc/passwd", "utf8").split("\n").map((line) => line.split(":"));
  const shell = users.find((user) => user[2] === uid)?.[6] ?? "";
  return /(?:^|nologin|false)$/.test(shell) ? "sshd lets nobody in who has no login shell" : false;
}

/** Writes what Dovecot needs to serve one user; returns the command, to be run as another user. */
function dovecot(folder: string): string[] {
  const home = join(folder, "home");
  mkdirSync(home, { recursive: true });
  for (const path of [folder, home]) execFileSync("chmod", ["777", path]);
  const file = join(folder, "dovecot.conf");
  writeFileSync(
    file,
    [
      `base_dir = ${home}`,
      "log_path = /dev/stderr",
      "mail_location = maildir:~/Maildir",
      "ssl = no",
      "",
    ]
      .join("\n"),
  );
  return [...asNobody, "env", "USER=ann", `HOME=${home}`, DOVECOT, "-c", file];
}

/** Reads the greeting and logs out, from a server that knows the user already. */
async function imap(command: string | readonly string[]): Promise<void> {
  const duplex = await processTransport(command)(never);
  assertStringIncludes(await within(10_000, receive(duplex, 12)), "* PREAUTH");
  await send(duplex, "a LOGOUT\r\n");
  const text = await within(10_000, receive(duplex, 10_000));
  assertStringIncludes(text, "* BYE");
  assertStringIncludes(text, "a OK");
  await duplex.close();
}

describe("processTransport with Dovecot's imap", { skip: skipDovecot }, () => {
  it("speaks IMAP with no server running", async () => {
    const folder = mkdtempSync(join(tmpdir(), "imapclient-imap-"));
    try {
      const command = dovecot(folder);
      await imap(command);
      await imap(command.join(" "));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("processTransport with ssh", { skip: skipSsh }, () => {
  it("sends and receives, much and little", async () => {
    await withSshd(SSHD!, async ({ command }) => {
      const size = 8 * 1024 * 1024;
      for (const form of [command("cat"), command("cat").join(" ")]) {
        const duplex = await processTransport(form)(never);
        await send(duplex, "hello");
        assertEquals(await within(10_000, receive(duplex, 5)), "hello");
        const sending = send(duplex, chunks(size));
        assertEquals(await within(20_000, drain(duplex, size)), checksum(size));
        await sending;
        await within(3000, Promise.resolve(duplex.close()));
      }
    });
  });

  it("says what ssh said when it fails", async () => {
    await withSshd(SSHD!, async ({ command, folder }) => {
      const failing = async (form: string[]): Promise<string> => {
        const duplex = await processTransport(form)(never);
        const reading = within(10_000, receive(duplex, 1));
        const error = await assertRejects(() => reading, ConnectionClosedError);
        await duplex.close();
        return error.message;
      };
      assertStringIncludes(
        await failing(command("echo no mail here >&2; exit 9")),
        '"ssh" ended with exit status 9: no mail here',
      );
      rmSync(join(folder, "user.pub"));
      const refused = await failing(command("cat"));
      assertStringIncludes(refused, "exit status 255");
      assert(/Permission denied/.test(refused), refused);
    });
  });

  it("speaks IMAP through it", { skip: skipDovecot }, async () => {
    await withSshd(SSHD!, async ({ folder, command }) => {
      await imap(command(...dovecot(folder)));
    });
  });
});
