import type {
  ChannelBindingType,
  Duplex,
  TcpOptions,
  TlsOptions,
  Transport,
} from "../../../src/model/transport.ts";
import { within } from "./bytes.ts";
import { type Certificates, type Identity, makeCertificates } from "../../support/identities.ts";

/** A TCP transport under test. */
export interface Adapter {
  readonly name: string;
  transport(options: TcpOptions): Transport;
  /** Why it can't run here; `false` if it can. */
  readonly skip: string | false;
  /** `false` if it reads TLS even when nobody takes the data. */
  readonly bounded: boolean;
  /** `false` if a TLS connection that is abandoned in the handshake stays open for a while. */
  readonly prompt: boolean;
  /** The channel bindings that it can yield. */
  readonly bindings: readonly ChannelBindingType[];
  /** `false` if it yields them only if asked to by `tls.channelBinding`. */
  readonly bindsUnasked: boolean;
}

/** A signal that does not abort. */
export const never: AbortSignal = new AbortController().signal;

/** Connects to a port of this machine. */
export function dial(
  { transport }: Adapter,
  port: number,
  tls?: TlsOptions,
  signal: AbortSignal = never,
  host = "127.0.0.1",
): Promise<Duplex> {
  return within(10_000, transport({ host, port, tls })(signal));
}

/** Runs `use` with a connection that is closed afterwards. */
export async function withDuplex(
  opening: Promise<Duplex>,
  use: (duplex: Duplex) => Promise<void>,
): Promise<void> {
  const duplex = await opening;
  try {
    await use(duplex);
  } finally {
    await duplex.close();
  }
}

let made: Certificates | undefined;

/** The certificates, created at the first use. */
export function certificates(): Certificates {
  return made ??= makeCertificates();
}

/** A kind of connection: its name, the server's identity with TLS, and the client's TLS options. */
export type Kind = readonly [name: string, server?: Identity, client?: TlsOptions];

/** The kinds of connection that an adapter may handle differently. */
export function kinds(): readonly Kind[] {
  const { good, client, ca } = certificates();
  return [["plain"], ["TLS", good, { ca }], ["TLS, client certificate", good, { ca, ...client }]];
}
