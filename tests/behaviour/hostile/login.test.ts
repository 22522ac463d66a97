import { setTimeout as sleep } from "node:timers/promises";
import { encodeBase64 } from "../../../src/wire/base64.ts";
import {
  anonymous,
  authLogin,
  cramMd5,
  external,
  type ImapClient,
  LoginError,
  ProtocolError,
  scramSha1,
  scramSha256,
} from "../../../mod.ts";
import { behaviours } from "./behaviours.ts";
import type { Behaviour } from "./play.ts";
import { greets } from "./scenes.ts";
import { bytesOf, type Villain } from "./villain.ts";

const MECHANISMS = ["PLAIN", "XOAUTH2", "OAUTHBEARER", "SCRAM-SHA-256", "EXTERNAL", "X-OWN"]
  .concat(["CRAM-MD5", "LOGIN", "ANONYMOUS"]);
const HELLO = `* OK [CAPABILITY IMAP4rev1 ${MECHANISMS.map((it) => `AUTH=${it}`).join(" ")}] hello`;

function base64(text: string): string {
  return encodeBase64(bytesOf(text));
}

/** A client that tries to log in; it must fail. */
function logsIn(how: (client: ImapClient) => Promise<unknown>): Pick<Behaviour, "client"> {
  return { client: async (visitor) => how(await visitor.connect()) };
}

const byScram = logsIn((client) => client.saslLogin(scramSha256("ann", "secret")));
const byXoauth2 = logsIn((client) => client.oauth2Login("ann", "token"));
const refused = { fails: LoginError } as const;

/**
 * Sends the challenge that `first` makes of the client's nonce, then more lines. A line of the
 * client's follows each.
 */
function scramServer(first: (nonce: string) => string, ...then: readonly string[]) {
  return async (villain: Villain) => {
    await villain.say(HELLO);
    const tag = await villain.command();
    await villain.say("+ ");
    const nonce = /r=(.*)$/.exec(atob(await villain.line()))![1];
    await villain.say(`+ ${base64(first(nonce))}`);
    await villain.line();
    for (const line of then) {
      await villain.say(line);
      await villain.line();
    }
    await villain.say(`${tag} OK you are in`);
  };
}

const SALT = "QSXCR+Q6sek8bf92";

behaviours("a SCRAM server that", [
  {
    ...refused,
    ...byScram,
    name: "asks for a billion iterations",
    server: scramServer((nonce) => `r=${nonce}more,s=${SALT},i=1000000000`),
    says: /iterations/,
    tcp: true,
  },
  {
    ...refused,
    ...byScram,
    name: "asks for 10^400 iterations",
    server: scramServer((nonce) => `r=${nonce}more,s=${SALT},i=1${"0".repeat(400)}`),
    says: /iterations/,
  },
  {
    ...refused,
    ...byScram,
    name: "asks for one iteration",
    server: scramServer((nonce) => `r=${nonce}more,s=${SALT},i=1`),
    says: /iterations/,
  },
  {
    ...refused,
    ...byScram,
    name: "has a nonce that does not begin with the client's",
    server: scramServer(() => `r=another,s=${SALT},i=4096`),
    says: /nonce/,
  },
  {
    ...refused,
    ...byScram,
    name: "has the client's nonce and no more",
    server: scramServer((nonce) => `r=${nonce},s=${SALT},i=4096`),
    says: /nonce/,
  },
  {
    ...refused,
    ...byScram,
    name: "has a wrong signature",
    server: scramServer((nonce) => `r=${nonce}more,s=${SALT},i=4096`, `+ ${base64("v=AAAA")}`),
    says: /signature is wrong/,
  },
  {
    ...refused,
    ...byScram,
    name: "has no signature, and says OK all the same",
    server: scramServer((nonce) => `r=${nonce}more,s=${SALT},i=4096`),
    says: /did not prove/,
    closes: true,
    tcp: true,
  },
  {
    ...refused,
    ...byScram,
    name: "says OK before anything else",
    server: greets(HELLO, "$ OK you are in"),
    says: /did not prove/,
    closes: true,
  },
  {
    ...refused,
    ...byScram,
    name: "demands an extension that nobody knows",
    server: scramServer((nonce) => `m=x,r=${nonce}more,s=${SALT},i=4096`),
  },
  {
    ...refused,
    ...byScram,
    name: "has a first message of 1 MiB",
    server: scramServer((nonce) => `r=${nonce},s=${SALT},i=4096,${"x=,".repeat(350_000)}`),
  },
  {
    ...refused,
    ...byScram,
    name: "begins all over again",
    server: scramServer(
      (nonce) => `r=${nonce}more,s=${SALT},i=4096`,
      `+ ${base64(`r=again,s=${SALT},i=4096`)}`,
    ),
    says: /malformed/,
  },
]);

/** Asks for another response, again and again. */
async function askOn(villain: Villain, challenge: string): Promise<void> {
  await villain.say(HELLO);
  await villain.command();
  for (;;) {
    await villain.say(`+ ${challenge}`);
    await villain.line();
    // Otherwise no timer in this process would get a turn.
    await sleep(0);
  }
}

const TOO_DEEP = 100_000;

