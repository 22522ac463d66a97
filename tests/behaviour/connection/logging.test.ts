import { assert, assertEquals, assertFalse } from "@std/assert";
import { type ConnectOptions, ImapClient, ImapError, type Logger } from "../../../mod.ts";
import {
  bytesOf,
  connectFake,
  fakeNetwork,
  type FakeServer,
  GREETING,
  KeptLog,
  outcome,
  selectFake,
  test,
  textOf,
  turns,
} from "../../support/fake_server.ts";

/** A client whose log is kept. */
async function logged(greeting: string = GREETING, options: ConnectOptions = {}) {
  const logger = new KeptLog();
  return { logger, ...await connectFake({ logger, ...options }, greeting) };
}

/** Everything that an error may show. */
function everything(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = Object.entries(error).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const cause = error.cause === undefined ? "" : everything(error.cause);
  return [error.message, error.stack, JSON.stringify(error), ...own, cause].join("\n");
}

test("S1 traffic is logged at debug under a name of its own", async () => {
  const { logger, client, server } = await logged();
  const noop = client.noop();
  await server.answer("NOOP", "* 3 EXISTS");
  await noop;
  client.shutdown();
  assertEquals(logger.lines.filter((line) => line.includes("protocol")), [
    `debug imapclient.protocol: < ${GREETING}`,
    "debug imapclient.protocol: > A1 NOOP",
    "debug imapclient.protocol: < * 3 EXISTS",
    "debug imapclient.protocol: < A1 OK done",
  ]);
  assert(logger.lines.every((line) => /^\w+ imapclient\.\w+: /.test(line)), logger.text);
});

test("S1 without a logger nothing is printed", async () => {
  const printed: unknown[] = [];
  const methods = ["debug", "info", "log", "warn", "error"] as const;
  const kept = methods.map((name) => console[name]);
  for (const name of methods) console[name] = (...args: unknown[]) => printed.push(args);
  try {
    const { client, server } = await connectFake({ port: 143 });
    client.listen(() => {
      throw new Error("listener broke");
    });
    const login = outcome(client.login("ann", "hunter2"));
    const tag = (await server.line()).split(" ")[0];
    await server.send("* 3 EXISTS", `${tag} NO no`);
    await login;
    client.shutdown();
  } finally {
    methods.forEach((name, i) => console[name] = kept[i]);
  }
  assertEquals(printed, []);
});

test("S1 S3 a logger that throws is ignored", async () => {
  const fail = () => {
    throw new Error("disk full");
  };
  const logger: Logger = { debug: fail, info: fail, warn: fail };
  const { client, server } = await selectFake({ logger, port: 143 });
  client.listen(fail);
  await server.send("* 3 EXISTS");
  const noop = client.noop();
  await server.answer("NOOP");
  await noop;
  const disposing = client[Symbol.asyncDispose]();
  const tag = await server.expect("LOGOUT");
  await server.send(`${tag} BAD no`);
  await disposing;
  assert(client.closed);
});

/** A way to log in, with the server's part of it. */
interface LoginCase {
  readonly name: string;
  readonly greeting?: string;
  readonly secret: string;
  readonly log: (client: ImapClient, secret: string) => Promise<unknown>;
  /** Reads what the client sends until the tagged answer is due, and returns the tag. */
  readonly take: (server: FakeServer) => Promise<string>;
}

async function takeLine(server: FakeServer): Promise<string> {
  return (await server.line()).split(" ")[0];
}

const AUTH = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready";
const LOGINS: readonly LoginCase[] = [
  {
    name: "LOGIN with a quoted password",
    secret: 'hun"ter two',
    log: (client, secret) => client.login("ann", secret),
    take: takeLine,
  },
  {
    name: "LOGIN with a literal password",
    secret: "hunterü2",
    log: (client, secret) => client.login("ann", secret),
    take: async (server) => {
      const tag = await takeLine(server);
      await server.send("+ go");
      await server.line();
      return tag;
    },
  },
  {
    name: "LOGIN with literals unasked",
    greeting: "* OK [CAPABILITY IMAP4rev1 LITERAL+] ready",
    secret: "hunterü2",
    log: (client, secret) => client.login("ännchen", secret),
    take: async (server) => {
      const tag = await takeLine(server);
      await server.line();
      await server.line();
      return tag;
    },
  },
  {
    name: "AUTHENTICATE with a challenge",
    greeting: AUTH,
    secret: "hunter2hunter2",
    log: (client, secret) => client.plainLogin("ann", secret),
    take: async (server) => {
      const tag = await takeLine(server);
      await server.send("+ ");
      await server.line();
      return tag;
    },
  },
  {
    name: "AUTHENTICATE with SASL-IR",
    greeting: AUTH.replace("]", " SASL-IR]"),
    secret: "hunter2hunter2",
    log: (client, secret) => client.plainLogin("ann", secret),
    take: takeLine,
  },
  {
    name: "a command of the caller's own",
    secret: "hunter2",
    log: (client, secret) =>
      client.run({
        name: "X-LOGIN",
        write: (out) => out.sp().atom("ann").sp().secret(() => out.string(secret)).sp().atom("END"),
        result: () => null,
      }),
    take: takeLine,
  },
];

/** The secret in every form that it may have on the wire. */
function shapes(secret: string): string[] {
  const utf8 = textOf(bytesOf(secret));
  const base64 = [`\0ann\0${utf8}`, utf8].map((text) => btoa(text).replace(/=*$/, "").slice(0, -1));
  const escaped = secret.replaceAll('"', '\\"');
  const hex = utf8.replace(/[\x80-\xff]/g, (char) => `\\x${char.charCodeAt(0).toString(16)}`);
  return [secret, utf8, escaped, JSON.stringify(secret).slice(1, -1), hex, ...base64];
}

