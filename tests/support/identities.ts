import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A certificate and its private key as PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** The certificates of the tests. `ca` signs all of them except the self-signed one. */
export interface Certificates {
  readonly ca: string;
  /** For localhost and 127.0.0.1. */
  readonly good: Identity;
  /** For mail.example only. */
  readonly other: Identity;
  /** For localhost and 127.0.0.1, expired years ago. */
  readonly expired: Identity;
  /** For mail.example only, expired years ago: wrong in two ways. */
  readonly expiredOther: Identity;
  /** For localhost and 127.0.0.1. */
  readonly selfSigned: Identity;
  /** For münchen.example in its ASCII form, ::1 and 127.0.0.1. */
  readonly many: Identity;
  /** With localhost as its common name and no other name. */
  readonly commonName: Identity;
  /** With localhost as its common name, and an e-mail address as well. */
  readonly mailName: Identity;
  /** For a client. */
  readonly client: Identity;
}

const LOCAL = "subjectAltName=DNS:localhost,IP:127.0.0.1";
const OTHER = "subjectAltName=DNS:mail.example";

/** Creates them with the `openssl` command, in a folder that is removed afterwards. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), "imapclient-certificates-"));
  const openssl = (...args: string[]): void => {
    execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  };
  const pem = (name: string): string => readFileSync(join(folder, name), "utf8");
  const identity = (name: string): Identity => ({
    cert: pem(`${name}.pem`),
    key: pem(`${name}.key`),
  });
  const fresh = (name: string): string[] => [
    ...["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
    ...["-keyout", `${name}.key`, "-subj", `/CN=${name}`],
  ];
  const signed = (name: string, names: string, start: string, end: string): Identity => {
    openssl(...fresh(name), "-out", `${name}.csr`);
    writeFileSync(join(folder, `${name}.ext`), `basicConstraints=CA:FALSE\n${names}\n`);
    openssl(
      ...["ca", "-batch", "-config", "ca.cnf", "-in", `${name}.csr`, "-out", `${name}.pem`],
      ...["-notext", "-extfile", `${name}.ext`, "-startdate", start, "-enddate", end],
    );
    return identity(name);
  };
  const current = (name: string, names: string): Identity =>
    signed(name, names, "20200101000000Z", "20491231000000Z");
  const past = (name: string, names: string): Identity =>
    signed(name, names, "20200101000000Z", "20210101000000Z");
  try {
    writeFileSync(join(folder, "index"), "");
    writeFileSync(join(folder, "ca.cnf"), CA_CONFIG);
    openssl(...fresh("ca"), "-x509", "-days", "3650", "-out", "ca.pem");
    openssl(
      ...[...fresh("self"), "-x509", "-days", "3650", "-out", "self.pem"],
      ...["-addext", "basicConstraints=CA:FALSE", "-addext", LOCAL],
    );
    return {
      ca: pem("ca.pem"),
      good: current("good", LOCAL),
      other: current("other", OTHER),
      expired: past("expired", LOCAL),
      expiredOther: past("expired-other", OTHER),
      selfSigned: identity("self"),
      many: current("many", "subjectAltName=DNS:xn--mnchen-3ya.example,IP:::1,IP:127.0.0.1"),
      commonName: current("localhost", ""),
      mailName: current("localhost", "subjectAltName=email:ann@localhost"),
      client: current("client", "subjectAltName=DNS:ann"),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const CA_CONFIG = `
[ca]
default_ca = tests
[tests]
certificate = ca.pem
private_key = ca.key
database = index
rand_serial = yes
unique_subject = no
new_certs_dir = .
default_md = sha256
policy = any
[any]
commonName = supplied
`;
