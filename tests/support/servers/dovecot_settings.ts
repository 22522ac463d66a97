import { join } from "node:path";
import type { Certificate } from "./certificates.ts";
import { HOST, writeLines } from "./launch.ts";
import type { MailOwner } from "./mail_owner.ts";

/** The mechanisms for those who have a password. */
const PASSWORD_MECHANISMS = "plain login cram-md5 scram-sha-1 scram-sha-256";

/** What the configuration of a Dovecot depends on. */
export interface DovecotSetup {
  /** Where all its files are; the passwords are in `passwd`. */
  readonly folder: string;
  /** Who owns the mail. */
  readonly owner: MailOwner;
  readonly greeting: string;
  /** How much mail a user may have, such as `storage=100k:messages=2`. */
  readonly quota?: string;
  readonly certificate: Certificate;
  /** Whose certificates let clients in. */
  readonly clientAuthority?: Certificate;
  /** The address of the server that knows the tokens. */
  readonly tokens: string;
  readonly port: number;
  readonly tlsPort: number;
}

/** How much mail a user may have unless a test wants less. */
export const DEFAULT_QUOTA = "storage=1G:messages=100000";

/** The configuration of Dovecot 2.3. */
export function dovecotSettings(setup: DovecotSetup): readonly string[] {
  const { folder, owner, greeting, quota, port, tlsPort } = setup;
  writeTokenSettings(folder, setup.tokens);
  return [
    ...commonSettings(folder, owner, greeting),
    ...mailSettings(`${folder}/mail/%n`, quota),
    ...sharedFolders(folder),
    ...listeners(port, tlsPort),
    ...tlsSettings(setup.certificate, setup.clientAuthority),
  ];
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
export function mailSettings(home: string, quota: string = DEFAULT_QUOTA): string[] {
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
