// What was sent to log in never shows, however the login ends: not in a log, not in an error, not
// in the client. A server that repeats it does not change that.
import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import { ImapClient, ImapError } from "../../../mod.ts";
import { connectFake, type FakeServer, KeptLog, test } from "../../support/fake_server.ts";
import { exchangeOf, type Heard, type Login, LOGINS } from "./logins.ts";
import { newSecret, type Secret, shownBy, traceIn } from "./traces.ts";

/** How a login ends. */
interface Ending {
  readonly name: string;
  readonly end: (scene: Scene) => Promise<void> | void;
  /** The server repeats what it received. */
  readonly repeats?: "the secret" | "the lines";
  /** The client's timeout, in seconds. */
  readonly timeout?: number;
  /** It ends before the server has received everything. */
  readonly early?: boolean;
}

interface Scene {
  readonly server: FakeServer;
  readonly heard: Heard;
  readonly secret: string;
  readonly abort: () => void;
}

const base64 = (text: string) => Buffer.from(text).toString("base64");
const oneLine = (text: string) => text.replace(/[\r\n]+/g, " ");

/** A server's text that contains the secret, after this status. */
function says(line: string, text: (scene: Scene) => string): Ending["end"] {
  return (scene) => scene.server.send(`${line.replace("TAG", scene.heard.tag)} ${text(scene)}`);
}

const SECRET = ({ secret }: Scene) => oneLine(secret);
const LINES = ({ heard }: Scene) => oneLine(heard.sent.join(" "));

const ENDINGS: readonly Ending[] = [
  {
    name: "OK",
    end: async ({ server, heard: { tag, proof } }) => {
      if (proof !== undefined) {
        await server.send(proof);
        assertEquals(await server.line(), "");
      }
      await server.send(`${tag} OK [CAPABILITY IMAP4rev1] in`);
    },
  },
  { name: "NO", end: says("TAG NO", () => "no") },
  { name: "BAD", end: says("TAG BAD", () => "no such thing") },
  { name: "BYE", end: says("* BYE", () => "away") },
  {
    name: "a cut in the middle",
    end: async ({ server, heard }) => {
      await server.send(new TextEncoder().encode(`${heard.tag} N`));
      server.close();
    },
  },
  { name: "a reset", end: ({ server }) => server.break() },
  { name: "silence", end: () => {}, timeout: 0.5 },
  { name: "an abort", end: ({ abort }) => abort() },
  { name: "NO at once", early: true, end: says("TAG NO", () => "not here") },
  {
    name: "one challenge too many",
    end: async ({ server, heard }) => {
      await server.send(`+ ${base64("again")}`);
      await server.send(`${heard.tag} NO no`);
    },
  },
  {
    name: "OK and the secret",
    repeats: "the secret",
    end: says("TAG OK [CAPABILITY IMAP4rev1] in with", SECRET),
  },
  {
    name: "NO and the secret",
    repeats: "the secret",
    end: says("TAG NO [AUTHENTICATIONFAILED] not", SECRET),
  },
  {
    name: "NO and its base64",
    repeats: "the secret",
    end: says("TAG NO not", ({ secret }) => base64(secret)),
  },
  { name: "BAD and the lines", repeats: "the lines", end: says("TAG BAD can't parse", LINES) },
  {
    name: "a code of the secret",
    repeats: "the secret",
    end: says("TAG NO [X-BAD", ({ secret }) => {
      return `${secret.replace(/[^!-Z^-~]/g, "")}] no`;
    }),
  },
  {
    name: "a NO in between",
    repeats: "the secret",
    end: async (scene) => {
      await says("* NO bad password", SECRET)(scene);
      await says("TAG NO", () => "no")(scene);
    },
  },
  { name: "BYE and the secret", repeats: "the secret", end: says("* BYE not", SECRET) },
  {
    name: "an echo of the lines",
    repeats: "the lines",
    end: ({ server, heard }) => {
      return server.send(...heard.sent.map(oneLine));
    },
  },
  { name: "the secret as a response", repeats: "the secret", end: says("*", SECRET) },
  {
    name: "the secret as a challenge",
    repeats: "the secret",
    end: async (scene) => {
      await says("+", ({ secret }) => base64(secret))(scene);
      await says("TAG NO", () => "no")(scene);
    },
  },
];

/** What a login shows, by where it shows, and what must not be seen. */
interface Played {
  readonly shown: ReadonlyMap<string, string>;
  readonly secrets: readonly Secret[];
}

