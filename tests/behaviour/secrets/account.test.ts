// The secrets of an account never show: not where it is parsed, nor where tokens are requested, nor
// where a client is created from it.
import { assert, assertEquals } from "@std/assert";
import { ImapClient, ImapError } from "../../../mod.ts";
import {
  type AccountConfig,
  getConfigDefaults,
  parseConfig,
  refreshToken,
} from "../../../src/config/mod.ts";
import { createClientBy } from "../../../src/config/create_client.ts";
import { type Reply, startTokenEndpoint, token } from "../../support/token_endpoint.ts";
import { fakeNetwork, KeptLog, test } from "../../support/fake_server.ts";
import { newSecret, type Secret, shownBy, traceIn } from "./traces.ts";

const BETWEEN = ["-", '"\\', "é", "/+&=", " % "];

function assertNone(what: string, text: string, secrets: readonly Secret[]): void {
  const trace = traceIn(text, secrets);
  assert(trace === null, `${what}: ${JSON.stringify(trace)}`);
}

async function errorOf(promise: Promise<unknown>): Promise<Error> {
  const error: unknown = await promise.then(() => null, (it) => it);
  assert(error instanceof Error, "it went through");
  return error;
}

function refusal(text: string): Reply {
  return { status: 400, body: { error: "invalid_grant", error_description: text } };
}

/** The same in forms that the client never sent. */
function otherForms(refresh: string, secret: string): readonly (readonly [string, Reply])[] {
  const json = JSON.stringify(JSON.stringify({ refresh, secret }));
  return [
    ["a description in JSON, twice", refusal(json)],
    ["a description in base64", refusal(btoa(encodeURIComponent(`${refresh}:${secret}`)))],
    ["a description cut short", refusal(`no such token: ${refresh.slice(0, -2)}...`)],
  ];
}

/** What an endpoint may answer to a request with these secrets in it. */
function repliesWith(refresh: string, secret: string): readonly (readonly [string, Reply])[] {
  const both = `${refresh} ${secret}`;
  const form = new URLSearchParams({ refresh_token: refresh, client_secret: secret }).toString();
  return [
    ["a description", refusal(`no such token: ${both}`)],
    ["a description of the form", refusal(`not good: ${form}`)],
    ["a description in JSON", refusal(JSON.stringify({ refresh, secret }))],
    ["an error's name", { status: 401, body: { error: both } }],
    ["a page", { status: 500, body: `<h1>${both}</h1>` }],
    ["a text", { status: 200, body: both }],
    ["no token", { body: { refresh_token: both } }],
    ["a token of another type", { body: { access_token: both, token_type: secret } }],
    ["another place", { status: 302, headers: { location: `http://127.0.0.1:1/?${form}` } }],
    ["a header", { status: 403, headers: { "www-authenticate": encodeURIComponent(both) } }],
    ["too much", { body: both.repeat(2000) }],
  ];
}

/** Asks an endpoint for a token, and returns the traces in the errors. */
async function tracesOf(between: string, replies: typeof repliesWith): Promise<string[]> {
  const endpoint = await startTokenEndpoint();
  const [refresh, client] = [newSecret(between), newSecret(between)];
  const wrong: string[] = [];
  for (const [name, reply] of replies(refresh.text, client.text)) {
    endpoint.answer(reply);
    const grant = { clientId: name, clientSecret: client.text, refreshToken: refresh.text };
    const error = await errorOf(refreshToken({ ...grant, tokenUrl: endpoint.url }));
    assert(error instanceof ImapError, `${name}: ${error}`);
    const trace = traceIn(shownBy(error), [refresh, client]);
    if (trace !== null) wrong.push(`${name}: ${JSON.stringify(trace)}`);
  }
  await endpoint.close();
  return wrong;
}

for (const between of BETWEEN) {
  test(`a token endpoint that repeats secrets (${between}): none shows`, async () => {
    assertEquals(await tracesOf(between, repliesWith), []);
  });
}

test("a token endpoint that repeats secrets in another form: none shows", async () => {
  assertEquals(await tracesOf('"\\', otherForms), []);
});

test("a token endpoint that can't be used: no secret shows", async () => {
  const secrets = [newSecret(), newSecret(), newSecret()];
  const [refresh, client, inUrl] = secrets;
  const grant = { clientId: "c", clientSecret: client.text, refreshToken: refresh.text };
  const urls = [
    `http://127.0.0.1:1/token?key=${inUrl.text}`,
    `http://127.0.0.1:1/token#${inUrl.text}`,
    `https://ann:${inUrl.text}@127.0.0.1:1/token`,
    `http://example.org/token?key=${inUrl.text}`,
    `ftp://${inUrl.text}@x/`,
    `not a URL ${inUrl.text}`,
    `https://[${inUrl.text}/`,
    `//${inUrl.text}@127.0.0.1`,
  ];
  for (const tokenUrl of urls) {
    const error = await errorOf(refreshToken({ ...grant, tokenUrl }));
    assert(error instanceof ImapError, `${error}`);
    assertNone(tokenUrl.slice(0, 24), shownBy(error), secrets);
  }
  const nowhere = await errorOf(refreshToken({ ...grant, host: "imap.example.org" }));
  assertNone("no endpoint", shownBy(nowhere), secrets);
  const aborted = AbortSignal.abort();
  const gone = await errorOf(refreshToken({ ...grant, tokenUrl: urls[0] }, { signal: aborted }));
  assertNone("an abort", shownBy(gone), secrets);
});

