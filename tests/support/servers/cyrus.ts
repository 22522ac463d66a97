import { execFileSync, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createAuthority, LOOPBACK_HOSTS, opensslMissing } from "./certificates.ts";
import { DEBIAN_13, OWN_SYSTEM, type System } from "./debian13.ts";
import { HOST, inNewFolder, launch, type PrivateServer, USERS, writeLines } from "./launch.ts";
import { skipLive } from "../skip.ts";

/**
 * Debian's package cyrus-imapd, unpacked, since installing it would remove Dovecot. `.ci/run`
 * unpacks it, and reads the line below.
 */
const PACKAGE = "/opt/imapclient-cyrus";
const MASTER = "/usr/lib/cyrus/bin/master";
const RECOVER = "/usr/lib/cyrus/bin/ctl_cyrusdb";
const INFO = "/usr/lib/cyrus/bin/cyr_info";
const SET_PASSWORD = "/usr/sbin/saslpasswd2";

/**
 * The users and their passwords. `cyrus` may do everything with all users' folders. To `cyrus` they
 * are called `user/ann/…`, and they exist after their owner's first login.
 */
export const CYRUS_USERS: Readonly<Record<"ann" | "bob" | "cyrus", string>> = {
  ...USERS,
  cyrus: "admin",
};

/** One of the Cyruses that can be had. */
interface Installation {
  readonly name: string;
  readonly system: System;
  /** Where its package cyrus-imapd has its programs; the other packages have theirs where usual. */
  readonly programs: string;
  /** Settings that the others don't have. */
  readonly settings: Readonly<Record<string, string>>;
}

/** 3.6, whose package cyrus-common is installed. */
const INSTALLED: Installation = {
  name: "Cyrus",
  system: OWN_SYSTEM,
  programs: `${PACKAGE}/usr/lib/cyrus/bin`,
  settings: {},
};

/** 3.12 or later. */
const NEWER: Installation = {
  name: "Cyrus 3.12",
  system: DEBIAN_13,
  programs: "/usr/lib/cyrus/bin",
  settings: {
    allowstarttls: "yes",
    // Otherwise it has no UTF8=ACCEPT.
    munge8bit: "no",
    jmapaccess_url: "https://mail.example.org/.well-known/jmap",
  },
};

/** Why the tests that need a Cyrus are skipped, or `false`. */
export const cyrusMissing: string | false = skipLive(findMissing(INSTALLED));
/** The same for the newer one. */
export const newerCyrusMissing: string | false = skipLive(findMissing(NEWER));

function findMissing({ name, system, programs }: Installation): string | false {
  if (process.getuid?.() !== 0) return `${name} can be started by root only`;
  const files = [MASTER, RECOVER, INFO, `${programs}/imapd`, `${programs}/idled`, SET_PASSWORD];
  const missing = files.find((file) => !system.has(file));
  return missing === undefined ? opensslMissing : `there is no ${missing} of ${name}`;
}

/** Options for starting a Cyrus. */
export interface CyrusOptions {
  /** More lines of imapd.conf. Each replaces the default line for the same setting. */
  readonly config?: string;
}

/** A private Cyrus. Its log also holds what was sent in every session after the login. */
export type Cyrus = PrivateServer;

/** Starts a Cyrus on free ports of the loopback interface, with its own folder. */
export function startCyrus(options: CyrusOptions = {}): Promise<Cyrus> {
  return start(INSTALLED, options);
}

/** The same with the newer one, which has IMAP4rev2, UTF8=ACCEPT and JMAPACCESS too. */
export function startNewerCyrus(options: CyrusOptions = {}): Promise<Cyrus> {
  return start(NEWER, options);
}

function start(installation: Installation, options: CyrusOptions): Promise<Cyrus> {
  const { temporary } = installation.system;
  return inNewFolder("cyrus", (folder) => startIn(folder, installation, options), temporary);
}

