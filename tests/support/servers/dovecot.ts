import { randomUUID } from "node:crypto";
import { chownSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { type Certificate, createAuthority, LOOPBACK_HOSTS } from "./certificates.ts";
import { HOST, inNewFolder, launch, type PrivateServer, USERS, writeLines } from "./launch.ts";
import { type MailOwner, mailOwner } from "./mail_owner.ts";
import { type Mail, writeMaildir } from "./maildir.ts";
import { skipLive } from "../skip.ts";
import { startTokenServer } from "./token_server.ts";

const DOVECOT = "/usr/sbin/dovecot";
const IMAP = "/usr/lib/dovecot/imap";

/** The users and their passwords; bob's password needs every kind of quoting. */
export const DOVECOT_USERS: typeof USERS = USERS;

/** Why the tests that need a Dovecot are skipped, or `false`. */
export const dovecotMissing: string | false = skipLive(findMissing());

function findMissing(): string | false {
  if (process.getuid?.() !== 0) return "Dovecot can be started by root only";
  for (const file of [DOVECOT, IMAP, "/usr/bin/openssl", "/usr/bin/setpriv"]) {
    if (!existsSync(file)) return `there is no ${file.slice(file.lastIndexOf("/") + 1)}`;
  }
  return false;
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

const PASSWORD_MECHANISMS = "plain login cram-md5 scram-sha-1 scram-sha-256";

/** A private Dovecot, which also accepts the OAuth 2.0 tokens of token_server.ts. */
export interface Dovecot extends PrivateServer {
  /** A certificate for ann by the same authority (PEM). */
  readonly clientCert: string;
  readonly clientKey: string;
  /**
   * Adds messages to a folder of a user, and creates the folder if necessary. The folder's name is
   * in its wire form (modified UTF-7), with `/` between the levels.
   */
  addMail(user: string, folder: string, messages: readonly Mail[]): void;
  /**
   * The command line of a process that speaks IMAP on its standard streams, logged in as a user.
   */
  command(user: string): string[];
}

/** Starts a Dovecot on free ports of the loopback interface, with its own folder. */
export function startDovecot(options: DovecotOptions = {}): Promise<Dovecot> {
  return inNewFolder("dovecot", (folder) => startIn(folder, options));
}

async function startIn(folder: string, options: DovecotOptions): Promise<Dovecot> {
  const owner = mailOwner();
  const mail = join(folder, "mail");
  mkdirSync(mail);
  chownSync(mail, owner.uid, owner.gid);
  const authority = createAuthority(folder);
  const certificate = authority.issue("localhost", { hosts: LOOPBACK_HOSTS });
  const client = authority.issue("ann");
  writePasswords(folder);
  const tokens = await startTokenServer();
  writeTokenSettings(folder, tokens.url);

  const config = join(folder, "dovecot.conf");
  const greeting = `Dovecot ${randomUUID()} ready.`;
  const configure = (port: number, tlsPort: number) => {
    writeLines(config, [
      ...commonSettings(folder, owner, greeting),
      ...mailSettings(`${folder}/mail/%n`, options.quota),
      ...sharedFolders(folder),
      ...listeners(port, tlsPort),
      ...tlsSettings(certificate, options.clientCertificates ? authority.ca : undefined),
      options.config ?? "",
    ]);
    return [DOVECOT, "-F", "-c", config];
  };
  const ca = authority.ca.cert;
  const clean = () => removeLocks(mail);
  const server = await launch({ name: "Dovecot", folder, greeting, ca, configure, clean })
    .catch((error) => {
      tokens.close();
      throw error;
    });
  return {
    ...server,
    clientCert: client.cert,
    clientKey: client.key,
    addMail: (user, name, messages) => writeMaildir(join(mail, user), name, messages, owner),
    command: (user) => processCommand(folder, user, owner, options.quota),
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

function writeTokenSettings(folder: string, url: string): void {
  writeLines(join(folder, "dovecot-oauth2.conf.ext"), [
    "introspection_mode = post",
    `introspection_url = ${url}`,
    "active_attribute = active",
    "active_value = true",
    "username_attribute = username",
  ]);
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
    `auth_mechanisms = ${PASSWORD_MECHANISMS} external xoauth2 oauthbearer`,
    "auth_failure_delay = 0",
    `mail_uid = ${uid}`,
    `mail_gid = ${gid}`,
    "first_valid_uid = 1",
    "first_valid_gid = 1",
    "mail_max_userip_connections = 1000",
    // A login with a client's certificate and no password. It fails if there was no certificate.
    "passdb {",
    "  driver = static",
    "  args = nopassword",
    "  mechanisms = external",
    "}",
    "passdb {",
    "  driver = oauth2",
    `  args = ${folder}/dovecot-oauth2.conf.ext`,
    "  mechanisms = xoauth2 oauthbearer",
    "}",
    "passdb {",
    "  driver = passwd-file",
    // Otherwise a password would pass for a token.
    `  mechanisms = ${PASSWORD_MECHANISMS}`,
    `  args = scheme=PLAIN ${folder}/passwd`,
    "}",
    "userdb {",
    "  driver = static",
    // Otherwise it would look for a password when asked for the owner of a shared folder.
    `  args = uid=${uid} gid=${gid} home=${folder}/mail/%n allow_all_users=yes`,
    "}",
    "service anvil {",
    "  client_limit = 4000",
    // Otherwise the failed logins of one test would slow down every later login.
    "  unix_listener anvil-auth-penalty {",
    "    mode = 0",
    "  }",
    "}",
  ];
}

/** Where mail is stored and which features it has, for the server and for a single process. */
function mailSettings(home: string, quota = "storage=1G:messages=100000"): string[] {
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
    `  quota_rule = *:${quota}`,
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

/** Lets users see a folder that another user has given them rights to: `shared/ann/Team`. */
function sharedFolders(folder: string): string[] {
  return [
    "plugin {",
    `  acl_shared_dict = file:${folder}/mail/rights`,
    "}",
    "namespace shared {",
    "  type = shared",
    "  separator = /",
    "  prefix = shared/%%u/",
    `  location = maildir:${folder}/mail/%%n`,
    "  subscriptions = no",
    "  list = children",
    "}",
  ];
}

function listeners(port: number, tlsPort: number): string[] {
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
    ...["/usr/bin/setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"],
    ...["/usr/bin/env", `USER=${user}`, `HOME=${home}`, IMAP, "-c", config],
  ];
}
