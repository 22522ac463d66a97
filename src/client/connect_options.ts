import { isEnableable } from "../commands/session/enable.ts";
import { checkIdFields } from "../commands/session/id.ts";
import type { ConnectOptions, SocketTimeout } from "./connect.ts";
import type { Quirks } from "../connection/quirks.ts";
import { InvalidArgumentError, named } from "../model/errors.ts";
import { readHost } from "../model/host.ts";
import { isKnownCharset } from "../mime/charsets.ts";
import {
  BOOLEAN,
  checkOptions,
  exactly,
  FUNCTION,
  type Kind,
  type Kinds,
  MAX_TIMEOUT,
  NUMBER,
  OBJECT,
  oneOf,
  SIGNAL,
  STRING,
} from "../model/options.ts";
import { checkTlsOptions } from "../model/tls_options.ts";
import type { Limits } from "../wire/limits.ts";

const COMMAND: Kind = {
  name: "a command line, or a list of a program and its arguments",
  is: (value) => {
    const parts: unknown[] = [value].flat();
    const isText = (part: unknown) => typeof part === "string" && !part.includes("\0");
    return parts.every(isText) && /\S/.test(String(parts[0] ?? ""));
  },
};

const LOGGER: Kind = {
  name: "an object with the methods debug, info and warn",
  is: (value) => {
    const logger = Object(value);
    return ["debug", "info", "warn"].every((name) => typeof logger[name] === "function");
  },
};

const ABOVE_0: Kind = {
  name: "a number above 0",
  is: (value) => typeof value === "number" && value > 0,
};

const SECONDS: Kind = {
  name: "a number of seconds above 0",
  is: (value) => typeof value === "number" && value > 0 && value <= MAX_TIMEOUT,
};

const CHARSET: Kind = {
  name: "the name of a charset",
  is: (value) => typeof value === "string" && /^[\w.:()+-]{1,60}$/.test(value),
};

const NAMES: Kind = {
  name: "a list of capabilities that ENABLE takes",
  is: (value) => Array.isArray(value) && value.every(isEnableable),
};

const KINDS: Kinds<ConnectOptions> = {
  host: STRING,
  port: NUMBER,
  ssl: BOOLEAN,
  starttls: BOOLEAN,
  tls: OBJECT,
  stream: COMMAND,
  transport: FUNCTION,
  timeout: oneOf(SECONDS, OBJECT, exactly(null)),
  useUid: BOOLEAN,
  id: oneOf(OBJECT, exactly(false)),
  enable: oneOf(exactly("best"), NAMES),
  compress: BOOLEAN,
  quirks: oneOf(OBJECT, exactly(false)),
  defaultCharset: CHARSET,
  decodeCharset: FUNCTION,
  limits: OBJECT,
  logger: LOGGER,
  signal: SIGNAL,
};

const TIMEOUT_KINDS: Kinds<SocketTimeout> = { connect: SECONDS, read: SECONDS };

const LIMIT_KINDS: Kinds<Partial<Limits>> = {
  line: ABOVE_0,
  literal: ABOVE_0,
  nesting: ABOVE_0,
  items: ABOVE_0,
  ids: ABOVE_0,
};

const TEXTS: Kind = {
  name: "a list of texts",
  is: (value) => Array.isArray(value) && value.every((it) => typeof it === "string"),
};

const QUIRK_KINDS: Kinds<Quirks> = {
  ids: oneOf(ABOVE_0, exactly(null)),
  notEnabled: TEXTS,
  broken: TEXTS,
  silentEnable: BOOLEAN,
  utf8Item: BOOLEAN,
  unsafeBinary: BOOLEAN,
  silentBinary: BOOLEAN,
  badSequenceMatch: BOOLEAN,
  unpairedUids: BOOLEAN,
  partialAlone: BOOLEAN,
  wrongMailboxIds: BOOLEAN,
  listsUnasked: BOOLEAN,
  channelBindings: oneOf(TEXTS, exactly(null)),
  notes: TEXTS,
};

