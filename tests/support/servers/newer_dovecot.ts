import { chownSync, mkdirSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import process from "node:process";
import { skipLive } from "../skip.ts";
import {
  type Certificate,
  createAuthority,
  LOOPBACK_HOSTS,
  opensslMissing,
} from "./certificates.ts";
import { DEBIAN_13 } from "./debian13.ts";
import { HOST, inNewFolder, launch, type PrivateServer, USERS, writeLines } from "./launch.ts";
import { type MailOwner, mailOwner } from "./mail_owner.ts";

const DOVECOT = "/usr/sbin/dovecot";

/** Why the tests that need a Dovecot 2.4 are skipped, or `false`. */
export const newerDovecotMissing: string | false = skipLive(findMissing());

function findMissing(): string | false {
  if (process.getuid?.() !== 0) return "Dovecot 2.4 can be started by root only";
  return DEBIAN_13.has(DOVECOT) ? opensslMissing : `there is no ${DOVECOT} of Dovecot 2.4`;
}

/** Starts a Dovecot 2.4, which can bind logins to their connections, with an empty INBOX each. */
export function startNewerDovecot(): Promise<PrivateServer> {
  return inNewFolder("dovecot", startIn, DEBIAN_13.temporary);
}

async function startIn(folder: string): Promise<PrivateServer> {
  const owner = mailOwner();
  const mail = join(folder, "mail");
  mkdirSync(mail);
  chownSync(mail, owner.uid, owner.gid);
  const authority = createAuthority(folder);
  const certificate = authority.issue("localhost", { hosts: LOOPBACK_HOSTS });
  const users = Object.entries(USERS).map(([user, password]) => `${user}:{PLAIN}${password}`);
  writeLines(join(folder, "passwd"), users);
  const config = join(folder, "dovecot.conf");
  const greeting = `Dovecot ${randomUUID()} ready.`;
  return await launch({
    name: "Dovecot 2.4",
    folder,
    greeting,
    ca: authority.ca.cert,
    configure(port, tlsPort) {
      writeLines(config, [
        ...commonSettings(folder, owner, greeting),
        ...listeners(port, tlsPort),
        ...tlsSettings(certificate),
      ]);
      return DEBIAN_13.command(DOVECOT, "-F", "-c", config);
    },
  });
}

function commonSettings(folder: string, { uid, gid }: MailOwner, greeting: string): string[] {
  return [
    // This comes first.
    "dovecot_config_version = 2.4.0",
    "dovecot_storage_version = 2.4.0",
    `base_dir = ${folder}/run`,
    `state_dir = ${folder}/state`,
    `log_path = ${folder}/log`,
    "protocols = imap",
    `listen = ${HOST}`,
    `login_greeting = ${greeting}`,
    "auth_allow_cleartext = yes",
    "auth_mechanisms = plain scram-sha-1 scram-sha-1-plus scram-sha-256 scram-sha-256-plus",
    "auth_failure_delay = 0",
    `mail_uid = ${uid}`,
    `mail_gid = ${gid}`,
    "first_valid_uid = 1",
    "first_valid_gid = 1",
    "mail_driver = maildir",
    `mail_path = ${folder}/mail/%{user}`,
    "mail_fsync = never",
    "passdb passwd-file {",
    `  passwd_file_path = ${folder}/passwd`,
    "}",
    "userdb static {",
    "  fields {",
    `    home = ${folder}/mail/%{user}`,
    "  }",
    "}",
    "namespace inbox {",
    "  inbox = yes",
    "  separator = /",
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
    // Otherwise the failed logins of one test would slow down every later login.
    "service anvil {",
    "  unix_listener anvil-auth-penalty {",
    "    mode = 0",
    "  }",
    "}",
  ];
}

function tlsSettings({ certFile, keyFile }: Certificate): string[] {
  return ["ssl = yes", `ssl_server_cert_file = ${certFile}`, `ssl_server_key_file = ${keyFile}`];
}
