import { InvalidArgumentError } from "./errors.ts";

/** A host in the forms that the network needs. */
export interface Host {
  /** The name or address to connect to: ASCII, without brackets. */
  readonly address: string;
  /** The name that the certificate must have. */
  readonly name: string;
  /** The TLS server name to send; `null` for an IP address (RFC 6066 section 3). */
  readonly sni: string | null;
}

/** Characters that no name has; in a URL they would end the host or begin something else. */
// deno-lint-ignore no-control-regex
const FOREIGN = /[\s\x00-\x1f\x7f/\\?#@:%[\]]/;

/**
 * Reads a host name, which may be Unicode, or an IP address, an IPv6 one with or without brackets.
 * Throws {@linkcode InvalidArgumentError} for anything else, such as a URL. `option` is the name of
 * the option it comes from.
 */
export function readHost(host: string, option = "host"): Host {
  const isText = typeof host === "string";
  const found = isText ? readIpv6(host) ?? readName(host) : null;
  if (found !== null) return found;
  const shown = isText && /^[^:]+:\d*$/.test(host)
    ? "the port goes into 'port'"
    // It may be a URL with a password, so it is not shown.
    : /[/@\\?#]/.test(`${host}`)
    ? "no URL, and no user in front of it"
    : String(host);
  throw new InvalidArgumentError(`'${option}' must be a host name or an address: ${shown}`);
}

/** `host:port`, for error messages. */
export function placeName(host: string, port: number): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]:${port}` : `${host}:${port}`;
}

function readIpv6(host: string): Host | null {
  const address = /^\[.*\]$/.test(host) ? host.slice(1, -1) : host;
  // The zone, as in fe80::1%eth0, has a meaning on this machine only.
  const [, digits] = /^([\da-f:.]*:[\da-f:.]*)(?:%[\w.~-]+)?$/i.exec(address) ?? [];
  if (digits === undefined) return null;
  const name = hostOfUrl(`[${digits}]`)?.slice(1, -1);
  return name === undefined ? null : { address, name, sni: null };
}

/** The usual form of a name, which the URL parser would leave as it is. */
const PLAIN = /^(?:[a-z](?:[a-z\d-]{0,61}[a-z\d])?\.)*[a-z](?:[a-z\d-]{0,61}[a-z\d])?$/;

function readName(host: string): Host | null {
  if (PLAIN.test(host) && !host.includes("xn--")) return { address: host, name: host, sni: host };
  if (host === "" || FOREIGN.test(host)) return null;
  // Converts IDNA to ASCII and `127.1` to an address. If that fails, ASCII may still be a name.
  const address = hostOfUrl(host) ?? (/^[!-~]+$/.test(host) ? host : null);
  if (address === null) return null;
  const isAddress = /^\d+\.\d+\.\d+\.\d+$/.test(address);
  // Certificates do not have the final dot of a fully qualified name.
  const name = address.replace(/(?<=[^.])\.$/, "");
  return { address, name, sni: isAddress ? null : name };
}

function hostOfUrl(host: string): string | undefined {
  try {
    return new URL(`http://${host}/`).hostname;
  } catch {
    return undefined;
  }
}
