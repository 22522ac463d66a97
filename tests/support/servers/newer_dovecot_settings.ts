import type { Certificate } from "./certificates.ts";
import { DEFAULT_QUOTA, type DovecotSetup } from "./dovecot_settings.ts";
import { HOST } from "./launch.ts";
import type { MailOwner } from "./mail_owner.ts";

/** The mechanisms for those who have a password. */
const PASSWORD_MECHANISMS =
  "plain login cram-md5 scram-sha-1 scram-sha-256 scram-sha-1-plus scram-sha-256-plus";

/** The same as `dovecotSettings`, in the language that Dovecot has since 2.4. */
export function newerDovecotSettings(setup: DovecotSetup): readonly string[] {
  const { folder, owner, quota = DEFAULT_QUOTA } = setup;
  return [
    // Later ones understand it too.
    "dovecot_config_version = 2.4.1",
    "dovecot_storage_version = 2.4.1",
    ...commonSettings(folder, setup.greeting, setup.port, setup.tlsPort),
    ...loginSettings(folder, owner, setup.tokens),
    ...mailSettings(folder, owner, quota),
    ...folderSettings(folder),
    ...tlsSettings(setup.certificate, setup.clientAuthority),
  ];
}

function commonSettings(
  folder: string,
  greeting: string,
  port: number,
  tlsPort: number,
): string[] {
  return [
    `base_dir = ${folder}/run`,
    `state_dir = ${folder}/state`,
    "instance_name = imapclient-tests",
    `log_path = ${folder}/log`,
    "protocols = imap",
    `listen = ${HOST}`,
    `login_greeting = ${greeting}`,
    "first_valid_uid = 1",
    "first_valid_gid = 1",
    "mail_max_userip_connections = 1000",
    "service anvil {",
    "  client_limit = 4000",
    // Otherwise the failed logins of one test would slow down every later login.
    "  unix_listener anvil-auth-penalty {",
    "    mode = 0",
    "  }",
    "}",
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

function loginSettings(folder: string, { uid, gid }: MailOwner, tokens: string): string[] {
  return [
    "auth_allow_cleartext = yes",
    `auth_mechanisms = ${PASSWORD_MECHANISMS} external xoauth2 oauthbearer`,
    "auth_failure_delay = 0",
    // A login with a client's certificate and no password. It fails if there was no certificate.
    "passdb static {",
    "  password =",
    "  fields {",
    "    nopassword = yes",
    "  }",
    "  mechanisms_filter = external",
    "}",
    "oauth2 {",
    "  introspection_mode = post",
    `  introspection_url = ${tokens}`,
    "  active_attribute = active",
    "  active_value = true",
    "  username_attribute = username",
    "}",
    "passdb oauth2 {",
    "  mechanisms_filter = xoauth2 oauthbearer",
    "}",
    "passdb passwd-file {",
    "  default_password_scheme = PLAIN",
    `  passwd_file_path = ${folder}/passwd`,
    // Otherwise a password would pass for a token.
    `  mechanisms_filter = ${PASSWORD_MECHANISMS}`,
    "}",
    "userdb static {",
    "  fields {",
    `    uid = ${uid}`,
    `    gid = ${gid}`,
    `    home = ${folder}/mail/%{user|username}`,
    "  }",
    // Otherwise it would look for a password when asked for the owner of a shared folder.
    "  userdb_static_allow_all_users = yes",
    "}",
  ];
}

function mailSettings(folder: string, { uid, gid }: MailOwner, quota: string): string[] {
  const limits = Object.fromEntries(quota.split(":").map((limit) => limit.split("=")));
  return [
    `mail_uid = ${uid}`,
    `mail_gid = ${gid}`,
    "mail_driver = maildir",
    "mail_path = ~/",
    `mail_home = ${folder}/mail/%{user|username}`,
    "mail_fsync = never",
    // Gives it UTF8=ACCEPT.
    "mail_utf8_extensions = yes",
    "mail_attribute {",
    "  dict file {",
    "    path = %{home}/dovecot-attributes",
    "  }",
    "}",
    "mail_plugins {",
    "  acl = yes",
    "  quota = yes",
    "}",
    "protocol imap {",
    "  mail_plugins {",
    "    imap_acl = yes",
    "    imap_quota = yes",
    "  }",
    "  imap_metadata = yes",
    "}",
    "acl_driver = vfile",
    'quota "User quota" {',
    "  driver = count",
    `  storage_size = ${limits.storage ?? "unlimited"}`,
    `  message_count = ${limits.messages ?? "unlimited"}`,
    "}",
  ];
}

/** The second namespace lets users see a folder that another has given them rights to. */
function folderSettings(folder: string): string[] {
  return [
    "namespace inbox {",
    "  inbox = yes",
    "  separator = /",
    ...["Drafts", "Junk", "Sent", "Trash"].flatMap((name) => [
      `  mailbox ${name} {`,
      `    special_use = \\${name}`,
      "  }",
    ]),
    "}",
    "acl_sharing_map {",
    "  dict file {",
    `    path = ${folder}/mail/rights`,
    "  }",
    "}",
    "namespace shared {",
    "  type = shared",
    "  separator = /",
    "  prefix = shared/$user/",
    "  mail_driver = maildir",
    "  mail_path = %{owner_home}",
    "  mail_index_private_path = ~/shared/%{owner_user}",
    "  subscriptions = no",
    "  list = children",
    "}",
  ];
}

function tlsSettings(server: Certificate, clientAuthority?: Certificate): string[] {
  const settings = [
    "ssl = yes",
    `ssl_server_cert_file = ${server.certFile}`,
    `ssl_server_key_file = ${server.keyFile}`,
  ];
  if (!clientAuthority) return settings;
  return [
    ...settings,
    `ssl_server_ca_file = ${clientAuthority.certFile}`,
    "ssl_server_request_client_cert = yes",
    "ssl_server_require_crl = no",
    "auth_ssl_username_from_cert = yes",
  ];
}
