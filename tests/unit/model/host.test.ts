import { describe, it } from "node:test";
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { InvalidArgumentError } from "../../../src/model/errors.ts";
import { placeName, readHost } from "../../../src/model/host.ts";

describe("readHost", () => {
  it("a name: the host to connect to, and the name in the certificate [fault E9]", () => {
    const names: readonly (readonly [string, string, string?])[] = [
      ["imap.example.org", "imap.example.org"],
      ["IMAP.Example.ORG", "imap.example.org"],
      ["localhost", "localhost"],
      ["mail_1.example.org", "mail_1.example.org"],
      ["imap.example.org.", "imap.example.org.", "imap.example.org"],
      ["münchen.example", "xn--mnchen-3ya.example"],
      // With a combining diaeresis.
      ["mu\u0308nchen.example", "xn--mnchen-3ya.example"],
      ["МОСКВА.рф", "xn--80adxhks.xn--p1ai"],
      ["例え。テスト", "xn--r8jz45g.xn--zckzah"],
      ["faß.de", "xn--fa-hia.de"],
      ["so\u00adft.example", "soft.example"],
      ["xn--mnchen-3ya.example", "xn--mnchen-3ya.example"],
      ["mail.example.1", "mail.example.1"],
    ];
    for (const [host, address, name = address] of names) {
      assertEquals(readHost(host), { address, name, sni: name }, host);
    }
  });

  it("an address: no server name for TLS [fault E9]", () => {
    const addresses: readonly (readonly [string, string, string?])[] = [
      ["127.0.0.1", "127.0.0.1"],
      ["192.0.2.1.", "192.0.2.1"],
      ["127.1", "127.0.0.1"],
      ["0x7f.0.0.1", "127.0.0.1"],
      ["2130706433", "127.0.0.1"],
      ["256.1.1.1", "256.1.1.1"],
      ["１２７．０．０．１", "127.0.0.1"],
      ["::1", "::1"],
      ["[::1]", "::1"],
      ["[2001:DB8:0:0::1]", "2001:DB8:0:0::1", "2001:db8::1"],
      ["::ffff:192.0.2.1", "::ffff:192.0.2.1", "::ffff:c000:201"],
      ["fe80::1%eth0", "fe80::1%eth0", "fe80::1"],
      ["[fe80::1%eth0]", "fe80::1%eth0", "fe80::1"],
    ];
    for (const [host, address, name = address] of addresses) {
      assertEquals(readHost(host), { address, name, sni: null }, host);
    }
  });

  it("anything else → refused, by the option's name, and no password shown [fault E9]", () => {
    const wrong = [
      ...["", " ", "a b", "a\0b", "a\tb", "imap.test\r\n", "imap.test/", "a\\b", "a?b", "a#b"],
      ...["imaps://ann:secret@imap.test", "ann@imap.test", "münchen.example/secret", "secret#ü"],
      ...[
        "[imap.test]",
        "[::1",
        "::1]",
        "[[::1]]",
        "::1::",
        "12345::1",
        "1:2:3",
        "::1%",
        "::1%a/b",
      ],
      ...["imap.test:993", "münchen.example:993", "%6cocalhost", "ü／x", "xn--ü--"],
    ];
    for (const host of wrong) {
      const error = assertThrows(() => readHost(host), InvalidArgumentError, "'host' must be");
      assertMatch(error.message, /^(?!.*secret)/, host);
    }
    assertThrows(() => readHost("imap.test:993"), InvalidArgumentError, "goes into 'port'");
    assertThrows(() => readHost("a b", "tls.serverName"), InvalidArgumentError, "'tls.serverName'");
    for (const host of [null, undefined, 993, ["imap.test"], {}]) {
      assertThrows(() => readHost(host as unknown as string), InvalidArgumentError, "'host'");
    }
  });
});

describe("placeName", () => {
  it("an IPv6 address is in brackets, once [fault E9]", () => {
    assertEquals(placeName("imap.test", 993), "imap.test:993");
    assertEquals(placeName("::1", 993), "[::1]:993");
    assertEquals(placeName("[::1]", 993), "[::1]:993");
  });
});
