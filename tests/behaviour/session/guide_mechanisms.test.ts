// Runs the examples of docs/login.md for mechanisms that other packages implement.
import { existsSync } from "node:fs";
import { describe } from "node:test";
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { type ImapClient, LoginError } from "../../../mod.ts";
import { example } from "../../support/doc_example.ts";
import { connectFake, outcome, test } from "../../support/fake_server.ts";

const IN = "OK [CAPABILITY IMAP4rev1] in";
const base64 = (text: string) => Buffer.from(text, "latin1").toString("base64");
const text = (line: string) => Buffer.from(line, "base64").toString("latin1");

/** Stands for the client of the package kerberos, whose messages are base64. */
class Kerberos {
  contextComplete = false;
  readonly seen: string[] = [];
  readonly #rounds: number;
  #round = 0;

  constructor(rounds: number) {
    this.#rounds = rounds;
  }

  step(challenge: string): Promise<string> {
    this.seen.push(text(challenge));
    if (text(challenge) === "forged") return Promise.reject(new Error("the ticket is forged"));
    this.contextComplete = ++this.#round >= this.#rounds;
    return Promise.resolve(base64(`token ${this.#round}`));
  }

  unwrap(challenge: string): Promise<string> {
    const layers = /^wrapped:(.*)$/s.exec(text(challenge))?.[1];
    if (layers === undefined) return Promise.reject(new Error("not wrapped"));
    return Promise.resolve(base64(layers));
  }

  wrap(layers: string, { user }: { user: string }): Promise<string> {
    return Promise.resolve(base64(`wrapped:${text(layers).length} ${user}`));
  }
}

type LogInByKerberos = (client: ImapClient, kerberos: Kerberos, user: string) => Promise<void>;

const logInByKerberos = await example<LogInByKerberos>("docs/login.md", "logInByKerberos");

for (const rounds of [1, 2]) {
  test(`Kerberos in ${rounds} rounds → logged in [ext GSSAPI]`, async () => {
    const { client, server } = await connectFake({}, "* OK [CAPABILITY IMAP4rev1 AUTH=GSSAPI] hi");
    const kerberos = new Kerberos(rounds);
    const login = logInByKerberos(client, kerberos, "ann");
    const tag = await server.expect("AUTHENTICATE GSSAPI");
    await server.send("+ ");
    assertEquals(text(await server.line()), "token 1");
    if (rounds === 2) {
      await server.send(`+ ${base64("reply")}`);
      assertEquals(text(await server.line()), "token 2");
    }
    await server.send("+ ");
    assertEquals(await server.line(), "");
    await server.send(`+ ${base64("wrapped:\x07\x00\x10\x00")}`);
    assertEquals(text(await server.line()), "wrapped:4 ann");
    await server.send(`${tag} ${IN}`);
    await login;
    assertEquals(client.state, "authenticated");
    assertEquals(kerberos.seen, rounds === 2 ? ["", "reply"] : [""]);
    client.shutdown();
  });
}

test("Kerberos with a server that lies → the package's error, cancelled", async () => {
  for (const [first, second] of [["forged", null], ["reply", "not wrapped"]] as const) {
    const { client, server } = await connectFake({}, "* OK [CAPABILITY IMAP4rev1 AUTH=GSSAPI] hi");
    const login = outcome(logInByKerberos(client, new Kerberos(2), "ann"));
    const tag = await server.expect("AUTHENTICATE GSSAPI");
    for (const challenge of ["", first, second]) {
      if (challenge === null) continue;
      await server.send(`+ ${base64(challenge)}`);
      if (challenge === (second ?? first)) assertEquals(await server.line(), "*");
      else await server.line();
    }
    await server.send(`${tag} BAD cancelled`);
    const error = await login;
    assert(error instanceof Error && /forged|not wrapped/.test(error.message));
    assertEquals(client.state, "not authenticated");
    client.shutdown();
  }
});

type LogInByNtlm = (client: ImapClient, options: Readonly<Record<string, string>>) => Promise<void>;

const noPackage = existsSync("tests/node_modules/@node-ntlm/core")
  ? false
  : "there is no package @node-ntlm/core: run npm run setup";

/** The example of MS-NLMP section 4.2.4.3: a challenge with the names of a domain and a server. */
const CHALLENGE =
  "TlRMTVNTUAACAAAADAAMADgAAAAzgoriASNFZ4mrze8AAAAAAAAAACQAJABEAAAABgBwFwAAAA9TAGUAcgB2AGUAcgAC" +
  "AAwARABvAG0AYQBpAG4AAQAMAFMAZQByAHYAZQByAAAAAAA=";

describe("NTLM", { skip: noPackage }, () => {
  const credentials = { username: "User", password: "Password", domain: "Domain" };
  const hello = "* OK [CAPABILITY IMAP4rev1 AUTH=NTLM] hi";

  test("a known challenge → messages of types 1 and 3 [ext NTLM]", async () => {
    const logInByNtlm = await example<LogInByNtlm>("docs/login.md", "logInByNtlm");
    const { client, server } = await connectFake({}, hello);
    const login = logInByNtlm(client, credentials);
    const tag = await server.expect("AUTHENTICATE NTLM");
    await server.send("+ ");
    const first = Buffer.from(await server.line(), "base64");
    assertEquals(first.toString("latin1", 0, 8), "NTLMSSP\0");
    assertEquals(first.readUInt32LE(8), 1);
    await server.send(`+ ${CHALLENGE}`);
    const answer = Buffer.from(await server.line(), "base64");
    assertEquals(answer.toString("latin1", 0, 8), "NTLMSSP\0");
    assertEquals(answer.readUInt32LE(8), 3);
    const field = (at: number) => {
      const start = answer.readUInt32LE(at + 4);
      return answer.subarray(start, start + answer.readUInt16LE(at));
    };
    assertEquals(field(36).toString("utf16le").toUpperCase(), "USER");
    assert(field(20).length >= 24, "there is no proof of the password");
    assert(!answer.includes("Password") && !answer.includes(Buffer.from("Password", "utf16le")));
    await server.send(`${tag} ${IN}`);
    await login;
    client.shutdown();
  });

  test("challenges that are none of NTLM → an error, cancelled", async () => {
    const logInByNtlm = await example<LogInByNtlm>("docs/login.md", "logInByNtlm");
    const type1 = base64("NTLMSSP\0\x01" + "\0".repeat(60));
    for (const challenge of [type1, base64("x"), CHALLENGE.slice(0, 12)]) {
      const { client, server } = await connectFake({}, hello);
      const login = outcome(logInByNtlm(client, credentials));
      const tag = await server.expect("AUTHENTICATE NTLM");
      await server.send("+ ");
      await server.line();
      await server.send(`+ ${challenge}`);
      assertEquals(await server.line(), "*");
      await server.send(`${tag} BAD cancelled`);
      assertInstanceOf(await login, Error);
      assertEquals(client.state, "not authenticated");
      client.shutdown();
    }
  });

  test("refused → LoginError", async () => {
    const logInByNtlm = await example<LogInByNtlm>("docs/login.md", "logInByNtlm");
    const { client, server } = await connectFake({}, hello);
    const login = outcome(logInByNtlm(client, credentials));
    const tag = await server.expect("AUTHENTICATE NTLM");
    await server.send(`${tag} NO no`);
    assertInstanceOf(await login, LoginError);
    client.shutdown();
  });
});
