import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { type Certificate, createAuthority, LOOPBACK_HOSTS } from "./certificates.ts";
import { type MailOwner, mailOwner } from "./mail_owner.ts";
import { type Mail, writeMaildir } from "./maildir.ts";
import { skipLive } from "./skip.ts";

const HOST = "127.0.0.1";
const DOVECOT = "/usr/sbin/dovecot";
const IMAP = "/usr/lib/dovecot/imap";
const START_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 5_000;

/** Who can log in, and with what; bob's password needs every kind of quoting. */
export const DOVECOT_USERS: Readonly<Record<"ann" | "bob", string>> = {
  ann: "secret",
  bob: 'b"o\\bü',
};

/** Why the tests that need a Dovecot are skipped, or `false`. */
export const dovecotMissing: string | false = skipLive(findMissing());

function findMissing(): string | false {
  if (process.getuid?.() !== 0) return "Dovecot can be started by root only";
  for (const file of [DOVECOT, IMAP, "/usr/bin/openssl", "/usr/bin/setpriv"]) {
    if (!existsSync(file)) return `there is no ${file.slice(file.lastIndexOf("/") + 1)}`;
  }
  return false;
}

/** How a Dovecot is started. */
export interface DovecotOptions {
  /** Whether clients are asked for a certificate and may log in by it (SASL EXTERNAL). */
  readonly clientCertificates?: boolean;
  /** Lines for the end of the configuration; the last line about a setting counts. */
  readonly config?: string;
}

/** A private Dovecot. */
export interface Dovecot {
  readonly host: string;
  /** The port for plain text and STARTTLS. */
  readonly port: number;
  /** The port for implicit TLS. */
  readonly tlsPort: number;
  /** The authority that signed the server's certificate (PEM). */
  readonly ca: string;
  /** A certificate of that authority for ann (PEM). */
  readonly clientCert: string;
  readonly clientKey: string;
  /** The process id of the server. */
  readonly pid: number;
  /** The folder that holds all of it. */
  readonly folder: string;
  /**
   * Puts messages into a folder of a user, and makes the folder if there is none. The folder's name
   * is given as on the wire (modified UTF-7), with `/` between its levels.
   */
  addMail(user: string, folder: string, messages: readonly Mail[]): void;
  /** The command line that speaks IMAP on its standard streams, logged in as a user. */
  command(user: string): string[];
  /** What the server wrote into its log. */
  log(): string;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
}