behaviours("AUTHENTICATE", [
  {
    ...refused,
    ...logsIn((client) => client.plainLogin("ann", "secret")),
    name: "PLAIN that asks for the password without end",
    server: (villain) => askOn(villain, ""),
    within: 3,
  },
  {
    ...refused,
    ...byXoauth2,
    name: "XOAUTH2 that finds one fault after the other, without end",
    server: (villain) => askOn(villain, base64('{"status":"400","scope":"mail"}')),
    within: 3,
    tcp: true,
  },
  {
    ...refused,
    ...logsIn((client) => client.oauthbearerLogin("ann", "token")),
    name: "OAUTHBEARER that finds one fault after the other, without end",
    server: (villain) => askOn(villain, base64('{"status":"invalid_token"}')),
    within: 3,
  },
  {
    ...refused,
    ...logsIn((client) => client.saslLogin(external())),
    name: "EXTERNAL that asks without end",
    server: (villain) => askOn(villain, ""),
    within: 3,
  },
  {
    ...refused,
    ...byScram,
    name: "SCRAM that asks without end",
    server: (villain) => askOn(villain, base64("r=a,s=b,i=1")),
    within: 3,
  },
  {
    ...refused,
    ...logsIn((client) => client.saslLogin(cramMd5("ann", "secret"))),
    name: "CRAM-MD5 that asks without end",
    server: (villain) => askOn(villain, base64("<1@example.com>")),
    within: 3,
  },
  {
    ...refused,
    ...logsIn((client) => client.saslLogin(cramMd5("ann", "secret"))),
    name: "CRAM-MD5 with an empty challenge",
    server: (villain) => askOn(villain, ""),
    says: /the challenge is empty/,
  },
  {
    ...refused,
    ...logsIn((client) => client.saslLogin(cramMd5("ann", "secret"))),
    name: "CRAM-MD5 with a challenge that is not base64",
    server: greets(HELLO, "+ <1@example.com>"),
    says: /base64/,
  },
  {
    ...refused,
    ...logsIn((client) => client.saslLogin(authLogin("ann", "secret"))),
    name: "LOGIN that asks for the user without end",
    server: (villain) => askOn(villain, base64("User Name\0")),
    within: 3,
  },
  {
    ...refused,
    ...logsIn((client) => client.saslLogin(anonymous("ann"))),
    name: "ANONYMOUS that asks without end",
    server: (villain) => askOn(villain, ""),
    within: 3,
  },
  {
    ...refused,
    ...byXoauth2,
    name: `a fault of XOAUTH2 in JSON that is nested ${TOO_DEEP} deep`,
    server: async (villain) => {
      const json = `{"status":${"[".repeat(TOO_DEEP)}${"]".repeat(TOO_DEEP)}}`;
      await greets(HELLO, "+ ", `+ ${base64(json)}`)(villain);
      await villain.line();
      await villain.line();
      await villain.say("A1 NO wrong token");
    },
  },
  {
    ...refused,
    ...byXoauth2,
    name: "a fault of XOAUTH2 that holds the token, and escape sequences",
    server: async (villain) => {
      await greets(HELLO, "+ ", `+ ${base64("\x1b[31mtoken\x07 is wrong")}`)(villain);
      await villain.line();
      await villain.line();
      await villain.say("A1 NO wrong token");
    },
    // deno-lint-ignore no-control-regex
    says: /^[^\x00-\x1f]*\(\[31m\.\.\. {2}is wrong\)$/,
  },
  {
    ...refused,
    ...logsIn((client) => client.saslLogin("X-OWN", () => "answer")),
    name: "a challenge that is not base64",
    server: greets(HELLO, "+ this, for one, is not"),
    says: /base64/,
    tcp: true,
  },
  {
    name: "a challenge that is not base64, and a server that takes the cancellation",
    server: async (villain) => {
      await greets(HELLO, "+ ?")(villain);
      const cancelled = await villain.line();
      await villain.say(`A1 BAD ${cancelled}`);
      await villain.answer();
    },
    client: async (visitor) => {
      const client = await visitor.connect();
      const error = await client.saslLogin("X-OWN", () => "answer").catch((error) => error);
      await client.noop();
      return [error instanceof LoginError, client.state];
    },
    gives: [true, "not authenticated"],
  },
  {
    name: "a challenge of 10 MiB",
    server: async (villain) => {
      const challenge = "A".repeat(10 * 1024 * 1024);
      await greets(HELLO, `+ ${challenge}`)(villain);
      await villain.line();
      await villain.say("A1 OK [CAPABILITY IMAP4rev1] you are in");
    },
    client: async (visitor) => {
      const client = await visitor.connect();
      let length = 0;
      await client.saslLogin("X-OWN", (challenge) => {
        length = challenge.length;
        return "answer";
      });
      return length;
    },
    gives: 10 * 1024 * 1024 * 3 / 4,
    within: 30,
  },
]);

behaviours("LOGIN", [
  {
    ...refused,
    ...logsIn((client) => client.login("ann", "secret")),
    name: "LOGINDISABLED",
    server: greets("* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hello"),
    says: /LOGINDISABLED/,
  },
  {
    ...refused,
    ...logsIn((client) => client.login("ann", "secret")),
    name: "NO without a word",
    server: greets(HELLO, "$ NO"),
  },
  {
    ...logsIn((client) => client.login("ann", "secret")),
    name: "an answer that is neither OK nor NO nor BAD",
    server: greets(HELLO, "$ MAYBE later"),
    fails: ProtocolError,
    closes: true,
  },
  {
    name: "PREAUTH in the middle of it, and then NO",
    server: greets(HELLO, "* PREAUTH you are in", "$ NO you are not"),
    client: async (visitor) => {
      const client = await visitor.connect();
      const error = await client.login("ann", "secret").catch((error) => error);
      return [error instanceof LoginError, client.state];
    },
    gives: [true, "not authenticated"],
  },
  {
    ...refused,
    ...logsIn((client) =>
      client.saslLogin(scramSha1("ann", "secret")).catch(() => {
        return client.login("ann", "secret");
      })
    ),
    name: "LOGINDISABLED that comes after the greeting",
    server: greets("* OK hello", "* CAPABILITY IMAP4rev1", "* CAPABILITY LOGINDISABLED", "$ OK"),
  },
]);
