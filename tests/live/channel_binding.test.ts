import { connect as connectTls, createServer, type TLSSocket } from "node:tls";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  type ConnectOptions,
  ImapClient,
  LoginError,
  type SaslMechanism,
  scramSha1,
  scramSha1Plus,
  scramSha256,
  scramSha256Plus,
  scramSha512,
  scramSha512Plus,
} from "@imapclient/imapclient";
import { createAuthority, LOOPBACK_HOSTS } from "../support/servers/certificates.ts";
import {
  type Cyrus,
  CYRUS_USERS,
  cyrusMissing,
  newerCyrusMissing,
  startCyrus,
  startNewerCyrus,
} from "../support/servers/cyrus.ts";
import type { PrivateServer } from "../support/servers/launch.ts";
import {
  dovecotMissing,
  newerDovecotMissing,
  startDovecot,
  startNewerDovecot,
} from "../support/servers/dovecot.ts";

const { ann: ANN } = CYRUS_USERS;
const MECHANISMS = "sasl_mech_list: PLAIN SCRAM-SHA-512 SCRAM-SHA-256 SCRAM-SHA-1";
const PLUS = [scramSha1Plus, scramSha256Plus, scramSha512Plus];
const PLAIN = [scramSha1, scramSha256, scramSha512];

/** Deno yields `tls-server-end-point` alone, which neither Cyrus nor Dovecot accepts. */
const isDeno = "Deno" in globalThis;

async function loggedIn(options: ConnectOptions, mechanism: SaslMechanism): Promise<void> {
  const client = await ImapClient.connect(options);
  try {
    await client.saslLogin(mechanism);
    assertEquals(client.state, "authenticated");
    assert(await client.folderExists("INBOX"));
  } finally {
    client.shutdown();
  }
}

async function refused(options: ConnectOptions, mechanism: SaslMechanism): Promise<string> {
  const client = await ImapClient.connect(options);
  try {
    const error = await assertRejects(() => client.saslLogin(mechanism), LoginError);
    assertEquals(client.state, "not authenticated");
    return error.message;
  } finally {
    client.shutdown();
  }
}

/** The connections by which a server is reached: TLS from the first byte, and STARTTLS. */
function ways({ host, port, tlsPort, ca }: PrivateServer): readonly ConnectOptions[] {
  const tls = { ca, channelBinding: true };
  return [{ host, port: tlsPort, tls }, { host, port, starttls: true, tls }];
}

describe("Cyrus with TLS 1.2", { skip: cyrusMissing }, () => {
  let cyrus: Cyrus;
  before(async () => {
    cyrus = await startCyrus({ config: `${MECHANISMS}\ntls_versions: tls1_2` });
  });
  after(() => cyrus.stop());

  const unless = { skip: isDeno ? "Deno yields no tls-unique" : false };
  const unlessSha = "by SCRAM-*-PLUS and tls-unique → logged in [ext CHANNEL-BINDING]";
  it(unlessSha, unless, async () => {
    for (const options of ways(cyrus)) {
      for (const make of PLUS) await loggedIn(options, make("ann", ANN));
      await refused(options, scramSha256Plus("ann", "wrong"));
      await refused(options, scramSha256Plus("nobody", ANN));
      const admin = scramSha256Plus("cyrus", CYRUS_USERS.cyrus, "ann");
      await loggedIn(options, admin);
    }
  });

  it("by SCRAM without binding → logged in [ext SCRAM-SHA-1, SCRAM-SHA-256, SCRAM-SHA-512]", async () => {
    for (const options of ways(cyrus)) {
      for (const make of PLAIN) await loggedIn(options, make("ann", ANN));
      await refused(options, scramSha512("ann", "wrong"));
    }
  });

  it(
    "another type of binding → refused, and the error says what may be wrong",
    unless,
    async () => {
      for (const options of ways(cyrus)) {
        const quirks = { channelBindings: ["tls-server-end-point"] as const };
        const message = await refused({ ...options, quirks }, scramSha256Plus("ann", ANN));
        assertStringIncludes(message, "may not accept the channel binding tls-server-end-point");
      }
    },
  );

  describe("with somebody in between", unless, () => {
    it("PLUS → refused, though the certificate is trusted [ext CHANNEL-BINDING]", async () => {
      await inBetween(cyrus, (line) => line, async (options) => {
        await refused(options, scramSha256Plus("ann", ANN));
        // Without a binding nobody notices.
        await loggedIn(options, scramSha256("ann", ANN));
      });
    });

    it("PLUS removed from the list → refused by the server [ext CHANNEL-BINDING]", async () => {
      const strip = (line: string) => line.replace(/ AUTH=SCRAM-[A-Z0-9-]*-PLUS/g, "");
      await inBetween(cyrus, strip, async (options) => {
        await refused(options, scramSha256("ann", ANN));
      });
    });
  });
});

describe("Cyrus with TLS 1.3, which has no tls-unique", { skip: cyrusMissing }, () => {
  let cyrus: Cyrus;
  before(async () => {
    cyrus = await startCyrus({ config: `${MECHANISMS}\ntls_versions: tls1_3` });
  });
  after(() => cyrus.stop());

  it("by SCRAM-*-PLUS → refused before anything is sent; without, logged in", async () => {
    for (const options of ways(cyrus)) {
      for (const make of PLUS) {
        assertStringIncludes(await refused(options, make("ann", ANN)), "yields no channel binding");
      }
      for (const make of PLAIN) await loggedIn(options, make("ann", ANN));
    }
  });
});

