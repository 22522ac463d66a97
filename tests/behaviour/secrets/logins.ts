// All ways to log in, each with the server's part up to the point where it has the secret.
import { Buffer } from "node:buffer";
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import {
  anonymous,
  authLogin,
  cramMd5,
  external,
  type ImapClient,
  oauthbearer,
  scramSha1,
  scramSha256,
  scramSha512,
  xoauth2,
} from "../../../mod.ts";
import type { FakeServer } from "../../support/fake_server.ts";

/** What the server knows when everything was sent. */
export interface Heard {
  readonly tag: string;
  /** The lines and literals of the client, without their line ends. */
  readonly sent: readonly string[];
  /** What must come before the OK. */
  readonly proof?: string;
}

/** One way to log in. */
export interface Login {
  readonly name: string;
  readonly capabilities: string;
  /** The text between the pieces of the secret. */
  readonly between: string;
  /** The server never learns the secret itself, or it is not a secret. */
  readonly keeps?: boolean;
  readonly call: (client: ImapClient, secret: string, signal: AbortSignal) => Promise<string>;
  readonly hear: (server: FakeServer, secret: string) => Promise<Heard>;
}

/** What else is secret in the exchange: the base64 that the client sent. */
export function exchangeOf({ sent }: Heard): readonly string[] {
  const words = sent.flatMap((line, index) => index === 0 ? line.split(" ").slice(3) : [line]);
  return words.filter((word) => /^[A-Za-z0-9+/]{12,}={0,2}$/.test(word));
}

/** Reads one command with its literals, and asks for each. */
async function command(server: FakeServer): Promise<Heard> {
  let line = await server.line();
  const tag = line.split(" ")[0];
  const sent = [line];
  for (;;) {
    const literal = /\{(\d+)(\+?)\}$/.exec(line);
    if (literal === null) return { tag, sent };
    if (literal[2] === "") await server.send("+ go on");
    sent.push(await server.bytes(Number(literal[1])));
    line = await server.line();
    sent.push(line);
  }
}

/** Reads a command, then an answer to each of these challenges. */
function answers(...challenges: string[]): Login["hear"] {
  return async (server) => {
    const { tag, sent } = await command(server);
    const all = [...sent];
    for (const challenge of challenges) {
      await server.send(`+ ${challenge}`);
      all.push(await server.line());
    }
    return { tag, sent: all };
  };
}

const base64 = (text: string | Buffer) => Buffer.from(text as string).toString("base64");

/** The server's side of SCRAM (RFC 5802). */
function scram(hash: "sha1" | "sha256" | "sha512"): Login["hear"] {
  return async (server, password) => {
    const { tag, sent } = await command(server);
    await server.send("+ ");
    const first = await server.line();
    const bare = Buffer.from(first, "base64").toString().replace(/^n,,/, "");
    const salt = Buffer.from("salty");
    const serverFirst = `${/r=.*/.exec(bare)![0]}xyz,s=${base64(salt)},i=4096`;
    await server.send(`+ ${base64(serverFirst)}`);
    const final = await server.line();
    const withoutProof = Buffer.from(final, "base64").toString().replace(/,p=.*/, "");
    const length = createHash(hash).digest().length;
    const salted = pbkdf2Sync(password.normalize("NFKC"), salt, 4096, length, hash);
    const key = createHmac(hash, salted).update("Server Key").digest();
    const message = `${bare},${serverFirst},${withoutProof}`;
    const signature = createHmac(hash, key).update(message).digest();
    return { tag, sent: [...sent, first, final], proof: `+ ${base64(`v=${base64(signature)}`)}` };
  };
}

const QUOTED = '"\\';
const login = (client: ImapClient, secret: string, signal: AbortSignal) => {
  return client.login("ann", secret, { signal });
};