/** Plays one login, and returns everything that it shows. */
async function play(login: Login, ending: Ending, secret: Secret): Promise<Played> {
  const logger = new KeptLog();
  const greeting = `* OK [CAPABILITY IMAP4rev1 ${login.capabilities}] hello`;
  const timeout = ending.timeout ?? 10;
  const { client, server } = await connectFake({ logger, timeout, id: false }, greeting);
  const controller = new AbortController();
  const done = login.call(client, secret.text, controller.signal).then(() => null, (it) => it);
  const scene = {
    server,
    secret: secret.text,
    heard: ending.early ? await begun(server) : await login.hear(server, secret.text),
    abort: () => controller.abort(),
  };
  await ending.end(scene);
  server.end().catch(() => {});
  const error: unknown = await done;
  const next: unknown = await client.noop().catch((it: unknown) => it);
  const isOk = ending.name.startsWith("OK");
  if (!isOk) assert(error instanceof Error, "it went through");
  client.shutdown();
  const shown = new Map([
    ["the log", logger.text],
    [`the error ${error instanceof ImapError ? error.name : ""}`, shownBy(error)],
    ["the error of the next call", shownBy(next)],
    ["the client", shownBy(client)],
    ["why the connection is over", shownBy(await client.over)],
  ]);
  const exchange = exchangeOf(scene.heard).map((text) => ({ text, pieces: [text] }));
  return { shown, secrets: [secret, ...exchange] };
}

/** The command has begun; the server does not ask for what follows its first line. */
async function begun(server: FakeServer): Promise<Heard> {
  const line = await server.line();
  return { tag: line.split(" ")[0], sent: [line] };
}

async function tryAll(login: Login, endings: readonly Ending[]): Promise<void> {
  const wrong: string[] = [];
  for (const ending of endings) {
    const secret = newSecret(login.between);
    const { shown, secrets } = await play(login, ending, secret);
    for (const [where, text] of shown) {
      const trace = traceIn(text, secrets);
      if (trace !== null) wrong.push(`${ending.name}: in ${where}: ${JSON.stringify(trace)}`);
    }
  }
  assert(wrong.length === 0, wrong.join("\n"));
}

for (const login of LOGINS) {
  test(`${login.name}: nothing shows`, async () => {
    await tryAll(login, ENDINGS.filter(({ repeats }) => !repeats));
  });
  test(`${login.name}: nothing shows of what the server repeats`, async () => {
    const { keeps } = login;
    await tryAll(
      login,
      ENDINGS.filter(({ repeats }) => repeats && (!keeps || repeats !== "the secret")),
    );
  });
}

test("a secret that can't be sent is not shown", async () => {
  const greeting = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER] hello";
  const logger = new KeptLog();
  const { client } = await connectFake({ logger }, greeting);
  const secret = newSecret();
  for (const bad of ["\0", "\ud800", "\x01", "\r\n"]) {
    const text = secret.text + bad;
    const calls = [
      () => client.login("ann", `${text}\0`),
      () => client.login(`${text}\0`, "x"),
      () => client.plainLogin("ann", `${text}\0`),
      () => client.oauth2Login("ann", text),
      () => client.oauthbearerLogin("ann", text),
      () => client.saslLogin(text, () => ""),
      () => client.oauth2Login("ann", "x", { mech: text }),
      () => client.login([text] as never, { text } as never),
      () => client.plainLogin("ann", [text] as never),
      () => client.saslLogin({ name: text, respond: () => new Uint8Array(0) }),
    ];
    for (const [index, call] of calls.entries()) {
      const error: unknown = await call().catch((it: unknown) => it);
      assert(error instanceof ImapError, `${index}: ${error}`);
      // The name of a custom mechanism is not a secret.
      if (index < calls.length - 1) {
        assertEquals(traceIn(shownBy(error), [secret]), null, `${index}`);
      }
    }
  }
  assertEquals(traceIn(logger.text + shownBy(client), [secret]), null);
  client.shutdown();
});

test("a login that is not allowed shows nothing", async () => {
  const logger = new KeptLog();
  const secret = newSecret();
  const { client } = await connectFake(
    { logger },
    "* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hello",
  );
  const calls = [
    client.login("ann", secret.text),
    client.plainLogin("ann", secret.text),
    client.oauth2Login("ann", secret.text),
  ];
  for (const call of calls) {
    const error: unknown = await call.catch((it: unknown) => it);
    assert(error instanceof ImapError);
    assertEquals(traceIn(shownBy(error), [secret]), null);
  }
  client.shutdown();
  const late: unknown = await client.login("ann", secret.text).catch((it: unknown) => it);
  assertEquals(traceIn(shownBy(late) + logger.text + shownBy(client), [secret]), null);
  assert(client instanceof ImapClient);
});