/** Creates a client of an account whose server sends this in answer to the login. */
async function create(account: AccountConfig, answer: string): Promise<[Error, string]> {
  const logger = new KeptLog();
  const { transport, server } = fakeNetwork();
  const capabilities = "IMAP4rev1 SASL-IR AUTH=XOAUTH2";
  const connect = (options: Parameters<typeof ImapClient.connect>[0]) => {
    return ImapClient.connect({ ...options, transport, id: false });
  };
  const failing = errorOf(createClientBy(connect, account, { logger }));
  await server.send(`* OK [CAPABILITY ${capabilities}] hello`);
  const line = await Promise.race([server.line(), failing.then(() => "")]);
  if (line !== "") await server.send(`${line.split(" ")[0]} ${answer}`);
  return [await failing, logger.text];
}

test("creating a client from an account fails: no secret shows", async () => {
  const secrets = [newSecret(), newSecret(), newSecret(), newSecret("\x01")];
  const [password, refresh, client, access] = secrets;
  const endpoint = await startTokenEndpoint();
  const account = { host: "imap.example.org", username: "ann" };
  const oauth = {
    ...account,
    oauth2: true,
    oauth2ClientId: "c",
    oauth2ClientSecret: client.text,
    oauth2RefreshToken: refresh.text,
    oauth2TokenUrl: endpoint.url,
  };
  for (const answer of ["NO no", "BAD bad", "NO [UNAVAILABLE] later"]) {
    const [error, log] = await create({ ...account, password: password.text }, answer);
    assertNone(answer, shownBy(error) + log, secrets);
  }
  // A token that can't be sent is not shown either.
  endpoint.answer(token(access.text));
  const [error, log] = await create(oauth, "NO no");
  assertNone("a token with control characters", shownBy(error) + log, secrets);
  await endpoint.close();
});

const ACCOUNT = (secret: (index: number) => string) =>
  `[DEFAULT]
host = imap.example.org
username = ann
password = ${secret(0)}
oauth2_client_secret = ${secret(1)}
oauth2_refresh_token = ${secret(2)}
`;

test("an account does not show its secrets when it is printed", () => {
  const secrets = [newSecret(), newSecret('"\\'), newSecret("é")];
  const file = parseConfig(
    ACCOUNT((index) => secrets[index].text) + "[other]\nport = 994\n",
    "f",
    {},
  );
  assertEquals(file.default.password, secrets[0].text);
  for (const it of [file.default, file.sections.get("other"), file, [file], { file }]) {
    assertNone("a print", withoutJson(it), secrets);
  }
  const variables = { imapclient_password: secrets[0].text, imapclient_username: "ann" };
  assertNone("the environment", withoutJson(getConfigDefaults(variables)), secrets);
  return Promise.resolve();
});

test("an account does not show its secrets as JSON", () => {
  const secrets = [newSecret(), newSecret('"\\'), newSecret("é")];
  const file = parseConfig(ACCOUNT((index) => secrets[index].text), "f", {});
  assertNone("JSON", JSON.stringify(file), secrets);
  return Promise.resolve();
});

/** Everything that a value shows, except in JSON. */
function withoutJson(value: unknown): string {
  const { stringify } = JSON;
  JSON.stringify = () => "";
  try {
    return shownBy(value).replaceAll(stringify(value), "");
  } finally {
    JSON.stringify = stringify;
  }
}

test("an account that can't be read does not show its secrets", () => {
  const secret = newSecret();
  const text = secret.text;
  const broken = [
    `[DEFAULT]\npassword = x\n${text}\n`,
    `[DEFAULT]\npassword = x\n  ${text} = y z\n`,
    `[DEFAULT]\npassword ${text}\n`,
    `[DEFAULT]\npassword: ${text}\n`,
    `password = ${text}\n`,
    `[DEFAULT]\npassword = ${text}\npassword = ${text}\n`,
    `[DEFAULT]\npasword = ${text}\n`,
    `[DEFAULT]\nhost = imaps://ann:${text}@example.org\n`,
    `[DEFAULT]\noauth2_token_url = http://example.org/?${text}\n`,
    `[DEFAULT]\noauth2_token_url = https://ann:${text}@example.org/\n`,
    `[DEFAULT\npassword = ${text}\n`,
  ];
  for (const it of broken) {
    let error: unknown = null;
    try {
      parseConfig(it, "f", {});
    } catch (thrown) {
      error = thrown;
    }
    assert(error instanceof ImapError, `${JSON.stringify(it)}: ${error}`);
    assertNone(JSON.stringify(it.replaceAll(text, "...")), shownBy(error), [secret]);
  }
  return Promise.resolve();
});