/** Starts a Dovecot on free ports of the loopback interface, with a folder of its own. */
export async function startDovecot(options: DovecotOptions = {}): Promise<Dovecot> {
  const folder = mkdtempSync(join(tmpdir(), "imapclient-dovecot-"));
  try {
    return await startIn(folder, options);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(folder: string, options: DovecotOptions): Promise<Dovecot> {
  const owner = mailOwner();
  // The mail's owner and Dovecot's own users have to get through.
  chmodSync(folder, 0o755);
  const mail = join(folder, "mail");
  mkdirSync(mail);
  chownSync(mail, owner.uid, owner.gid);
  const authority = createAuthority(folder);
  const server = authority.issue("localhost", { hosts: LOOPBACK_HOSTS });
  const client = authority.issue("ann");
  writePasswords(folder);

  const { child, ports: [port, tlsPort] } = await launch(folder, (greeting, ports) => [
    ...commonSettings(folder, owner, greeting),
    ...listeners(ports),
    ...tlsSettings(server, options.clientCertificates ? authority.ca : undefined),
    options.config ?? "",
  ]);
  return {
    host: HOST,
    port,
    tlsPort,
    ca: authority.ca.cert,
    clientCert: client.cert,
    clientKey: client.key,
    pid: child.pid!,
    folder,
    addMail: (user, name, messages) => writeMaildir(join(mail, user), name, messages, owner),
    command: (user) => processCommand(folder, user, owner),
    log: () => readLog(folder),
    stop: () => stop(child, folder),
  };
}

function writePasswords(folder: string): void {
  const lines = Object.entries(DOVECOT_USERS).map(([user, it]) => `${user}:{PLAIN}${it}\n`);
  writeFileSync(join(folder, "passwd"), lines.join(""));
}

function commonSettings(folder: string, { uid, gid }: MailOwner, greeting: string): string[] {
  return [
    `base_dir = ${folder}/run`,
    `state_dir = ${folder}/state`,
    "instance_name = imapclient-tests",
    `log_path = ${folder}/log`,
    "protocols = imap",
    `listen = ${HOST}`,
    `login_greeting = ${greeting}`,
    "disable_plaintext_auth = no",
    "auth_mechanisms = plain login scram-sha-1 scram-sha-256 external",
    "auth_failure_delay = 0",
    `mail_uid = ${uid}`,
    `mail_gid = ${gid}`,
    "first_valid_uid = 1",
    "first_valid_gid = 1",
    "mail_max_userip_connections = 1000",
    ...mailSettings(`${folder}/mail/%n`),
    // By a client's certificate alone, with no password. It fails where none was shown.
    "passdb {",
    "  driver = static",
    "  args = nopassword",
    "  mechanisms = external",
    "}",
    "passdb {",
    "  driver = passwd-file",
    `  args = scheme=PLAIN ${folder}/passwd`,
    "}",
    "userdb {",
    "  driver = static",
    `  args = uid=${uid} gid=${gid} home=${folder}/mail/%n`,
    "}",
    "service anvil {",
    "  client_limit = 4000",
    // Or the failed logins of one test would slow down every login after them.
    "  unix_listener anvil-auth-penalty {",
    "    mode = 0",
    "  }",
    "}",
  ];
}

/** Where mail lies and what Dovecot offers for it, for the server and for a lone process. */
function mailSettings(home: string): string[] {
  return [
    `mail_location = maildir:${home}`,
    "mail_fsync = never",
    "mail_attribute_dict = file:%h/dovecot-attributes",
    "mail_plugins = acl quota zlib",
    "protocol imap {",
    "  mail_plugins = $mail_plugins imap_acl imap_quota imap_zlib",
    "  imap_metadata = yes",
    "}",
    "plugin {",
    "  acl = vfile",
    "  quota = count:User quota",
    "  quota_vsizes = yes",
    "  quota_rule = *:storage=1G:messages=100000",
    "}",
    "namespace inbox {",
    "  inbox = yes",
    "  separator = /",
    ...["Drafts", "Junk", "Sent", "Trash"].flatMap((name) => [
      `  mailbox ${name} {`,
      `    special_use = \\${name}`,
      "  }",
    ]),
    "}",
  ];
}

function listeners([port, tlsPort]: readonly number[]): string[] {
  return [
    "service imap-login {",
    "  inet_listener imap {",
    `    port = ${port}`,
    "  }",
    "  inet_listener imaps {",
    `    port = ${tlsPort}`,
    "    ssl = yes",
    "  }",
    "}",
  ];
}

function tlsSettings(server: Certificate, clientAuthority?: Certificate): string[] {
  const settings = [`ssl = yes`, `ssl_cert = <${server.certFile}`, `ssl_key = <${server.keyFile}`];
  if (!clientAuthority) return settings;
  return [
    ...settings,
    `ssl_ca = <${clientAuthority.certFile}`,
    "ssl_verify_client_cert = yes",
    "ssl_require_crl = no",
    "auth_ssl_username_from_cert = yes",
  ];
}

interface Launched {
  readonly child: ChildProcess;
  readonly ports: readonly [port: number, tlsPort: number];
}

/**
 * Starts the server until its ports are its own. A port that was free may be taken by the time it
 * is listened on, so the greeting carries a name that no other server has.
 */
async function launch(
  folder: string,
  configure: (greeting: string, ports: readonly number[]) => string[],
): Promise<Launched> {
  const deadline = Date.now() + START_LIMIT_MS;
  while (Date.now() < deadline) {
    const [port, tlsPort] = await freePorts(2);
    const greeting = `Dovecot ${crypto.randomUUID()} ready.`;
    const file = join(folder, "dovecot.conf");
    writeFileSync(file, `${configure(greeting, [port, tlsPort]).join("\n")}\n`);
    const child = startServer(file, join(folder, "log"));
    if (await answers(child, port, greeting, deadline)) return { child, ports: [port, tlsPort] };
    await end(child);
    if (!readLog(folder).includes("Address already in use")) break;
  }
  throw new Error(`Dovecot did not start:\n${readLog(folder)}`);
}

/** The server must neither hold up nor outlive a test run that forgets or cannot stop it. */
function startServer(config: string, log: string): ChildProcess {
  // What is wrong with the configuration is not logged, but said.
  const errors = openSync(log, "a");
  const child = spawn(DOVECOT, ["-F", "-c", config], { stdio: ["ignore", "ignore", errors] });
  closeSync(errors);
  child.unref();
  const kill = () => child.kill();
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  return child;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, HOST));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

async function answers(
  child: ChildProcess,
  port: number,
  greeting: string,
  deadline: number,
): Promise<boolean> {
  while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
    if ((await firstBytes(port)).includes(greeting)) return true;
    await sleep(25);
  }
  return false;
}

/** What a server sends first, or nothing if there is none or it is not ready. */
function firstBytes(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST);
    const settle = (text: string) => {
      socket.destroy();
      resolve(text);
    };
    socket.setTimeout(2000, () => settle(""));
    socket.once("data", (bytes) => settle(String(bytes)));
    socket.once("error", () => settle(""));
    socket.once("close", () => settle(""));
  });
}

function readLog(folder: string): string {
  const file = join(folder, "log");
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

async function stop(child: ChildProcess, folder: string): Promise<void> {
  await end(child);
  // The sessions end a moment after the server, and may still write an index.
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.ref();
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
  await exited;
  clearTimeout(timer);
}

/** As the mail's owner, since the program refuses root; it needs no server. */
function processCommand(folder: string, user: string, { uid, gid }: MailOwner): string[] {
  const config = join(folder, "process.conf");
  const home = join(folder, "mail", user);
  const settings = [
    `base_dir = ${folder}/process`,
    "log_path = /dev/stderr",
    "ssl = no",
    ...mailSettings("~"),
  ];
  writeFileSync(config, `${settings.join("\n")}\n`);
  return [
    ...["/usr/bin/setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"],
    ...["/usr/bin/env", `USER=${user}`, `HOME=${home}`, IMAP, "-c", config],
  ];
}
