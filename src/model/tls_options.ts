import { BOOLEAN, checkOptions, exactly, type Kind, type Kinds, STRING } from "./options.ts";
import type { TlsOptions } from "./transport.ts";

const PEM_LIST: Kind = {
  name: "a string or a list of strings",
  is: (value) => [value].flat().every((one) => STRING.is(one)),
};

const KINDS: Kinds<TlsOptions> = {
  ca: PEM_LIST,
  cert: STRING,
  key: STRING,
  serverName: STRING,
  checkHostname: BOOLEAN,
  dangerouslyDisableVerification: BOOLEAN,
  minVersion: exactly("TLSv1.2", "TLSv1.3"),
  channelBinding: BOOLEAN,
};

const VERIFICATION = "'tls.dangerouslyDisableVerification' (true) switches the verification off";
const HOSTNAME = "'tls.checkHostname' (false) accepts a trusted certificate of another name";
const PEM = "give 'tls.ca', 'tls.cert' and 'tls.key' as PEM text";
const VERSION = "'tls.minVersion' is the oldest version that is accepted";
const NAME = "'tls.serverName' is the name to send and to expect in the certificate";

/** The names here of options that Node, Bun, Deno and other clients have. */
const HINTS = {
  rejectUnauthorized: VERIFICATION,
  requestCert: VERIFICATION,
  insecure: VERIFICATION,
  verify: VERIFICATION,
  checkServerIdentity: HOSTNAME,
  unsafelyDisableHostnameVerification: HOSTNAME,
  secureContext: PEM,
  caCerts: PEM,
  caFile: PEM,
  certFile: PEM,
  keyFile: PEM,
  pfx: PEM,
  passphrase: PEM,
  maxVersion: VERSION,
  secureProtocol: VERSION,
  servername: NAME,
  hostname: NAME,
  host: NAME,
};

/** Throws `InvalidArgumentError` for an unknown option, which must not be ignored. */
export function checkTlsOptions(options: TlsOptions): void {
  checkOptions(options, KINDS, "tls", HINTS);
}

/** Whether the server must prove by a certificate that it is the one of this name. */
export function isVerifying(
  { dangerouslyDisableVerification, checkHostname }: TlsOptions = {},
): boolean {
  return dangerouslyDisableVerification !== true && checkHostname !== false;
}