/** All logins. */
export const LOGINS: readonly Login[] = [
  { name: "login, quoted", capabilities: "", between: QUOTED, call: login, hear: command },
  { name: "login, as an only word", capabilities: "", between: "-", call: login, hear: command },
  { name: "login, literal", capabilities: "", between: "é\\", call: login, hear: command },
  { name: "login, LITERAL+", capabilities: "LITERAL+", between: '"ü', call: login, hear: command },
  { name: "login, lines", capabilities: "LITERAL-", between: "\r\n", call: login, hear: command },
  {
    name: "plainLogin, SASL-IR",
    capabilities: "AUTH=PLAIN SASL-IR",
    between: QUOTED,
    call: (client, secret, signal) => client.plainLogin("ann", secret, "", { signal }),
    hear: command,
  },
  {
    name: "plainLogin, asked",
    capabilities: "AUTH=PLAIN",
    between: "é",
    call: (client, secret, signal) => client.plainLogin("anne", secret, "bob", { signal }),
    hear: answers(""),
  },
  {
    name: "oauth2Login, SASL-IR",
    capabilities: "AUTH=XOAUTH2 SASL-IR",
    between: ".",
    call: (client, secret, signal) => client.oauth2Login("ann", secret, { signal }),
    hear: command,
  },
  {
    name: "oauth2Login, asked, with a vendor",
    capabilities: "AUTH=XOAUTH2",
    between: QUOTED,
    call: (client, secret, signal) => client.oauth2Login("a", secret, { vendor: "v", signal }),
    hear: answers("", base64('{"status":"401"}')),
  },
  {
    name: "oauthbearerLogin, SASL-IR",
    capabilities: "AUTH=OAUTHBEARER SASL-IR",
    between: "é",
    call: (client, secret, signal) => client.oauthbearerLogin("ann", secret, { signal }),
    hear: command,
  },
  {
    name: "oauthbearerLogin, asked",
    capabilities: "AUTH=OAUTHBEARER",
    between: "-",
    call: (client, secret, signal) => client.oauthbearerLogin("", secret, { signal }),
    hear: answers(""),
  },
  {
    name: "saslLogin, xoauth2",
    capabilities: "AUTH=XOAUTH2",
    between: "-",
    call: (client, secret, signal) => client.saslLogin(xoauth2("ann", secret), { signal }),
    hear: answers(""),
  },
  {
    name: "saslLogin, oauthbearer",
    capabilities: "AUTH=OAUTHBEARER SASL-IR",
    between: "/",
    call: (client, secret, signal) => {
      return client.saslLogin(oauthbearer("ann", secret, { host: "h", port: 993 }), { signal });
    },
    hear: command,
  },
  {
    name: "saslLogin, scramSha1",
    capabilities: "AUTH=SCRAM-SHA-1",
    keeps: true,
    between: QUOTED,
    call: (client, secret, signal) => client.saslLogin(scramSha1("ann", secret), { signal }),
    hear: scram("sha1"),
  },
  {
    name: "saslLogin, scramSha256",
    capabilities: "AUTH=SCRAM-SHA-256",
    keeps: true,
    between: "é",
    call: (client, secret, signal) => client.saslLogin(scramSha256("ann", secret), { signal }),
    hear: scram("sha256"),
  },
  {
    name: "saslLogin, scramSha512",
    capabilities: "AUTH=SCRAM-SHA-512",
    keeps: true,
    between: "-",
    call: (client, secret, signal) => client.saslLogin(scramSha512("ann", secret), { signal }),
    hear: scram("sha512"),
  },
  {
    name: "saslLogin, cramMd5",
    capabilities: "AUTH=CRAM-MD5 SASL-IR",
    keeps: true,
    between: "é",
    call: (client, secret, signal) => client.saslLogin(cramMd5("ann", secret), { signal }),
    hear: answers(base64("<1@x>")),
  },
  {
    name: "saslLogin, authLogin",
    capabilities: "AUTH=LOGIN SASL-IR",
    between: QUOTED,
    call: (client, secret, signal) => client.saslLogin(authLogin("ann", secret), { signal }),
    hear: answers(base64("User Name\0"), base64("Password\0")),
  },
  {
    name: "saslLogin, anonymous",
    capabilities: "AUTH=ANONYMOUS SASL-IR",
    // What anybody may say is no secret.
    keeps: true,
    between: "-",
    call: (client, secret, signal) => client.saslLogin(anonymous(secret), { signal }),
    hear: command,
  },
  {
    name: "saslLogin, a function that gives text",
    capabilities: "AUTH=LOGIN",
    between: "é",
    call: (client, secret, signal) => {
      const given = ["ann", secret];
      return client.saslLogin("LOGIN", () => given.shift() ?? "", { signal });
    },
    hear: answers("", base64("Password:")),
  },
  {
    name: "saslLogin, a function that gives bytes",
    capabilities: "AUTH=LOGIN SASL-IR",
    between: QUOTED,
    call: (client, secret, signal) => {
      const given = ["ann", secret].map((text) => new TextEncoder().encode(text));
      return client.saslLogin("LOGIN", () => Promise.resolve(given.shift()!), { signal });
    },
    hear: answers("", base64("Password:")),
  },
  {
    name: "saslLogin, external",
    capabilities: "AUTH=EXTERNAL SASL-IR",
    // A user's name need not be a secret.
    keeps: true,
    between: "-",
    call: (client, secret, signal) => client.saslLogin(external(secret), { signal }),
    hear: command,
  },
];