const SSL = "TLS from the first byte is 'ssl'";
const STARTTLS = "'starttls' (true) asks for STARTTLS";
const HOST = "the server's name is 'host'";
const LOGIN = "connect first, and log in with client.login(user, password) or another login";
const TLS = "options of TLS go into 'tls'";
const TIMEOUT = "'timeout' is one number of seconds, or { connect, read }";
const LOG = "'logger' takes an object with the methods debug, info and warn";

/** What other libraries call their options. */
const HINTS = {
  secure: SSL,
  useTls: SSL,
  doSTARTTLS: STARTTLS,
  requireTLS: STARTTLS,
  auth: LOGIN,
  user: LOGIN,
  username: LOGIN,
  pass: LOGIN,
  password: LOGIN,
  xoauth2: LOGIN,
  accessToken: LOGIN,
  tlsOptions: TLS,
  sslContext: TLS,
  ca: TLS,
  cert: TLS,
  key: TLS,
  servername: TLS,
  checkHostname: TLS,
  minVersion: TLS,
  rejectUnauthorized: TLS,
  checkServerIdentity: TLS,
  dangerouslyDisableVerification: TLS,
  socketTimeout: TIMEOUT,
  connectionTimeout: TIMEOUT,
  greetingTimeout: TIMEOUT,
  connTimeout: TIMEOUT,
  authTimeout: TIMEOUT,
  log: LOG,
  debug: LOG,
  verbose: LOG,
  hostname: HOST,
  server: HOST,
  charset: "the charset of texts that name none is 'defaultCharset'",
  clientInfo: "what the client says of itself is 'id'",
  proxy: "'transport' takes a way of your own to connect",
};

/**
 * Throws {@linkcode InvalidArgumentError} for options that there are not, that are of the wrong
 * kind, or that contradict each other.
 */
export function checkConnectOptions(options: ConnectOptions): void {
  checkOptions(options, KINDS, "", HINTS);
  const { id, limits, quirks, timeout, tls } = options;
  if (typeof quirks === "object") checkOptions<Partial<Quirks>>(quirks, QUIRK_KINDS, "quirks");
  if (tls !== undefined) checkTlsOptions(tls);
  if (limits !== undefined) checkOptions(limits, LIMIT_KINDS, "limits");
  if (id !== undefined && id !== false) checkIdFields(id);
  if (typeof timeout === "object" && timeout !== null) checkTimeout(timeout);
  checkCharset(options);
  checkPlace(options);
}

function checkCharset({ decodeCharset, defaultCharset }: ConnectOptions): void {
  if (defaultCharset === undefined || decodeCharset !== undefined) return;
  if (!isKnownCharset(defaultCharset)) {
    throw new InvalidArgumentError(
      `'defaultCharset' must be a charset that the runtime knows, unless 'decodeCharset' does: ${
        named(defaultCharset)
      }`,
    );
  }
}

function checkTimeout(timeout: SocketTimeout): void {
  checkOptions(timeout, TIMEOUT_KINDS, "timeout");
  if (timeout.connect === undefined || timeout.read === undefined) {
    throw new InvalidArgumentError("'timeout' needs both 'connect' and 'read', or is one number");
  }
}

function checkPlace({ host, port, ssl, starttls, stream, transport }: ConnectOptions): void {
  if (stream !== undefined) {
    if (transport !== undefined) {
      throw new InvalidArgumentError("give 'stream' or 'transport', not both");
    }
    if (port !== undefined) throw new InvalidArgumentError("can't set 'port' with 'stream'");
    if (ssl === true) throw new InvalidArgumentError("can't use 'ssl' with 'stream'");
    if (starttls) throw new InvalidArgumentError("can't use 'starttls' with 'stream'");
  } else if (transport === undefined) readHost(host as string);
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536)) {
    throw new InvalidArgumentError(`'port' must be a whole number from 1 to 65535: ${port}`);
  }
  if (ssl === true && starttls) {
    throw new InvalidArgumentError(
      "'ssl' is TLS from the first byte: with 'starttls' leave it out",
    );
  }
}
