import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { type Dovecot, dovecotMissing, startDovecot } from "../support/servers/dovecot.ts";
import { runProgram } from "../support/patience.ts";
import { sameRuntime } from "../support/same_runtime.ts";

const EXPECTED: readonly (readonly [what: string, error: RegExp])[] = [
  ["host", /^ConnectError: .*no-such-host\.invalid/],
  ["host text", /^InvalidArgumentError: .*host/],
  ["no host", /^InvalidArgumentError: .*host/],
  ["port", /^ConnectError: .*127\.0\.0\.1:1/],
  ["port number", /^InvalidArgumentError: .*70000/],
  ["port for plain text", /^TlsError: .*does not speak TLS/],
  ["port for TLS", /^(TimeoutError|ConnectionClosedError|ProtocolError): /],
  ["untrusted certificate", /^CertificateError: .*tls\.ca/],
  ["certificate's name", /^CertificateError: .*serverName/],
  ["certificate over STARTTLS", /^CertificateError: .*tls\.ca/],
  ["greeting", /^ProtocolError: .*220 smtp/],
  ["silence", /^TimeoutError: no greeting within 0\.5 seconds/],
  ["command", /^ConnectError: .*no-such-command-here/],
  ["contradiction", /^InvalidArgumentError: .*'port'.*'stream'/],
  ["password", /^LoginError: LOGIN failed: /],
  ["password with NUL", /^InvalidArgumentError: .*NUL/],
  ["no login", /^IllegalStateError: .*login/],
  ["no folder", /^IllegalStateError: .*selectFolder/],
  ["folder", /^ImapError: SELECT failed: /],
  ["criterion", /^InvalidCriteriaError: SUBJECT needs a value/],
  ["criterion of the server's", /^InvalidCriteriaError: UID SEARCH failed: /],
  ["ids", /^InvalidArgumentError: .*colon/],
  ["id 0", /^InvalidArgumentError: .*from 1 to/],
  ["item", /^InvalidArgumentError: .*FLAGS\)/],
  ["item of the server's", /^ImapError: UID FETCH failed: /],
  ["nothing", /^nothing was wrong$/],
  ["after the end", /^ConnectionClosedError: /],
];

describe("bad input, in a process of its own", { skip: dovecotMissing }, () => {
  let server: Dovecot;
  let lines: string[];
  const folder = mkdtempSync(join(tmpdir(), "imapclient-bad-input-"));

  before(async () => {
    server = await startDovecot();
    const caFile = join(folder, "ca.pem");
    writeFileSync(caFile, server.ca);
    const [command, ...runtime] = sameRuntime(new URL("bad_input.ts", import.meta.url));
    const args = [...runtime, String(server.port), String(server.tlsPort), caFile];
    // It must end by itself, leave no rejection unhandled, and print nothing else.
    const { stdout, stderr } = await runProgram(command, args, 45_000);
    assertEquals(stderr, "");
    lines = stdout.trimEnd().split("\n");
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await server?.stop();
  });

  it("each prints one line, in time and without the password", () => {
    assertEquals(lines.length, EXPECTED.length, lines.join("\n"));
    assert(!/LATE|SECRET/.test(lines.join("\n")), lines.join("\n"));
  });

  EXPECTED.forEach(([what, error], i) => {
    it(`${what}: ${error.source}`, () => {
      const [name, message] = lines[i].split(/: ([^]*)/);
      assertEquals(name, what);
      assert(error.test(message), message);
    });
  });
});