for (const { name, greeting, secret, log, take } of LOGINS) {
  test(`S2 Q1 no log and no error shows the secret: ${name}`, async () => {
    type End = (server: FakeServer, tag: string) => unknown;
    const ends: Record<string, End> = {
      OK: (server, tag) => server.send(`${tag} OK [CAPABILITY IMAP4rev1] in`),
      NO: (server, tag) => server.send(`${tag} NO [AUTHENTICATIONFAILED] wrong`),
      BAD: (server, tag) => server.send(`${tag} BAD what`),
      silence: () => {},
      BYE: (server) => server.send("* BYE no more tries").then(() => server.end()),
      reset: (server) => server.break(),
      nonsense: (server) => server.send("stray line"),
    };
    for (const [end, finish] of Object.entries(ends)) {
      const timeout = end === "silence" ? 0.05 : 10;
      const { logger, client, server } = await logged(greeting, { timeout });
      const login = outcome(log(client, secret));
      const tag = await take(server);
      await finish(server, tag);
      const result = await login;
      assertEquals(result instanceof ImapError, end !== "OK", `${end}: ${result}`);
      // If the connection is gone, the next call says why.
      const after = client.closed ? await outcome(log(client, secret)) : null;
      client.shutdown();
      assert(logger.text.includes("**REDACTED**"), logger.text);
      const seen = [logger.text, everything(result), everything(after)].join("\n");
      for (const shape of shapes(secret)) {
        assertFalse(seen.includes(shape), `${end}: ${shape} in ${seen}`);
      }
    }
  });
}

test("S2 a refused login shows its command without the secret [ext LOG-REDACTION]", async () => {
  const { logger, client, server } = await logged();
  const login = outcome(client.login("ann", "hunter2"));
  const tag = await takeLine(server);
  await server.send(`${tag} NO no`);
  const error = await login;
  assertEquals((error as ImapError).command, "LOGIN **REDACTED**");
  assert(logger.lines.includes("debug imapclient.protocol: > A1 LOGIN **REDACTED**"));
  client.shutdown();
});

test("S2 a secret that can't be sent is not shown either", async () => {
  const { logger, client } = await logged(AUTH);
  for (const bad of ["hunter2\0", "hunter2\ud800"]) {
    for (const login of [client.login("ann", bad), client.plainLogin("ann", bad)]) {
      const error = await outcome(login);
      assert(error instanceof ImapError);
      assertFalse(everything(error).includes("hunter2"));
    }
  }
  client.shutdown();
  assertFalse(logger.text.includes("hunter2"));
});

test("S3 non-ASCII bytes, on either side, are logged on one line", async () => {
  const logger = new KeptLog();
  const { client, server } = await selectFake({ logger }, "IMAP4rev1 LITERAL+");
  const search = client.search(["SUBJECT", "☺\r\nx"]);
  await server.line();
  await server.line();
  await server.line();
  await server.send(bytesOf("* OK \xff\u0000☺ text"), bytesOf("\r\n"), "* SEARCH", "A2 OK");
  await search;
  client.shutdown();
  for (const line of logger.lines) {
    assertFalse(/[\r\n]/.test(line), JSON.stringify(line));
  }
  assert(logger.text.includes("> A2 UID SEARCH CHARSET UTF-8 SUBJECT {6+}\\r\\n\\xe2\\x98\\xba"));
});

test("S4 long literals are cut, on either side", async () => {
  const logger = new KeptLog();
  const { client, server } = await selectFake({ logger }, "IMAP4rev1 LITERAL+");
  const put = client.run({
    name: "X-PUT",
    write: (out) => out.sp().literal(bytesOf("p".repeat(100_000))),
    result: () => null,
  });
  await server.line();
  await server.line();
  await server.send("A2 OK");
  await put;
  const fetching = client.fetch("1:2", ["BODY.PEEK[]"]);
  const body = bytesOf("q".repeat(100_000));
  await server.line();
  await server.send("* 1 FETCH (UID 1 BODY[] {100000}", body, ")");
  await server.send("* 2 FETCH (UID 2 BODY[] {100000}", body.subarray(0, 1));
  await turns();
  await server.send(body.subarray(1), ")", "A3 OK");
  assertEquals((await fetching).size, 2);
  client.shutdown();
  assert(logger.lines.every((line) => line.length < 600), logger.text);
  assert(logger.text.includes("A2 X-PUT {100000+}"));
  assert(logger.text.includes("* 2 FETCH (UID 2 BODY[] {100000}"));
});

test("S5 the events of a session are logged, login and logout at debug", async () => {
  const { logger, client, server } = await logged(GREETING, { host: "imap.test", port: 993 });
  const login = client.login("ann", "x");
  const tag = await takeLine(server);
  await server.send(`${tag} OK [CAPABILITY IMAP4rev1] in`);
  await login;
  const logout = client.logout();
  await server.answer("LOGOUT", "* BYE out");
  await logout;
  const events = logger.lines.filter((line) => line.includes("imapclient.imapclient"));
  assertEquals(events.map((line) => line.replace("imapclient.imapclient: ", "")), [
    "debug Connected to imap.test:993 over TLS",
    "debug Logged in as ann",
    "debug Logged out, connection closed",
  ]);
});

test("S5 D6 plain text and shutdown are logged", async () => {
  const logger = new KeptLog();
  const { transport, server } = fakeNetwork({ plain: true });
  const connecting = ImapClient.connect({ transport, host: "imap.test", ssl: false, logger });
  await server.send(GREETING);
  (await connecting).shutdown();
  assert(logger.lines.includes(
    "debug imapclient.imapclient: Connected to imap.test over plain text",
  ));
  assertEquals(logger.lines.at(-1), "debug imapclient.imapclient: Connection closed");
});
