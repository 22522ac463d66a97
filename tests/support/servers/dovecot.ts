import { randomUUID } from "node:crypto";
import { chownSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createAuthority, LOOPBACK_HOSTS, opensslMissing } from "./certificates.ts";
import { DEBIAN_13, OWN_SYSTEM, type System } from "./debian13.ts";
import { dovecotSettings, type DovecotSetup, mailSettings } from "./dovecot_settings.ts";
import { inNewFolder, launch, type PrivateServer, USERS, writeLines } from "./launch.ts";
import { type MailOwner, mailOwner } from "./mail_owner.ts";
import { type Mail, writeMaildir } from "./maildir.ts";
import { newerDovecotSettings } from "./newer_dovecot_settings.ts";
import { skipLive } from "../skip.ts";
import { startTokenServer } from "./token_server.ts";

const DOVECOT = "/usr/sbin/dovecot";
const IMAP = "/usr/lib/dovecot/imap";
const SETPRIV = "/usr/bin/setpriv";

/** The users and their passwords; bob's password needs every kind of quoting. */
export const DOVECOT_USERS: typeof USERS = USERS;

/** One of the Dovecots that can be had. */
interface Installation {
  readonly name: string;
  readonly system: System;
  /** The lines of its configuration. */
  settings(setup: DovecotSetup): readonly string[];
}

/** 2.3 */
const INSTALLED: Installation = {
  name: "Dovecot",
  system: OWN_SYSTEM,
  settings: dovecotSettings,
};

/** 2.4 or later. */
const NEWER: Installation = {
  name: "Dovecot 2.4",
  system: DEBIAN_13,
  settings: newerDovecotSettings,
};

/** Why the tests that need a Dovecot are skipped, or `false`. */
export const dovecotMissing: string | false = skipLive(findMissing(INSTALLED));
/** The same for the newer one. */
export const newerDovecotMissing: string | false = skipLive(findMissing(NEWER));

function findMissing({ name, system }: Installation): string | false {
  if (process.getuid?.() !== 0) return `${name} can be started by root only`;
  const missing = [DOVECOT, IMAP].find((file) => !system.has(file));
  if (missing !== undefined) return `there is no ${missing} of ${name}`;
  return OWN_SYSTEM.has(SETPRIV) ? opensslMissing : `there is no ${SETPRIV}`;
}

/** Options for starting a Dovecot. */
export interface DovecotOptions {
  /** Whether clients are asked for a certificate and can log in with it (SASL EXTERNAL). */
  readonly clientCertificates?: boolean;
  /** How much mail a user may have, such as `storage=100k` or `messages=2`. */
  readonly quota?: string;
  /** Lines for the end of the configuration; they override earlier lines. */
  readonly config?: string;
}

/** A private Dovecot, which also accepts the OAuth 2.0 tokens of token_server.ts. */
export interface NewerDovecot extends PrivateServer {
  /** A certificate for ann by the same authority (PEM). */
  readonly clientCert: string;
  readonly clientKey: string;
  /**
   * Adds messages to a folder of a user, and creates the folder if necessary. The folder's name is
   * in its wire form (modified UTF-7), with `/` between the levels.
   */
  addMail(user: string, folder: string, messages: readonly Mail[]): void;
}

/** One that also runs as a process. */
export interface Dovecot extends NewerDovecot {
  /**
   * The command line of a process that speaks IMAP on its standard streams, logged in as a user.
   */
  command(user: string): string[];
}

/** Starts a Dovecot on free ports of the loopback interface, with its own folder. */
export async function startDovecot(options: DovecotOptions = {}): Promise<Dovecot> {
  const server = await start(INSTALLED, options);
  const owner = mailOwner();
  const command = (user: string) => processCommand(server.folder, user, owner, options.quota);
  return { ...server, command };
}

/** The same with the newer one, which has REPLACE, INPROGRESS and UTF8=ACCEPT too. */
export function startNewerDovecot(options: DovecotOptions = {}): Promise<NewerDovecot> {
  return start(NEWER, options);
}

function start(installation: Installation, options: DovecotOptions): Promise<NewerDovecot> {
  const { temporary } = installation.system;
  return inNewFolder("dovecot", (folder) => startIn(folder, installation, options), temporary);
}

async function startIn(
  folder: string,
  { name, system, settings }: Installation,
  { quota, clientCertificates, config = "" }: DovecotOptions,
): Promise<NewerDovecot> {
  const owner = mailOwner();
  const mail = join(folder, "mail");
  mkdirSync(mail);
  chownSync(mail, owner.uid, owner.gid);
  const authority = createAuthority(folder);
  const certificate = authority.issue("localhost", { hosts: LOOPBACK_HOSTS });
  const clientAuthority = clientCertificates ? authority.ca : undefined;
  const client = authority.issue("ann");
  writePasswords(folder);
  const tokens = await startTokenServer();

  const file = join(folder, "dovecot.conf");
  const greeting = `Dovecot ${randomUUID()} ready.`;
  const setup = { folder, owner, greeting, quota, certificate, clientAuthority };
  const configure = (port: number, tlsPort: number) => {
    writeLines(file, [...settings({ ...setup, tokens: tokens.url, port, tlsPort }), config]);
    return system.command(DOVECOT, "-F", "-c", file);
  };
  const ca = authority.ca.cert;
  const clean = () => removeLocks(mail);
  const server = await launch({ name, folder, greeting, ca, configure, clean })
    .catch((error) => {
      tokens.close();
      throw error;
    });
  return {
    ...server,
    clientCert: client.cert,
    clientKey: client.key,
    addMail: (user, name, messages) => writeMaildir(join(mail, user), name, messages, owner),
    async stop(): Promise<void> {
      tokens.close();
      await server.stop();
    },
  };
}

/** A session that is killed while it adds a message leaves its lock, which lasts two minutes. */
function removeLocks(mail: string): void {
  for (const name of readdirSync(mail, { recursive: true, encoding: "utf8" })) {
    if (name.endsWith(".lock")) rmSync(join(mail, name), { force: true });
  }
}

function writePasswords(folder: string): void {
  const lines = Object.entries(USERS).map(([user, password]) => `${user}:{PLAIN}${password}`);
  writeLines(join(folder, "passwd"), lines);
}

/** Runs as the mail's owner, since the program refuses root; it needs no server. */
function processCommand(
  folder: string,
  user: string,
  { uid, gid }: MailOwner,
  quota?: string,
): string[] {
  const config = join(folder, "process.conf");
  const home = join(folder, "mail", user);
  writeLines(config, [
    `base_dir = ${folder}/process`,
    "log_path = /dev/stderr",
    "ssl = no",
    ...mailSettings("~", quota),
  ]);
  return [
    ...[SETPRIV, `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"],
    ...["/usr/bin/env", `USER=${user}`, `HOME=${home}`, IMAP, "-c", config],
  ];
}
