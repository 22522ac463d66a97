import { type ConnectOptions, ImapClient } from "@imapclient/imapclient";
import { memoryTransport } from "@imapclient/imapclient/memory";
import { MemoryServer } from "@imapclient/imapclient/testing";
import { dovecotMissing, startDovecot } from "./dovecot.ts";
import { LIVE_MAILS } from "./mails.ts";

/** A server for the live tests, and one way to reach it. */
export interface Target {
  readonly name: string;
  /** Why it can't be used here; `false` if it can. */
  readonly missing: string | false;
  /** Starts the server, with ann's mail in it. */
  start(): Promise<RunningTarget>;
}

export interface RunningTarget {
  /** Connects, logs in as ann if necessary, and returns the client. */
  open(options?: Partial<ConnectOptions>): Promise<ImapClient>;
  stop(): Promise<void>;
}

type Reach = (server: Awaited<ReturnType<typeof startDovecot>>) => ConnectOptions;

/** Dovecot. A connection by a process needs no login. */
function dovecot(name: string, reach: Reach): Target {
  return {
    name: `Dovecot ${name}`,
    missing: dovecotMissing,
    async start(): Promise<RunningTarget> {
      const server = await startDovecot();
      server.addMail("ann", "INBOX", LIVE_MAILS);
      for (const folder of ["12345", "&ANw-berweisungen &- Rechnungen"]) {
        server.addMail("ann", folder, []);
      }
      return {
        async open(options): Promise<ImapClient> {
          const client = await ImapClient.connect({ ...reach(server), ...options });
          if (client.state === "not authenticated") await client.login("ann", "secret");
          return client;
        },
        stop: () => server.stop(),
      };
    },
  };
}

const memory: Target = {
  name: "the in-memory server",
  missing: false,
  start(): Promise<RunningTarget> {
    const server = new MemoryServer();
    const ann = server.addUser("ann", "secret");
    for (const { text, flags, date } of LIVE_MAILS) ann.append("INBOX", text, { flags, date });
    for (const folder of ["12345", "Überweisungen & Rechnungen"]) ann.createFolder(folder);
    const transport = memoryTransport((duplex) => void server.serve(duplex));
    return Promise.resolve({
      async open(options): Promise<ImapClient> {
        const client = await ImapClient.connect({ transport, ...options });
        await client.login("ann", "secret");
        return client;
      },
      stop: () => Promise.resolve(),
    });
  },
};

export const TARGETS: readonly Target[] = [
  dovecot("over plain text", ({ host, port }) => ({ host, port, ssl: false })),
  dovecot("over TLS", ({ host, tlsPort, ca }) => ({ host, port: tlsPort, tls: { ca } })),
  dovecot("over STARTTLS", ({ host, port, ca }) => ({ host, port, starttls: true, tls: { ca } })),
  dovecot("as a process", (server) => ({ stream: server.command("ann") })),
  memory,
];
