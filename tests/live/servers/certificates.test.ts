import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { assert, assertFalse, assertLess, assertStringIncludes } from "@std/assert";
import { createAuthority, LOOPBACK_HOSTS } from "../../support/servers/certificates.ts";
import { dovecotMissing } from "../../support/servers/dovecot.ts";

describe("createAuthority", { skip: dovecotMissing }, () => {
  const folder = mkdtempSync(join(tmpdir(), "imapclient-certificates-"));
  after(() => rmSync(folder, { recursive: true }));

  it("issues certificates for servers and users", () => {
    const authority = createAuthority(folder);
    const ca = new X509Certificate(authority.ca.cert);
    const server = new X509Certificate(
      authority.issue("localhost", { hosts: LOOPBACK_HOSTS }).cert,
    );
    assert(ca.ca);
    assertFalse(server.ca);
    assert(server.verify(ca.publicKey));
    assert(server.checkHost("localhost"));
    assert(server.checkIP("127.0.0.1"));
    assertStringIncludes(new X509Certificate(authority.issue("ann").cert).subject, "CN=ann");
  });

  it("issues one that has expired and is otherwise valid", () => {
    const authority = createAuthority(folder);
    const issued = authority.issue("late", { hosts: LOOPBACK_HOSTS, expired: true });
    const late = new X509Certificate(issued.cert);
    assertLess(Date.parse(late.validFrom), Date.parse(late.validTo));
    assertLess(Date.parse(late.validTo), Date.now());
    assert(late.checkHost("localhost"));
    assert(late.verify(new X509Certificate(authority.ca.cert).publicKey));
  });
});