describe("Cyrus 3.12 with TLS 1.2", { skip: newerCyrusMissing }, () => {
  let cyrus: Cyrus;
  before(async () => {
    cyrus = await startNewerCyrus({ config: `${MECHANISMS}\ntls_versions: tls1_2` });
  });
  after(() => cyrus.stop());

  it("by SCRAM-*-PLUS and tls-unique → logged in; in Deno, refused before anything is sent [ext CHANNEL-BINDING]", async () => {
    for (const options of ways(cyrus)) {
      for (const make of PLUS) {
        if (isDeno) {
          const message = await refused(options, make("ann", ANN));
          assertStringIncludes(message, "yields no channel binding");
        } else {
          await loggedIn(options, make("ann", ANN));
          await refused(options, make("ann", "wrong"));
        }
      }
      for (const make of PLAIN) await loggedIn(options, make("ann", ANN));
    }
  });

  it("somebody in between → PLUS is refused [ext CHANNEL-BINDING]", { skip: isDeno }, async () => {
    await inBetween(cyrus, (line) => line, async (options) => {
      await refused(options, scramSha256Plus("ann", ANN));
      await loggedIn(options, scramSha256("ann", ANN));
    });
  });
});

describe("Cyrus 3.12 with TLS 1.3", { skip: newerCyrusMissing }, () => {
  it("by SCRAM-*-PLUS → refused before anything is sent; without, logged in", async () => {
    const cyrus = await startNewerCyrus({ config: `${MECHANISMS}\ntls_versions: tls1_3` });
    try {
      for (const options of ways(cyrus)) {
        const message = await refused(options, scramSha256Plus("ann", ANN));
        assertStringIncludes(message, "yields no channel binding");
        await loggedIn(options, scramSha256("ann", ANN));
      }
    } finally {
      await cyrus.stop();
    }
  });
});

describe("Dovecot 2.4 with TLS 1.3", { skip: newerDovecotMissing }, () => {
  let dovecot: PrivateServer;
  before(async () => {
    dovecot = await startNewerDovecot();
  });
  after(() => dovecot.stop());

  it("by SCRAM-*-PLUS → logged in; in Deno, refused before anything is sent", async () => {
    for (const options of ways(dovecot)) {
      for (const make of [scramSha1Plus, scramSha256Plus]) {
        if (isDeno) {
          const message = await refused(options, make("ann", ANN));
          assertStringIncludes(message, "yields no channel binding");
        } else {
          await loggedIn(options, make("ann", ANN));
          await refused(options, make("ann", "wrong"));
        }
      }
      await loggedIn(options, scramSha256("ann", ANN));
    }
  });

  it("authenticate → by the strongest that the runtime has [ext AUTHENTICATE]", async () => {
    for (const options of ways(dovecot)) {
      const client = await ImapClient.connect(options);
      try {
        const { mechanism, refused } = await client.authenticate({ user: "ann", password: ANN });
        const expected = isDeno ? "SCRAM-SHA-256" : "SCRAM-SHA-256-PLUS";
        assertEquals([mechanism, refused], [expected, []]);
      } finally {
        client.shutdown();
      }
    }
  });
});

describe("Dovecot 2.3, which can't bind", { skip: dovecotMissing }, () => {
  it("SCRAM says that this side could, and is let in [ext CHANNEL-BINDING]", async () => {
    const dovecot = await startDovecot();
    try {
      const { host, port, tlsPort, ca } = dovecot;
      const tls = { ca, channelBinding: true };
      for (const options of [{ host, port: tlsPort, tls }, { host, port, starttls: true, tls }]) {
        for (const make of [scramSha1, scramSha256]) await loggedIn(options, make("ann", ANN));
        await refused(options, scramSha256("ann", "wrong"));
      }
    } finally {
      await dovecot.stop();
    }
  });
});

/**
 * Runs `use` with the way to somebody who has a certificate that the client trusts, and who passes
 * everything on between the client and the server, the server's text changed by `change`.
 */
async function inBetween(
  { host, tlsPort, ca }: Cyrus,
  change: (text: string) => string,
  use: (options: ConnectOptions) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "imapclient-in-between-"));
  const authority = createAuthority(folder);
  const { cert, key } = authority.issue("localhost", { hosts: LOOPBACK_HOSTS });
  const sockets: TLSSocket[] = [];
  const server = createServer({ cert, key }, (socket) => {
    const there = connectTls({ host, port: tlsPort, ca });
    sockets.push(socket, there);
    socket.on("error", () => there.destroy()).on("data", (bytes) => there.write(bytes));
    there.on("error", () => socket.destroy()).on("data", (bytes: Uint8Array) => {
      socket.write(change(new TextDecoder().decode(bytes)));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  try {
    assert(address !== null && typeof address === "object");
    await use({ host, port: address.port, tls: { ca: authority.ca.cert, channelBinding: true } });
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
    rmSync(folder, { recursive: true });
  }
}
