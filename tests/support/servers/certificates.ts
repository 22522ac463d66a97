import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { skipLive } from "../skip.ts";

/** Why no certificate can be created; `false` if one can. */
export const opensslMissing: string | false = skipLive(
  spawnSync("openssl", ["version"]).error ? "there is no openssl to make certificates" : false,
);

/** A certificate and its key, as PEM text and as the files that hold them. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** Options of a test certificate. */
export interface CertificateOptions {
  /** The host names and addresses of the server, in OpenSSL's form: `DNS:localhost`. */
  readonly hosts?: readonly string[];
  /** Whether it has expired. */
  readonly expired?: boolean;
}

/** An authority for the tests' certificates, which nothing else trusts. */
export interface Authority {
  readonly ca: Certificate;
  /** Issues a certificate for a server or for the user `commonName`. */
  issue(commonName: string, options?: CertificateOptions): Certificate;
}

/** The names of a server on this machine. */
export const LOOPBACK_HOSTS: readonly string[] = ["DNS:localhost", "IP:127.0.0.1"];

/** Creates a new authority that keeps its files in a folder. */
export function createAuthority(folder: string): Authority {
  const ca = create(folder, "ca", "Authority of the tests", [
    "basicConstraints = critical, CA:TRUE",
    "keyUsage = critical, keyCertSign, cRLSign",
  ]);
  let count = 0;
  return {
    ca,
    issue(commonName, { hosts = [], expired = false } = {}) {
      const name = `certificate${++count}`;
      // Not an authority itself: rustls refuses a server with an authority's certificate.
      const extensions = ["basicConstraints = critical, CA:FALSE"];
      if (hosts.length > 0) extensions.push(`subjectAltName = ${hosts.join(", ")}`);
      const made = create(folder, name, commonName, extensions, ca);
      return expired ? makeExpired(made, join(folder, name), ca) : made;
    },
  };
}

/** Creates a key and its certificate, signed by an authority or by itself. */
function create(
  folder: string,
  name: string,
  commonName: string,
  extensions: readonly string[],
  ca?: Certificate,
): Certificate {
  const base = join(folder, name);
  const [certFile, keyFile, config] = [`${base}.pem`, `${base}.key`, `${base}.cnf`];
  // The system's own configuration would make every certificate an authority.
  const sections = ["[req]", "distinguished_name = subject", "[subject]", "[extensions]"];
  writeLines(config, [...sections, ...extensions]);
  openssl([
    ...["req", "-x509", "-config", config, "-extensions", "extensions", "-days", "7"],
    ...["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
    ...["-subj", `/CN=${commonName}`, "-out", certFile, "-keyout", keyFile],
    ...(ca ? ["-CA", ca.certFile, "-CAkey", ca.keyFile] : []),
  ]);
  return readCertificate(certFile, keyFile);
}

/** Signs a certificate again with dates in the past; only `openssl ca` can set the dates. */
function makeExpired(
  { certFile, keyFile }: Certificate,
  base: string,
  ca: Certificate,
): Certificate {
  const [config, request, database] = [`${base}.ca.cnf`, `${base}.csr`, `${base}.db`];
  writeLines(database, []);
  writeLines(config, [
    ...["[ca]", "default_ca = tests", "[subject]", "commonName = supplied", "[tests]"],
    ...["policy = subject", `database = ${database}`, `new_certs_dir = ${dirname(base)}`],
    ...["rand_serial = yes", "default_md = sha256", "copy_extensions = copy"],
  ]);
  openssl([
    ...["x509", "-x509toreq", "-copy_extensions", "copy"],
    ...["-in", certFile, "-signkey", keyFile, "-out", request],
  ]);
  openssl([
    ...["ca", "-batch", "-notext", "-config", config, "-in", request],
    ...["-cert", ca.certFile, "-keyfile", ca.keyFile, "-out", certFile],
    ...["-startdate", "20200101000000Z", "-enddate", "20200102000000Z"],
  ]);
  return readCertificate(certFile, keyFile);
}

function openssl(args: readonly string[]): void {
  execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
}

function writeLines(file: string, lines: readonly string[]): void {
  writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
}

function readCertificate(certFile: string, keyFile: string): Certificate {
  const [cert, key] = [certFile, keyFile].map((file) => readFileSync(file, "utf8"));
  return { cert, key, certFile, keyFile };
}