async function startIn(
  folder: string,
  installation: Installation,
  { config = "" }: CyrusOptions,
): Promise<Cyrus> {
  const { name, system } = installation;
  const data = join(folder, "data");
  // Cyrus logs the sessions of a user who has a folder here.
  const sessions = Object.keys(CYRUS_USERS).map((user) => `log/${user}`);
  for (const part of ["run", "db", "proc", "socket", "sieve", "spool", "lock", ...sessions]) {
    mkdirSync(join(data, part), { recursive: true });
  }
  const authority = createAuthority(folder);
  const { certFile, keyFile } = authority.issue("localhost", { hosts: LOOPBACK_HOSTS });
  // The greeting begins with the server's name, which is also the realm of its users.
  const greeting = `${randomUUID()}.test`;
  const settings = {
    ...commonSettings(data, greeting),
    ...installation.settings,
    ...tlsSettings(certFile, keyFile),
  };
  const imapd = join(folder, "imapd.conf");
  writeLines(imapd, [...mergeSettings(settings, config)].map(([key, value]) => `${key}: ${value}`));
  writePasswords(system, data, greeting);
  // It starts as root, but reads and writes as its own user.
  execFileSync("chown", ["-R", "cyrus:mail", folder]);

  const services = join(folder, "cyrus.conf");
  const server = await launch({
    name,
    folder,
    greeting,
    ca: authority.ca.cert,
    configure(port, tlsPort) {
      writeLines(services, serviceLines(installation.programs, imapd, port, tlsPort));
      const files = ["-C", imapd, "-M", services, "-p", join(folder, "pid")];
      return system.command(MASTER, "-D", ...files);
    },
    explain: () => checkConfiguration(system, imapd),
  });
  return { ...server, log: () => server.log() + readSessions(join(data, "log")) };
}

function commonSettings(data: string, name: string): Record<string, string> {
  return {
    configdirectory: data,
    defaultpartition: "default",
    "partition-default": `${data}/spool`,
    servername: name,
    admins: "cyrus",
    sasl_pwcheck_method: "auxprop",
    sasl_auxprop_plugin: "sasldb",
    sasl_sasldb_path: `${data}/sasldb2`,
    sasl_mech_list: "PLAIN LOGIN SCRAM-SHA-256 SCRAM-SHA-1",
    allowplaintext: "yes",
    altnamespace: "no",
    unixhierarchysep: "yes",
    virtdomains: "off",
    idlesocket: `${data}/socket/idle`,
    lmtpsocket: `${data}/socket/lmtp`,
    notifysocket: `${data}/socket/notify`,
    proc_path: `${data}/proc`,
    mboxname_lockpath: `${data}/lock`,
    statuscache_db_path: `${data}/statuscache.db`,
    specialusealways: "yes",
    // Without a quota, no INBOX is created at the first login.
    autocreate_quota: "10000",
    autocreate_inbox_folders: "Drafts|Junk|Sent|Trash",
    "xlist-drafts": "Drafts",
    "xlist-junk": "Junk",
    "xlist-sent": "Sent",
    "xlist-trash": "Trash",
    conversations: "yes",
    expunge_mode: "immediate",
    imapidlepoll: "1",
    // In seconds. Otherwise tests of a wrong password would wait.
    failedloginpause: "0",
  };
}

function tlsSettings(certFile: string, keyFile: string): Record<string, string> {
  return { tls_server_cert: certFile, tls_server_key: keyFile };
}

/** Each setting may occur only once. */
function mergeSettings(settings: Record<string, string>, config: string): Map<string, string> {
  const merged = new Map(Object.entries(settings));
  for (const line of config.split("\n")) {
    const [, key, value] = /^\s*([^\s:#]+):\s*(.*)$/.exec(line) ?? [];
    if (key !== undefined) merged.set(key.toLowerCase(), value.trim());
  }
  return merged;
}

function writePasswords({ command }: System, data: string, realm: string): void {
  for (const [user, password] of Object.entries(CYRUS_USERS)) {
    const options = ["-p", "-c", "-f", join(data, "sasldb2"), "-u", realm];
    const [program, ...args] = command(SET_PASSWORD, ...options, user);
    execFileSync(program, args, { input: password });
  }
}

/** Cyrus does not read a section in one line. */
function serviceLines(
  programs: string,
  imapd: string,
  port: number,
  tlsPort: number,
): string[] {
  return [
    "START {",
    `  recover cmd="${RECOVER} -C ${imapd} -r"`,
    "}",
    "SERVICES {",
    `  imap cmd="${programs}/imapd -C ${imapd}" listen="${HOST}:${port}" prefork=0`,
    `  imaps cmd="${programs}/imapd -s -C ${imapd}" listen="${HOST}:${tlsPort}" prefork=0`,
    "}",
    "EVENTS {",
    "}",
    "DAEMON {",
    `  idled cmd="${programs}/idled -C ${imapd}"`,
    "}",
  ];
}

/** The server reports errors only to the system's log; this program prints them. */
function checkConfiguration({ command }: System, imapd: string): string {
  const [program, ...args] = command(INFO, "-C", imapd, "conf-lint");
  const { stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  return stdout + stderr;
}

function readSessions(folder: string): string {
  if (!existsSync(folder)) return "";
  const users = readdirSync(folder).map((user) => join(folder, user));
  const files = users.flatMap((user) => readdirSync(user).map((name) => join(user, name)));
  return files.map((file) => readFileSync(file, "utf8")).join("");
}
