import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { certificateHash } from "../../../transports/shared/certificate_hash.ts";
import { skipLive } from "../../support/skip.ts";

const skip = skipLive(
  spawnSync("openssl", ["version"]).error ? "there is no openssl to make certificates" : false,
);

const RSA = ["-newkey", "rsa:2048"];
const EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
const PSS = [...RSA, "-sigopt", "rsa_padding_mode:pss"];
const mask = (hash: string): string[] => ["-sigopt", `rsa_mgf1_md:${hash}`];

/** How a certificate is signed, and which hash function its binding takes. */
const SIGNATURES: readonly (readonly [args: readonly string[], expected: string | null])[] = [
  [[...RSA, "-md5"], "SHA-256"],
  [[...RSA, "-sha1"], "SHA-256"],
  [[...RSA, "-sha256"], "SHA-256"],
  [[...RSA, "-sha384"], "SHA-384"],
  [[...RSA, "-sha512"], "SHA-512"],
  // Web cryptography has no SHA-224.
  [[...RSA, "-sha224"], null],
  [[...EC, "-sha1"], "SHA-256"],
  [[...EC, "-sha256"], "SHA-256"],
  [[...EC, "-sha384"], "SHA-384"],
  [[...EC, "-sha512"], "SHA-512"],
  // These have no hash function of their own.
  [["-newkey", "ed25519"], null],
  [["-newkey", "ed448"], null],
  [[...PSS, "-sha256"], "SHA-256"],
  [[...PSS, "-sha384"], "SHA-384"],
  [[...PSS, "-sha512"], "SHA-512"],
  [[...PSS, "-sha1"], "SHA-256"],
  // Two hash functions are none.
  [[...PSS, "-sha256", ...mask("sha512")], null],
  [[...PSS, "-sha512", ...mask("sha256")], null],
];

/** A certificate in DER. */
function make(folder: string, args: readonly string[]): Uint8Array {
  const file = join(folder, "certificate.der");
  execFileSync("openssl", [
    ...["req", "-x509", "-nodes", "-subj", "/CN=localhost", "-days", "30"],
    ...["-keyout", join(folder, "key.pem"), "-outform", "DER", "-out", file, ...args],
  ], { stdio: "ignore" });
  return new Uint8Array(readFileSync(file));
}

describe("the hash function of tls-server-end-point", { skip }, () => {
  let folder = "";
  let good: Uint8Array = new Uint8Array(0);
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "imapclient-certificate-"));
    good = make(folder, [...EC, "-sha384"]);
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [args, expected] of SIGNATURES) {
    it(`${args.join(" ")} → ${expected} [ext CHANNEL-BINDING]`, () => {
      assertEquals(certificateHash(make(folder, args)), expected);
    });
  }

  it("a certificate that is cut anywhere → null", () => {
    assertEquals(certificateHash(good), "SHA-384");
    for (let length = 0; length < good.length; length++) {
      assertEquals(certificateHash(good.subarray(0, length)), null);
    }
  });

  it("any bytes → a hash function or null, at once", () => {
    const known = [null, "SHA-256", "SHA-384", "SHA-512"];
    const isFine = (bytes: Uint8Array): void => assert(known.includes(certificateHash(bytes)));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), isFine));
    const edit = fc.tuple(fc.nat(good.length - 1), fc.uint8Array({ minLength: 1, maxLength: 5 }));
    fc.assert(fc.property(edit, ([at, bytes]) => {
      const edited = Uint8Array.from(good);
      edited.set(bytes.subarray(0, good.length - at), at);
      isFine(edited);
    }));
  });

  it("lengths that lie, and elements in elements → null, at once", () => {
    const zeros = new Array(40).fill(0);
    for (
      const bytes of [
        [0x30, 0x80, ...zeros],
        [0x30, 0x84, 0xff, 0xff, 0xff, 0xff, ...zeros],
        [0x30, 0x83, 0xff, 0xff, 0xff, ...zeros],
        [0x30, 0xff, ...zeros],
        [0x30, 0x28, 0x30, 0x00, 0x30, 0x00, ...zeros],
      ]
    ) assertEquals(certificateHash(Uint8Array.from(bytes)), null);
    assertEquals(certificateHash(new Uint8Array(1_000_000).fill(0x30)), null);
    // Parameters of RSASSA-PSS that are a million empty elements.
    const name = [0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
    const wrap = (content: Uint8Array): Uint8Array => {
      const { length } = content;
      const head = [0x30, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff];
      return Uint8Array.from([...head, ...content]);
    };
    const many = wrap(new Uint8Array(200_000));
    const algorithm = wrap(Uint8Array.from([...name, ...many]));
    assertEquals(certificateHash(wrap(Uint8Array.from([0x30, 0, ...algorithm]))), "SHA-256");
  });
});
