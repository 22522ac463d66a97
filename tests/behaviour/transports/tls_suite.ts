import { connect, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, it } from "node:test";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ImapClient } from "../../../src/client/imap_client.ts";
import {
  CertificateError,
  ConnectionClosedError,
  ImapAbortError,
  ImapError,
  InvalidArgumentError,
  ProtocolError,
  TimeoutError,
  TlsError,
} from "../../../src/model/errors.ts";
import type { Duplex, TlsOptions } from "../../../src/model/transport.ts";
import { pause, receive, send, until, within } from "./bytes.ts";
import type { Identity } from "../../support/identities.ts";
import { echo, startTlsTo, withPeer } from "../../support/peer.ts";
import { type Adapter, certificates, dial, never, withDuplex } from "./tcp_adapter.ts";

const noIpv6 = Object.values(networkInterfaces()).flat().some((it) => it?.address === "::1")
  ? false
  : "there is no IPv6 here";

function misnamed(error: unknown): string {
  return error instanceof CertificateError ? "misnamed" : String(error);
}

/** A server that inserts a line after its OK to STARTTLS, and then continues as a TLS server. */
function injecting(port: number, wait: (next: () => void) => unknown): (socket: Socket) => void {
  return (socket) => {
    socket.setNoDelay(true);
    socket.write("* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n");
    socket.once("data", (command: Uint8Array) => {
      const tag = new TextDecoder().decode(command).split(" ")[0];
      const inner = connect(port, "127.0.0.1");
      for (const [one, other] of [[socket, inner], [inner, socket]] as const) {
        one.on("error", () => other.destroy());
        one.on("close", () => other.destroy());
      }
      inner.once("connect", () => {
        socket.write(`${tag} OK begin TLS\r\n`);
        wait(() => {
          socket.write("* PREAUTH [CAPABILITY IMAP4rev1] welcome\r\n");
          socket.pipe(inner).pipe(socket);
        });
      });
    });
  };
}

