import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { SaslConnection, SaslMechanism } from "../../../src/auth/sasl.ts";
import {
  scramSha1Plus,
  scramSha256,
  scramSha256Plus,
  scramSha512Plus,
} from "../../../src/auth/scram.ts";
import { scram, type ScramHash } from "../../../src/auth/scram_exchange.ts";
import { IllegalStateError, LoginError } from "../../../src/model/errors.ts";
import type { ChannelBindingType } from "../../../src/model/transport.ts";
import { answers, assertRefused, begins, SECRET, UNSENDABLE } from "./support.ts";

const NONCE = "rOprNGfwEbeRWgbNEkqO";
const SERVER_NONCE = `${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0`;
const SERVER_FIRST = `r=${SERVER_NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`;

/** The bytes 0, 1, 2 and so on; again from 0 after 31. */
const data = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i % 32);

/** Exchanges for the password "pencil", by Python's hashlib and hmac. */
const EXAMPLES: readonly {
  readonly hash: ScramHash;
  readonly type: ChannelBindingType;
  readonly length: number;
  readonly channel: string;
  readonly proof: string;
  readonly signature: string;
}[] = [
  {
    hash: "SHA-1",
    type: "tls-exporter",
    length: 32,
    channel: "cD10bHMtZXhwb3J0ZXIsLAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f",
    proof: "/QKgZNBHelOsjZPTvucb5s4VtQE=",
    signature: "tK3UShY5jkJWC9Q52aNEU6Ba6Is=",
  },
  {
    hash: "SHA-256",
    type: "tls-unique",
    length: 12,
    channel: "cD10bHMtdW5pcXVlLCwAAQIDBAUGBwgJCgs=",
    proof: "Rr4VnwDlwUO/uvbHAzRRwznbdQOFy5XDW+M3J/2eRsM=",
    signature: "ZJuwKpNCjUerKmZZIEw+5Ekce5mUJI1hCYcv5LoylDQ=",
  },
  {
    hash: "SHA-512",
    type: "tls-server-end-point",
    length: 64,
    channel: "cD10bHMtc2VydmVyLWVuZC1wb2ludCwsAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8AAQID" +
      "BAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHw==",
    proof:
      "BXArVCrkiZTa1D9EnnnuytKOcbi0NO5vf3sYD0ERpXTMHE00HCm3WadDpZVZkYrL/G6px0y5BSSolT4pIDtI6Q==",
    signature:
      "kq7pxL9ZqxMF7djVkJbAsQoobQ0a50GuQKKJEydvHdOJBkV41F+GaRJdeaXZWCJZCfI3IARd8NChXYtjQrYq0w==",
  },
];

/** A connection that yields bindings of these types, to a server that offers these mechanisms. */
function connection(
  types: readonly ChannelBindingType[],
  mechanisms: readonly string[] = ["SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"],
): SaslConnection {
  return {
    offers: (name) => mechanisms.includes(name),
    acceptsBinding: () => true,
    channelBinding: (type) => Promise.resolve(types.includes(type) ? data(12) : null),
  };
}

const ALL: readonly ChannelBindingType[] = ["tls-server-end-point", "tls-unique", "tls-exporter"];

/** Starts a run, and has the server answer its first message with an error. */
async function refuse(mechanism: SaslMechanism, error: string): Promise<void> {
  begins(mechanism);
  assertEquals(await answers(mechanism, `e=${error}`), "");
}

