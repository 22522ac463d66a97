import type { Socket } from "node:net";
import { describe, it } from "node:test";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  CertificateError,
  ConnectionClosedError,
  ImapAbortError,
  TlsError,
} from "../../src/errors.ts";
import type { Duplex, TlsOptions } from "../../src/transport.ts";
import { pause, receive, send, until, within } from "./bytes.ts";
import type { Identity } from "./certificates.ts";
import { echo, startTlsTo, withPeer } from "./peer.ts";
import { type Adapter, certificates, dial, never, withDuplex } from "./tcp_adapter.ts";

/** What every TCP transport must do about TLS, at once and by STARTTLS. */
export function tlsSuite(adapter: Adapter): void {
  const { name, skip, prompt } = adapter;

  describe(`${name}: TLS`, { skip }, () => {
    /** Fails to connect, with TLS at once and with STARTTLS. */
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
    /** Connects, with TLS at once and with STARTTLS. */
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

    it("C3 trusts what `ca` vouches for, by name and by address", async () => {
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
      const message = /made out to another name.*tls\.serverName/;
      await refuses(other, { ca }, CertificateError, message);
      await refuses(other, { ca }, CertificateError, message, "localhost");
      const serverName = "else.example";
      await refuses(other, { ca, serverName }, CertificateError, message, "localhost");
    });

    it("expects `serverName` in the certificate", async () => {
      const { other, ca } = certificates();
      await accepts(other, { ca, serverName: "mail.example" });
    });

    it("C2 with checkHostname false takes another name, and nothing else", async () => {
      const { other, expired, expiredOther, ca } = certificates();
      const checkHostname = false;
      await accepts(other, { ca, checkHostname });
      await refuses(other, { checkHostname }, CertificateError, /not trusted/);
      await refuses(expired, { ca, checkHostname }, CertificateError, /expired|not trusted/);
      await refuses(expiredOther, { ca, checkHostname }, CertificateError, /expired|not trusted/);
    });

    it("C2 takes anything if verification is disabled", async () => {
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

    it("keeps a private key that does not fit to itself", async () => {
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
              // The connection is one and the same.
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

    it("gives up a handshake when the plain duplex is closed", async () => {
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
