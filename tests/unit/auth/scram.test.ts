import { describe, it } from "node:test";
import { assert, assertEquals, assertFalse, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { SaslMechanism } from "../../../src/auth/sasl.ts";
import { scramSha1, scramSha256, scramSha512 } from "../../../src/auth/scram.ts";
import { scram, type ScramHash } from "../../../src/auth/scram_exchange.ts";
import { LoginError } from "../../../src/model/errors.ts";
import { encodeUtf8 } from "../../../src/util/bytes.ts";
import { bytes } from "../../support/wire.ts";
import { SCRAM_HASHES, ScramServer } from "../../support/scram_server.ts";
import { answers, assertRefused, begins, SECRET, UNSENDABLE } from "./support.ts";

/** An exchange from an RFC. */
interface Example {
  readonly hash: ScramHash;
  readonly nonce: string;
  readonly first: string;
  readonly serverFirst: string;
  readonly final: string;
  readonly serverFinal: string;
}

const SHA1: Example = {
  hash: "SHA-1",
  nonce: "fyko+d2lbbFgONRv9qkxdawL",
  first: "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
  serverFirst: "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
  final: "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
  serverFinal: "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
};
const SHA256: Example = {
  hash: "SHA-256",
  nonce: "rOprNGfwEbeRWgbNEkqO",
  first: "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
  serverFirst: "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0," +
    "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
  final: "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0," +
    "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
  serverFinal: "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
};

/** By Python's hashlib and hmac, as no RFC has an example. */
const SHA512: Example = {
  hash: "SHA-512",
  nonce: SHA256.nonce,
  first: SHA256.first,
  serverFirst: SHA256.serverFirst,
  final: "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0," +
    "p=gMGXRcevScNtxZ6/8lQYpGtnsNAc3mGcmNomv+xnoOMw+3R2xNJdMNnzMlTN8PPC6wdp6dybEmDYXYTxwnYPJQ==",
  serverFinal:
    "v=ZQnYEgWQMFmmsM8aQMF0nDDCy/AgCzkwk8CmMZYcMg0vSVlKDanekLtifDSeVGT4+5ZxXnJq199RVG2rR7N7Zw==",
};

const MECHANISMS = { "SHA-1": scramSha1, "SHA-256": scramSha256, "SHA-512": scramSha512 };

function clientOf({ hash, nonce }: Example): SaslMechanism {
  return scram(hash, { user: "user", password: "pencil" }, nonce);
}

/** A client that has sent its proof and waits for the server's. */
async function waiting(example: Example): Promise<SaslMechanism> {
  const client = clientOf(example);
  assertEquals(await answers(client, example.serverFirst), example.final);
  return client;
}

async function assertFails(client: SaslMechanism, message: string | Uint8Array): Promise<void> {
  const challenge = typeof message === "string" ? encodeUtf8(message) : message;
  const error = await assertRejects(async () => await client.respond(challenge), LoginError);
  assert(error.message.startsWith(`${client.name} failed: `), error.message);
  assertFalse(`${error.stack} ${error.cause}`.includes("pencil"), error.message);
  assertThrows(() => client.finish?.(), LoginError);
}

const SALT = bytes("salt");

for (const example of [SHA1, SHA256, SHA512]) {
  describe(`SCRAM-${example.hash}`, () => {
    it(`D8 scram runs as the example does [ext SCRAM-${example.hash}]`, async () => {
      const client = clientOf(example);
      assertEquals(client.name, `SCRAM-${example.hash}`);
      assertEquals(begins(client), example.first);
      assertEquals(await answers(client, example.serverFirst), example.final);
      assertEquals(await answers(client, example.serverFinal), "");
      client.finish?.();
      assertEquals(client.reason?.(), null);
    });

    it("D8 scram accepts no OK before the server has proved itself", async () => {
      assertThrows(() => clientOf(example).finish?.(), LoginError, "did not prove");
      const client = await waiting(example);
      assertThrows(() => client.finish?.(), LoginError, "did not prove");
      await assertFails(client, example.serverFinal);
    });

    it("an OK while the keys are derived ends it", async () => {
      const client = clientOf(example);
      const proof = answers(client, example.serverFirst);
      assertThrows(() => client.finish?.(), LoginError);
      await assertRejects(() => proof, LoginError, "did not wait");
      await assertFails(client, example.serverFinal);
    });

    it("a challenge while the keys are derived ends it", async () => {
      const client = clientOf(example);
      const proof = answers(client, example.serverFirst);
      await assertFails(client, example.serverFinal);
      await assertRejects(() => proof, LoginError, "did not wait");
      await assertFails(client, example.serverFinal);
    });

    it("an OK right after the server's proof is in time", async () => {
      const client = await waiting(example);
      const answer = answers(client, example.serverFinal);
      client.finish?.();
      assertEquals(await answer, "");
    });

    it("a challenge after the end undoes it", async () => {
      for (const message of ["", example.serverFinal, example.serverFirst, "e=other-error"]) {
        const client = await waiting(example);
        await answers(client, example.serverFinal);
        await assertFails(client, message);
      }
    });

    it("D8 scram keeps the reason of an error, and counts as failed", async () => {
      const client = await waiting(example);
      assertEquals(await answers(client, "e=invalid-proof"), "");
      assertEquals(client.reason?.(), "invalid-proof");
      assertThrows(() => client.finish?.(), LoginError);
      await assertFails(client, example.serverFinal);
      assertEquals(client.reason?.(), "invalid-proof");
    });

    it("an error may come at once, and hold anything", async () => {
      const client = clientOf(example);
      assertEquals(await answers(client, "e=no\r\nresources,x=1"), "");
      assertEquals(client.reason?.(), "no resources,x=1");
      assertThrows(() => client.finish?.(), LoginError);
      await assertFails(client, example.serverFirst);
    });

    it("extensions that may be ignored are", async () => {
      const password = "pencil";
      const client = scram(example.hash, { user: "user", password }, "abc");
      const server = new ScramServer(example.hash, password);
      const proof = await answers(
        client,
        server.challenge(begins(client), SALT, 4096, ",x=1,y=a=b"),
      );
      assertEquals(await answers(client, `${server.verify(proof)},z=1`), "");
      client.finish?.();
    });

    for (
      const [what, spoil] of [
        ["nothing", () => ""],
        ["another nonce", (text) => text.replace("r=", "r=x")],
        ["a nonce in another case", (text) => text.toUpperCase().replace(/^R=/, "r=")],
        ["no nonce of its own", () => `r=${example.nonce},s=QSXCR+Q6sek8bf92,i=4096`],
        ["half the client's nonce", () => `r=${example.nonce.slice(0, -1)},s=QSXC,i=4096`],
        ["an empty nonce", (text) => text.replace(/r=[^,]*/, "r=")],
        ["a space in the nonce", (text) => text.replace(",s=", " x,s=")],
        ["a nonce that is not ASCII", (text) => text.replace(",s=", "é,s=")],
        ["no salt", (text) => text.replace(/,s=[^,]*/, "")],
        ["an empty salt", (text) => text.replace(/,s=[^,]*/, ",s=")],
        ["a salt that is not base64", (text) => text.replace(/,s=[^,]*/, ",s=a!bc")],
        ["a salt without padding", (text) => text.replace(/,s=[^,]*/, ",s=YQ")],
        ["a salt with padding inside", (text) => text.replace(/,s=[^,]*/, ",s=YQ==YQ==")],
        ["a salt of padding", (text) => text.replace(/,s=[^,]*/, ",s====")],
        ["a salt with a space", (text) => text.replace(/,s=[^,]*/, ",s= YWE")],
        ["no count", (text) => text.replace(/,i=.*/, "")],
        ["an empty count", (text) => text.replace("4096", "")],
        ["no iteration", (text) => text.replace("4096", "0")],
        ["too few iterations", (text) => text.replace("4096", "4095")],
        ["a leading zero", (text) => text.replace("4096", "04096")],
        ["a negative count", (text) => text.replace("4096", "-4096")],
        ["a fraction", (text) => text.replace("4096", "4096.5")],
        ["an exponent", (text) => text.replace("4096", "4e3")],
        ["a count in hexadecimal", (text) => text.replace("4096", "0x10")],
        ["too many iterations", (text) => text.replace("4096", "1000001")],
        ["endless iterations", (text) => text.replace("4096", "9".repeat(500))],
        ["a mandatory extension", (text) => `m=x,${text}`],
        ["a mandatory extension at the end", (text) => `${text},m=x`],
        ["a bad extension", (text) => `${text},xy`],
        ["an empty extension", (text) => `${text},x=`],
        ["a comma at the end", (text) => `${text},`],
        ["a line end", (text) => `${text}\n`],
        ["another order", (text) => text.replace(/(s=[^,]*),(i=.*)/, "$2,$1")],
        ["a NUL", (text) => `\0${text}`],
        ["a byte order mark", (text) => `\ufeff${text}`],
        ["its final message", () => example.serverFinal],
        ["the client's message", () => example.first],
        ["a megabyte of extensions", (text) => text + ",x=y".repeat(250_000) + ","],
        ["a megabyte of salt", (text) => text.replace(/,s=[^,]*/, ",s=" + "A".repeat(1_000_001))],
      ] as readonly (readonly [string, (text: string) => string])[]
    ) {
      it(`Z1 a first message with ${what} is refused`, async () => {
        const client = clientOf(example);
        await assertFails(client, spoil(example.serverFirst));
        await assertFails(client, example.serverFirst);
        await assertFails(client, example.serverFinal);
      });
    }

    for (
      const [what, spoil] of [
        ["nothing", () => ""],
        ["no signature", () => "v="],
        ["a signature that is not base64", () => "v=!!!!"],
        ["a short signature", (text) => text.slice(0, -4)],
        ["a long signature", (text) => text.replace(/=+$/, "AAAA")],
        ["four bytes", () => "v=AAAAAA=="],
        ["zeros", () => `v=${btoa("\0".repeat(SCRAM_HASHES[example.hash][1]))}`],
        ["its other case", (text) => `v=${text.slice(2).toLowerCase()}`],
        ["the client's proof", () => example.final.replace(/.*p=/, "v=")],
        ["no padding", (text) => text.replace(/=+$/, "")],
        ["a space", (text) => ` ${text}`],
        ["a line end", (text) => `${text}\r\n`],
        ["a mandatory extension", (text) => `m=x,${text}`],
        ["a mandatory extension at the end", (text) => `${text},m=x`],
        ["a bad extension", (text) => `${text},x`],
        ["something in front", (text) => `x=1,${text}`],
        ["an attribute in upper case", (text) => text.replace("v=", "V=")],
        ["the first message again", () => example.serverFirst],
        ["the other mechanism's", () => (example === SHA1 ? SHA256 : SHA1).serverFinal],
      ] as readonly (readonly [string, (text: string) => string])[]
    ) {
      it(`Z1 a final message with ${what} is refused`, async () => {
        const client = await waiting(example);
        await assertFails(client, spoil(example.serverFinal));
        await assertFails(client, example.serverFinal);
      });
    }

    it("Z1 messages that are not UTF-8 are refused", async () => {
      await assertFails(clientOf(example), bytes(`${example.serverFirst},x=\xff`));
      await assertFails(await waiting(example), bytes(`${example.serverFinal},x=\xff`));
    });

    it("Z1 a signature that is too short or too long is refused", async () => {
      const signature = Buffer.from(example.serverFinal.slice(2), "base64");
      for (const wrong of [Buffer.concat([signature, signature]), signature.subarray(0, -1)]) {
        await assertFails(await waiting(example), `v=${wrong.toString("base64")}`);
      }
    });

    it("Z1 every bit of the server's signature counts", async () => {
      const signature = Buffer.from(example.serverFinal.slice(2), "base64");
      for (let bit = 0; bit < signature.length * 8; bit += 7) {
        const wrong = Buffer.from(signature);
        wrong[bit >> 3] ^= 1 << (bit & 7);
        await assertFails(await waiting(example), `v=${wrong.toString("base64")}`);
      }
    });

    it("D8 scram agrees with another implementation", async () => {
      const name = fc.string({ unit: "grapheme-ascii", minLength: 1 });
      const password = fc.string({ unit: "grapheme-ascii" });
      const salt = fc.uint8Array({ minLength: 1, maxLength: 40 });
      const count = fc.integer({ min: 4096, max: 4500 });
      const run = async (
        user: string,
        password: string,
        authorizationIdentity: string,
        salt: Uint8Array,
        count: number,
      ) => {
        const client = MECHANISMS[example.hash](user, password, authorizationIdentity);
        const server = new ScramServer(example.hash, password);
        const final = await answers(client, server.challenge(begins(client), salt, count));
        const verdict = server.verify(final);
        assert(verdict !== null, "the proof is right");
        assertEquals(await answers(client, verdict), "");
        client.finish?.();
      };
      const who = fc.oneof(fc.constant(""), name);
      await fc.assert(fc.asyncProperty(name, password, who, salt, count, run), { numRuns: 60 });
    });

    it("Z1 a server that does not know the password is found out", async () => {
      const password = fc.string({ unit: "grapheme-ascii" });
      await fc.assert(
        fc.asyncProperty(password, password, async (ours, theirs) => {
          fc.pre(ours !== theirs);
          const client = scram(example.hash, { user: "ann", password: ours }, "abc");
          const honest = new ScramServer(example.hash, theirs);
          const final = await answers(client, honest.challenge(begins(client), SALT, 4096));
          assertEquals(honest.verify(final), null);
          await assertFails(client, `v=${btoa("x".repeat(SCRAM_HASHES[example.hash][1]))}`);
        }),
        { numRuns: 40 },
      );
    });

    it("Z1 no message but the right one succeeds", async () => {
      const { serverFirst, serverFinal } = example;
      const at = (text: string) => fc.nat(text.length - 1);
      const edited = (text: string) =>
        fc.tuple(at(text), fc.nat(3), fc.string({ maxLength: 3 })).map(([from, length, middle]) =>
          text.slice(0, from) + middle + text.slice(from + length)
        );
      const junk = fc.string({ unit: "binary" });
      const message = fc.oneof(edited(serverFirst), edited(serverFinal), junk);
      await fc.assert(
        fc.asyncProperty(message, message, async (first, final) => {
          fc.pre(first !== serverFirst || final !== serverFinal);
          // An edited count could take seconds of work.
          fc.pre(!/,i=[0-9]{6}/.test(first));
          const client = clientOf(example);
          for (const text of [first, final]) {
            await answers(client, text).catch(() => {});
          }
          assertThrows(() => client.finish?.(), LoginError);
        }),
        { numRuns: 150 },
      );
    });

    it("Z1 no junk passes for a final message", async () => {
      const junk = fc.string({ maxLength: 60 });
      await fc.assert(
        fc.asyncProperty(junk, async (text) => {
          const client = await waiting(example);
          if (text.startsWith("e=")) return;
          await assertFails(client, text);
          await assertFails(client, example.serverFinal);
        }),
        { numRuns: 20 },
      );
    });

    it("the number of iterations is limited", async () => {
      const client = scram(example.hash, { user: "user", password: "pencil" }, "abc");
      const server = new ScramServer(example.hash, "pencil");
      const proof = await answers(client, server.challenge(begins(client), SALT, 100_000));
      assertEquals(await answers(client, server.verify(proof)!), "");
    });
  });
}

describe("SCRAM's first message", () => {
  it("D8 scram escapes = and , in names", () => {
    const credentials = { user: "a=b,c", password: "x", authorizationIdentity: "d,e=" };
    assertEquals(begins(scram("SHA-1", credentials, "N")), "n,a=d=2Ce=3D,n=a=3Db=2Cc,r=N");
  });

  it("D8 scram sends the header again for whom to act for", async () => {
    const credentials = { user: "ann", password: "x", authorizationIdentity: "bob" };
    const final = await answers(scram("SHA-256", credentials, "N"), "r=NM,s=YWE=,i=4096");
    assert(final.startsWith(`c=${btoa("n,a=bob,")},r=NM,p=`), final);
  });

  it("D8 scram prepares names and the password (RFC 4013)", async () => {
    const credentials = {
      user: "I\u00adX",
      password: "\u2168",
      authorizationIdentity: "\uff21\uff0c",
    };
    const client = scram("SHA-256", credentials, "N");
    // A character that NFKC turns into a comma is escaped like one.
    assertEquals(begins(client), "n,a=A=2C,n=IX,r=N");
    const same = scram("SHA-256", { user: "IX", password: "IX", authorizationIdentity: "A," }, "N");
    const first = "r=NM,s=YWE=,i=4096";
    assertEquals(await answers(client, first), await answers(same, first));
  });

  it("has a new nonce each time, long enough and printable", () => {
    const firsts = Array.from({ length: 50 }, () => begins(scramSha256("ann", "x")));
    assertEquals(new Set(firsts).size, 50);
    for (const first of firsts) assert(/^n,,n=ann,r=[!-+\--~]{24}$/.test(first), first);
    assert(begins(scramSha1("ann", "x", "bob")).startsWith("n,a=bob,n=ann,r="));
    for (const [hash, make] of Object.entries(MECHANISMS)) {
      assertEquals(make("a", "x").name, `SCRAM-${hash}`);
    }
  });

  for (const [what, text] of [...UNSENDABLE, ["a control character", `${SECRET}\t`]]) {
    it(`Z1 ${what} is refused, and not shown`, () => {
      assertRefused(() => scramSha256(text, "x"));
      assertRefused(() => scramSha256("ann", text));
      assertRefused(() => scramSha1("ann", "x", text));
    });
  }

  it("a name of nothing is refused", () => {
    assertRefused(() => scramSha256("", SECRET));
    assertRefused(() => scramSha256("\u00ad", SECRET));
    assertRefused(() => scramSha256("ann", SECRET, "\u00ad"));
    assertRefused(() => scramSha256(undefined as unknown as string, SECRET));
    assertRefused(() => scramSha256("ann", undefined as unknown as string));
  });

  it("does not show the password when it is inspected", () => {
    const client = scramSha256("ann", SECRET);
    assertFalse(JSON.stringify(client).includes(SECRET));
    assertFalse(JSON.stringify(Object.entries(client)).includes(SECRET));
  });
});