describe("SCRAM with channel binding", () => {
  for (const { hash, type, length, channel, proof, signature } of EXAMPLES) {
    it(`SCRAM-${hash}-PLUS and ${type} → header, data and proof [ext CHANNEL-BINDING]`, async () => {
      const credentials = { user: "user", password: "pencil" };
      const client = scram(hash, credentials, NONCE, { type, data: data(length) });
      assertEquals(client.name, `SCRAM-${hash}-PLUS`);
      assertEquals(begins(client), `p=${type},,n=user,r=${NONCE}`);
      const final = await answers(client, SERVER_FIRST);
      assertEquals(final, `c=${channel},r=${SERVER_NONCE},p=${proof}`);
      assertEquals(await answers(client, `v=${signature}`), "");
      client.finish();
    });
  }

  it("the mechanisms' names, and the best binding first", async () => {
    for (
      const [make, name] of [
        [scramSha1Plus, "SCRAM-SHA-1-PLUS"],
        [scramSha256Plus, "SCRAM-SHA-256-PLUS"],
        [scramSha512Plus, "SCRAM-SHA-512-PLUS"],
      ] as const
    ) {
      const client = make("ann", "x", "bob");
      assertEquals(client.name, name);
      await client.bind!(connection(ALL));
      assert(/^p=tls-exporter,a=bob,n=ann,r=[^,]{24}$/.test(begins(client)), begins(client));
    }
    const client = scramSha256Plus("ann", "x");
    await client.bind!(connection(["tls-server-end-point", "tls-unique"]));
    assert(begins(client).startsWith("p=tls-unique,,n=ann,"), begins(client));
  });

  it("a type that the server does not know → the next one, with another nonce", async () => {
    const client = scramSha256Plus("ann", "x");
    const nonces = new Set<string>();
    for (const type of ["tls-exporter", "tls-unique", "tls-server-end-point"]) {
      await client.bind!(connection(ALL));
      const first = begins(client);
      assert(first.startsWith(`p=${type},,n=ann,r=`), first);
      nonces.add(first.split(",r=")[1]);
      await refuse(client, "unsupported-channel-binding-type");
      assertEquals(client.again!(), type !== "tls-server-end-point");
      assertThrows(() => client.finish!(), LoginError);
      assertEquals(
        client.reason!(),
        `unsupported-channel-binding-type: the server does not know ${type}`,
      );
    }
    assertEquals(nonces.size, 3);
    const error = await assertRejects(async () => await client.bind!(connection(ALL)), LoginError);
    assert(
      error.message.includes("(tls-exporter, tls-unique, tls-server-end-point)"),
      error.message,
    );
  });

  it("any other error → not again, and its meaning", async () => {
    for (
      const [error, meaning] of [
        ["channel-bindings-dont-match", "somebody may sit in between"],
        ["channel-bindings-dont-match,x=1", "somebody may sit in between"],
        ["channel-binding-not-supported", "do without the -PLUS mechanism"],
        ["invalid-proof", "invalid-proof"],
        ["other-error", "other-error"],
        ["unsupported-channel-binding-typ", "unsupported-channel-binding-typ"],
      ]
    ) {
      const client = scramSha256Plus("ann", "x");
      await client.bind!(connection(ALL));
      await refuse(client, error);
      assertEquals(client.again!(), false);
      assert(client.reason!()!.includes(meaning), client.reason!()!);
    }
  });

  it("a refusal without a reason → the hint that the binding may be why", async () => {
    const client = scramSha256Plus("ann", "x");
    await client.bind!(connection(ALL));
    const nonce = begins(client).split(",r=")[1];
    assertEquals(client.reason!(), null);
    await answers(client, `r=${nonce}more,s=YWE=,i=4096`);
    assert(client.reason!()!.endsWith("may not accept the channel binding tls-exporter"));
    assertEquals(client.again!(), false);
  });

  it("a connection without a binding → refused before anything is sent", async () => {
    const client = scramSha256Plus("ann", SECRET);
    const error = await assertRejects(async () => await client.bind!(connection([])), LoginError);
    assert(error.message.startsWith("SCRAM-SHA-256-PLUS failed: the connection yields no"));
    assertThrows(() => client.initialResponse!(), IllegalStateError, "must be bound");
  });

  for (const [what, text] of UNSENDABLE) {
    it(`${what} → refused at once, and not shown`, () => {
      assertRefused(() => scramSha256Plus(text, "x"));
      assertRefused(() => scramSha512Plus("ann", text));
      assertRefused(() => scramSha1Plus("ann", "x", text));
    });
  }
});

describe("SCRAM without channel binding", () => {
  it("tells the server whether there could be one [ext CHANNEL-BINDING]", async () => {
    for (
      const [types, mechanisms, flag] of [
        // The server says that it can't.
        [ALL, ["SCRAM-SHA-256"], "y"],
        [["tls-server-end-point"], ["SCRAM-SHA-256", "SCRAM-SHA-1-PLUS"], "y"],
        // The caller has chosen to do without.
        [ALL, ["SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"], "n"],
        // This side can't.
        [[], ["SCRAM-SHA-256"], "n"],
      ] as const
    ) {
      const client = scramSha256("ann", "x", "bob");
      await client.bind!(connection(types, mechanisms));
      assert(begins(client).startsWith(`${flag},a=bob,n=ann,r=`), begins(client));
      const nonce = begins(client).split(",r=")[1];
      const final = await answers(client, `r=${nonce}more,s=YWE=,i=4096`);
      assert(final.startsWith(`c=${btoa(`${flag},a=bob,`)},r=`), final);
    }
  });

  it("a refusal at once and without a reason → the hint that -PLUS may be missing", async () => {
    const client = scramSha256("ann", "x");
    await client.bind!(connection(ALL, ["SCRAM-SHA-256"]));
    const nonce = begins(client).split(",r=")[1];
    assert(client.reason!()!.includes("may offer SCRAM-SHA-256-PLUS, which somebody in between"));
    await answers(client, `r=${nonce}more,s=YWE=,i=4096`);
    assertEquals(client.reason!(), null);
  });

  it("a server that could after all → somebody may have removed -PLUS", async () => {
    const client = scramSha256("ann", "x");
    await client.bind!(connection(ALL, ["SCRAM-SHA-256"]));
    await refuse(client, "server-does-support-channel-binding");
    assert(client.reason!()!.includes("the server offers SCRAM-SHA-256-PLUS"), client.reason!()!);
    assert(client.reason!()!.includes("somebody in between may have removed it"));
  });
});