/** How every TCP transport must handle TLS, from the start and by STARTTLS. */
export function tlsSuite(adapter: Adapter): void {
  const { name, skip, prompt } = adapter;

  describe(`${name}: TLS`, { skip }, () => {
    /** Expects connecting to fail, with TLS from the start and with STARTTLS. */
    const refuses = async (
      server: Identity,
      tls: TlsOptions,
      type: typeof CertificateError | typeof TlsError,
      message: RegExp,
      host = "127.0.0.1",
    ): Promise<void> => {
      await withPeer(echo, server, async (peer) => {
        const error = await assertRejects(() => dial(adapter, peer.port, tls, never, host), type);
        assertMatch(error.message, message);
        assert(error.message.includes(`${host}:${peer.port}`), error.message);
        assert(!error.message.includes("PRIVATE"));
        await withPeer(startTlsTo(peer.port), undefined, async (plain) => {
          const duplex = await greeted(plain.port, host);
          const error = await assertRejects(() => within(5000, duplex.startTls!(tls)), type);
          assertMatch(error.message, message);
          await until(() => plain.open() === 0);
        });
        await until(() => peer.open() === 0);
      });
    };
    /** Expects connecting to succeed, with TLS from the start and with STARTTLS. */
    const accepts = async (
      server: Identity,
      tls: TlsOptions,
      options: object = {},
      host = "127.0.0.1",
    ): Promise<void> => {
      const talk = async (duplex: Duplex): Promise<void> => {
        assertEquals(duplex.secure, true);
        assertEquals(duplex.startTls, undefined);
        await send(duplex, "hello");
        assertEquals(await receive(duplex, 5), "hello");
      };
      await withPeer(echo, { ...server, ...options }, async (peer) => {
        await withDuplex(dial(adapter, peer.port, tls, never, host), talk);
        await withPeer(startTlsTo(peer.port), undefined, async (plain) => {
          const duplex = await greeted(plain.port, host);
          await withDuplex(within(5000, duplex.startTls!(tls)), talk);
        });
      });
    };
    const greeted = async (port: number, host = "127.0.0.1"): Promise<Duplex> => {
      const duplex = await dial(adapter, port, undefined, never, host);
      await send(duplex, "STARTTLS\r\n");
      assertEquals(await receive(duplex, 4), "OK\r\n");
      return duplex;
    };

    it("C3 trusts certificates that `ca` has signed, by name and by address", async () => {
      const { ca, good, selfSigned } = certificates();
      await accepts(good, { ca });
      await accepts(good, { ca: [selfSigned.cert, ca] }, {}, "localhost");
      await accepts(good, { ca: selfSigned.cert + ca }, {}, "localhost");
      await accepts(selfSigned, { ca: selfSigned.cert }, {}, "localhost");
    });

    it("C1 refuses an unknown authority", async () => {
      await refuses(certificates().good, {}, CertificateError, /not trusted.*tls\.ca/);
    });

    it("refuses a certificate signed by itself", async () => {
      const { selfSigned, ca } = certificates();
      await refuses(selfSigned, { ca }, CertificateError, /self-signed.*tls\.ca/);
    });

    it("refuses a certificate that has expired", async () => {
      const { expired, ca } = certificates();
      await refuses(expired, { ca }, CertificateError, /expired|not trusted/);
    });

    it("refuses another name, by name and by address", async () => {
      const { other, ca } = certificates();
      const message = /is for another name.*tls\.serverName/;
      await refuses(other, { ca }, CertificateError, message);
      await refuses(other, { ca }, CertificateError, message, "localhost");
      const serverName = "else.example";
      await refuses(other, { ca, serverName }, CertificateError, message, "localhost");
    });

    it("expects `serverName` in the certificate", async () => {
      const { other, ca } = certificates();
      await accepts(other, { ca, serverName: "mail.example" });
    });

    it("C2 with checkHostname false accepts another name, and nothing else", async () => {
      const { other, expired, expiredOther, ca } = certificates();
      const checkHostname = false;
      await accepts(other, { ca, checkHostname });
      await refuses(other, { checkHostname }, CertificateError, /not trusted/);
      await refuses(expired, { ca, checkHostname }, CertificateError, /expired|not trusted/);
      await refuses(expiredOther, { ca, checkHostname }, CertificateError, /expired|not trusted/);
    });

    it("C2 accepts anything if verification is disabled", async () => {
      const { selfSigned, expiredOther } = certificates();
      await accepts(selfSigned, { dangerouslyDisableVerification: true });
      await accepts(expiredOther, { dangerouslyDisableVerification: true });
    });

    it("C4 shows a client certificate", async () => {
      const { good, client, ca } = certificates();
      const server = { ca, requestCert: true, rejectUnauthorized: true };
      await accepts(good, { ca, ...client }, server);
    });

    it("says that the server wants a client certificate", async () => {
      const { good, ca } = certificates();
      const server = { ...good, ca, requestCert: true, rejectUnauthorized: true };
      await withPeer(echo, server, async (peer) => {
        // With TLS 1.3 the server's answer comes after the handshake.
        const error = await assertRejects(
          () =>
            withDuplex(
              dial(adapter, peer.port, { ca }),
              async (duplex) => void await receive(duplex, 1),
            ),
          TlsError,
        );
        assertMatch(error.message, /client's certificate/);
      });
    });

    it("does not reveal a private key that does not match", async () => {
      const { good, client, ca } = certificates();
      const tls = { ca, cert: client.cert, key: good.key };
      await withPeer(echo, good, async (peer) => {
        const error = await assertRejects(() => dial(adapter, peer.port, tls), TlsError);
        const secret = good.key.split("\n")[1];
        assert(!error.message.includes(secret) && !String(error.cause).includes(secret));
      });
    });

    it("accepts only the versions that it is told to", async () => {
      const { good, ca } = certificates();
      const old = { ...good, maxVersion: "TLSv1.2" } as const;
      await accepts(good, { ca }, { maxVersion: "TLSv1.2" });
      await accepts(good, { ca, minVersion: "TLSv1.3" });
      await refuses(old, { ca, minVersion: "TLSv1.3" }, TlsError, /no version of TLS/);
    });

    it("says that the port does not speak TLS", async () => {
      await withPeer(
        (socket) => void socket.resume().write("* OK IMAP ready\r\n"),
        undefined,
        async (peer) => {
          const error = await assertRejects(() => dial(adapter, peer.port, {}), TlsError);
          assertMatch(error.message, /does not speak TLS here.*STARTTLS/);
          await until(() => peer.open() === 0);
        },
      );
    });

    it("says that the server hung up during the handshake", async () => {
      await withPeer(
        (socket) => void socket.once("data", () => socket.end()),
        undefined,
        async (peer) => {
          const error = await assertRejects(() => dial(adapter, peer.port, {}), TlsError);
          assertMatch(error.message, /hung up/);
        },
      );
    });

    it("ends the plain streams when TLS starts", async () => {
      const { good, ca } = certificates();
      await withPeer(
        echo,
        good,
        (peer) =>
          withPeer(startTlsTo(peer.port), undefined, async (plain) => {
            const before = await greeted(plain.port);
            await withDuplex(before.startTls!({ ca }), async (duplex) => {
              await assertRejects(() => send(before, "secret"), ConnectionClosedError);
              await assertRejects(() => receive(before, 1), ConnectionClosedError);
              await assertRejects(() => before.startTls!({ ca }), ConnectionClosedError);
              await send(duplex, "hello");
              assertEquals(await receive(duplex, 5), "hello");
              // It is the same connection.
              await before.close();
              await until(() => plain.open() === 0);
            });
          }),
      );
    });

    it("refuses to start TLS while the streams are held", async () => {
      await withPeer(
        echo,
        undefined,
        (peer) =>
          withDuplex(dial(adapter, peer.port), async (duplex) => {
            const reader = duplex.readable.getReader();
            await assertRejects(() => duplex.startTls!({}), TlsError, "reader");
            reader.releaseLock();
            await send(duplex, "hello");
            assertEquals(await receive(duplex, 5), "hello");
          }),
      );
    });

    it("refuses bytes that were slipped in before the handshake", async () => {
      const { good, ca } = certificates();
      const inject = (socket: Socket): void => {
        socket.once("data", () => {
          socket.write("OK\r\n");
          setTimeout(() => socket.write("* PREAUTH\r\n"), 30);
        });
      };
      await withPeer(echo, good, () =>
        withPeer(inject, undefined, async (plain) => {
          const duplex = await greeted(plain.port);
          await pause(150);
          await assertRejects(() => within(5000, duplex.startTls!({ ca })), TlsError);
          await until(() => plain.open() === 0);
        }));
    });

    it("an IP address is never sent as server name, a name always [fault E9]", async () => {
      const { good, many, ca } = certificates();
      const sent = async (host: string, serverName?: string): Promise<unknown[]> => {
        const names: unknown[] = [];
        const serve = (socket: Socket): void => {
          names.push((socket as { servername?: string | false }).servername || null);
          socket.end();
        };
        const identity = serverName === undefined ? good : many;
        await withPeer(
          serve,
          { ...identity, SNICallback: (_, done) => done(null) },
          async (peer) => {
            const tls = { ca, ...(serverName === undefined ? {} : { serverName }) };
            await withDuplex(dial(adapter, peer.port, tls, never, host), async (duplex) => {
              assertEquals(await receive(duplex, 1), "");
            });
          },
        );
        return names;
      };
      assertEquals(await sent("127.0.0.1"), [null]);
      assertEquals(await sent("127.1"), [null]);
      assertEquals(await sent("１２７.０.０.１"), [null]);
      assertEquals(await sent("localhost", "127.0.0.1"), [null]);
      assertEquals(await sent("localhost", "::1"), [null]);
      assertEquals(await sent("localhost", "[0:0::1]"), [null]);
      assertEquals(await sent("localhost", "fe80::1%eth0").catch(misnamed), "misnamed");
      assertEquals(await sent("localhost"), ["localhost"]);
      assertEquals(await sent("LocalHost"), ["localhost"]);
      assertEquals(await sent("127.0.0.1", "München.example."), ["xn--mnchen-3ya.example"]);
      assertEquals(await sent("ｌｏｃａｌｈｏｓｔ"), ["localhost"]);
      assertEquals(await sent("127.0.0.1", "MÜNCHEN．EXAMPLE"), ["xn--mnchen-3ya.example"]);
    });

    it("an address that the certificate lacks is refused [fault E9]", async () => {
      const { good, many, other, ca } = certificates();
      const message = /is for another name.*tls\.serverName/;
      await refuses(good, { ca, serverName: "127.0.0.2" }, CertificateError, message);
      await refuses(good, { ca, serverName: "::1" }, CertificateError, message);
      await refuses(many, { ca, serverName: "::2" }, CertificateError, message);
      await refuses(many, { ca, serverName: "[::ffff:127.0.0.1]" }, CertificateError, message);
      await refuses(other, { ca, serverName: "127.0.0.1" }, CertificateError, message, "localhost");
      await accepts(many, { ca, serverName: "0:0:0:0:0:0:0:1" });
    });

    it("an IPv6 address is a host, with brackets and without [fault E9]", { skip: noIpv6 }, () => {
      const { many, ca } = certificates();
      return withPeer(echo, many, async (peer) => {
        for (const host of ["::1", "[::1]", "0:0::1", "[0:0:0:0:0:0:0:1]"]) {
          await withDuplex(dial(adapter, peer.port, { ca }, never, host), async (duplex) => {
            await send(duplex, "hello");
            assertEquals(await receive(duplex, 5), "hello");
          });
        }
        const error = await assertRejects(
          () => dial(adapter, peer.port, {}, never, "[::1]"),
          CertificateError,
        );
        assert(error.message.includes(`of [::1]:${peer.port} `), error.message);
      }, "::1");
    });

    it("a Unicode name is looked for in its ASCII form, and shown as given [fault E9]", async () => {
      const { good, many, ca } = certificates();
      for (const serverName of ["münchen.example", "MÜNCHEN．example", "xn--mnchen-3ya.example."]) {
        await accepts(many, { ca, serverName });
      }
      const message = /is for another name/;
      await refuses(good, { ca, serverName: "münchen.example" }, CertificateError, message);
      await refuses(good, {}, CertificateError, /not trusted/, "ｌｏｃａｌｈｏｓｔ");
    });

    it("a common name alone proves nothing [fault E9]", async () => {
      const { commonName, mailName, ca } = certificates();
      const message = /common name does not count/;
      await refuses(commonName, { ca }, CertificateError, message, "localhost");
      await refuses(mailName, { ca }, CertificateError, message, "localhost");
      await refuses(commonName, { ca, serverName: "localhost" }, CertificateError, message);
      await accepts(commonName, { ca, checkHostname: false }, {}, "localhost");
      await accepts(commonName, { dangerouslyDisableVerification: true }, {}, "localhost");
    });

    it("a name is checked with a client certificate and TLS 1.3, too [fault E9]", async () => {
      const { many, commonName, client, ca } = certificates();
      const message = /is for another name/;
      for (const more of [client, { minVersion: "TLSv1.3" }] as const) {
        await accepts(many, { ca, ...more, serverName: "münchen.example" });
        await accepts(many, { ca, ...more });
        await refuses(commonName, { ca, ...more }, CertificateError, message, "localhost");
        await refuses(many, { ca, ...more, serverName: "127.0.0.2" }, CertificateError, message);
      }
    });

    it("an unknown option is refused with the name of the right one [fault E9]", async () => {
      const wrong: readonly (readonly [object, string])[] = [
        [{ rejectUnauthorized: false }, "tls.dangerouslyDisableVerification"],
        [{ servername: "mail.example" }, "tls.serverName"],
        [{ checkServerIdentity: () => undefined }, "tls.checkHostname"],
      ];
      await withPeer(echo, undefined, async (peer) => {
        for (const [tls, right] of wrong) {
          await assertRejects(() => dial(adapter, peer.port, tls), InvalidArgumentError, right);
          await withDuplex(dial(adapter, peer.port), async (duplex) => {
            await assertRejects(() => duplex.startTls!(tls), InvalidArgumentError, right);
          });
        }
      });
    });

    it("plain text between the OK to STARTTLS and TLS → refused, whenever it comes [fault E9]", async () => {
      const { good, ca } = certificates();
      const waits: readonly ((next: () => void) => unknown)[] = [
        (next) => next(),
        (next) => queueMicrotask(next),
        (next) => setImmediate(next),
        (next) => setTimeout(next, 1),
        (next) => setTimeout(next, 3),
      ];
      const { transport } = adapter;
      await withPeer(echo, good, async (peer) => {
        for (let attempt = 0; attempt < 40; attempt++) {
          const inject = injecting(peer.port, waits[attempt % waits.length]);
          await withPeer(inject, undefined, async ({ port }) => {
            const host = "127.0.0.1";
            const connecting = ImapClient.connect({
              ...{ host, starttls: true, tls: { ca }, transport: transport({ host, port }) },
              timeout: 30,
            });
            const error = await assertRejects(() => connecting, ImapError);
            assert(error instanceof TlsError || error instanceof ProtocolError, String(error));
          });
        }
      });
    });

    it("a plain-text port → the error says so, whatever it sends and when [fault D13]", async () => {
      const greetings = [
        "* OK IMAP ready\r\n",
        "+OK POP\r\n",
        "220 mail.example ESMTP\r\n",
        "SSH-2.0-x\r\n",
      ];
      for (const greeting of greetings) {
        for (const waits of [false, true]) {
          const serve = (socket: Socket): void => {
            if (waits) socket.once("data", () => socket.write(greeting));
            else socket.resume().write(greeting);
          };
          await withPeer(serve, undefined, async (peer) => {
            const error = await assertRejects(() => dial(adapter, peer.port, {}), TlsError);
            assertMatch(error.message, /does not speak TLS here, but plain text.*993.*starttls/);
            await until(() => peer.open() === 0);
          });
        }
      }
    });

    it("plain text to a port for TLS → the error says so [fault D13]", async () => {
      const { good } = certificates();
      const host = "127.0.0.1";
      await withPeer(echo, good, async ({ port }) => {
        for (const how of [{ ssl: false }, { starttls: true }]) {
          const transport = adapter.transport({ host, port });
          const connecting = ImapClient.connect({ ...how, host, port, transport, timeout: 0.2 });
          await assertRejects(() => connecting, TimeoutError, "expects TLS from the first byte");
        }
      });
      // The alert of a server that has waited too long for the handshake.
      const alert = Uint8Array.of(21, 3, 3, 0, 2, 2, 70);
      await withPeer((socket) => socket.resume().end(alert), undefined, async ({ port }) => {
        const transport = adapter.transport({ host, port });
        const connecting = ImapClient.connect({ host, port, transport, ssl: false });
        await assertRejects(() => connecting, TlsError, "speaks TLS");
      });
    });

    it("a server that hangs up at once → the error does not mention TLS [fault D13]", async () => {
      await withPeer((socket) => socket.end(), undefined, async (peer) => {
        const error = await assertRejects(() => dial(adapter, peer.port, {}), ImapAbortError);
        assertMatch(error.message, /hung up/);
      });
    });

    it("ends a handshake when the plain duplex is closed", async () => {
      const silent = (socket: Socket): void =>
        void socket.once("data", () => socket.write("OK\r\n"));
      await withPeer(silent, undefined, async (plain) => {
        const duplex = await greeted(plain.port);
        const started = duplex.startTls!({});
        setTimeout(() => duplex.close(), 100);
        await assertRejects(() => within(2000, started), ImapAbortError);
        if (prompt) await until(() => plain.open() === 0);
      });
    });
  });
}
