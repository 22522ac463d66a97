import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, beforeEach, describe, it } from "node:test";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { ConnectError, LoginError, ProtocolError, TimeoutError } from "@imapclient/imapclient";
import { ConfigError, type RefreshGrant, refreshToken } from "../../../src/config/mod.ts";
import { requestToken } from "../../../src/config/token_request.ts";
import { knownTokenUrl } from "../../../src/config/token_url.ts";
import { bounded } from "../../support/fake_server.ts";
import { assertKeeps } from "./support.ts";
import {
  type Reply,
  startTokenEndpoint,
  token,
  type TokenEndpoint,
} from "../../support/token_endpoint.ts";

const SECRET = 'sécret+/= &"x"';

describe("OAuth 2.0 refresh", () => {
  let endpoint: TokenEndpoint;
  let grant: RefreshGrant & { refreshToken: string; clientSecret: string };
  let count = 0;

  before(async () => {
    endpoint = await startTokenEndpoint();
  });
  after(() => endpoint.close());
  beforeEach(() => {
    // A different one each time, since tokens are cached.
    const refreshToken = `1//refresh~${++count}+/ü=`;
    grant = { tokenUrl: endpoint.url, clientId: "id-1", clientSecret: SECRET, refreshToken };
    endpoint.asked.length = 0;
  });

  const get = (more: Partial<RefreshGrant> = {}, refused?: string) =>
    bounded(refreshToken({ ...grant, ...more }, { refused }), "a token");

  it("T10 asks with the refresh token grant", async () => {
    endpoint.answer(token("T1"));
    assertEquals(await get(), "T1");
    assertEquals(endpoint.asked, [{
      method: "POST",
      type: "application/x-www-form-urlencoded;charset=UTF-8",
      form: {
        grant_type: "refresh_token",
        refresh_token: grant.refreshToken,
        client_id: "id-1",
        client_secret: SECRET,
      },
    }]);
    endpoint.answer(token("T2"));
    assertEquals(await get({ clientId: "public", clientSecret: undefined }), "T2");
    assertEquals(Object.keys(endpoint.asked[1].form), [
      "grant_type",
      "refresh_token",
      "client_id",
    ]);
  });

  it("T10 keeps a token for the process, until it expires or is refused", async () => {
    endpoint.answer(token("T1"), token("T2"), token("T3"));
    assertEquals([await get(), await get()], ["T1", "T1"]);
    assertEquals(endpoint.asked.length, 1);
    assertEquals(await get({ refreshToken: `${grant.refreshToken}other` }), "T2");
    assertEquals(await get({}, "T1"), "T3");
    assertEquals([await get(), await get({}, "T1")], ["T3", "T3"]);
    assertEquals(endpoint.asked.length, 3);
  });

  it("T10 asks again a minute before the token expires", async () => {
    endpoint.answer(token("T1", 61), token("T2", 61.2), token("T3"));
    assertEquals([await get(), await get()], ["T1", "T1"]);
    await sleep(1100);
    assertEquals(await get(), "T2");
    await sleep(1300);
    assertEquals([await get(), await get()], ["T3", "T3"]);
  });

  it("T10 accepts an expiry as text, missing or nonsense", async () => {
    const twice = async (seconds: unknown) => {
      const grant = { refreshToken: `expiry ${count++}` };
      endpoint.answer(token("A", seconds), token("B", seconds));
      return `${await get(grant)}${await get(grant)}`;
    };
    for (const seconds of ["3600", undefined, 1e300]) assertEquals(await twice(seconds), "AA");
    for (const seconds of [0, 59, -5, "soon", null, {}, []]) {
      assertEquals(await twice(seconds), "AB");
    }
  });

  it("T10 one request serves all callers at the same time", async () => {
    endpoint.answer(token("T1"), token("T2"));
    const tokens = await Promise.all(Array.from({ length: 20 }, () => get()));
    assertEquals(new Set(tokens), new Set(["T1"]));
    assertEquals(await Promise.all([get({}, "T1"), get({}, "T1")]), ["T2", "T2"]);
    assertEquals(endpoint.asked.length, 2);
  });

  it("T10 a caller that stops waiting does not affect the others", async () => {
    endpoint.answer(token("T1"));
    const controller = new AbortController();
    const one = refreshToken(grant, { signal: controller.signal });
    const other = get();
    const reason = new Error("enough");
    controller.abort(reason);
    assertEquals(await one.catch((error) => error), reason);
    assertEquals(await other, "T1");
    const late = await refreshToken(grant, { signal: controller.signal }).catch((it) => it);
    assertEquals(late, reason);
  });

  it("T10 a new refresh token takes the place of the old one", async () => {
    endpoint.answer(token("T1", 0, { refresh_token: "second" }), token("T2", 0), token("T3", 0));
    assertEquals([await get(), await get(), await get()], ["T1", "T2", "T3"]);
    const used = endpoint.asked.map(({ form }) => form.refresh_token);
    assertEquals(used, [grant.refreshToken, "second", "second"]);
  });

  it("T10 the endpoint's explanation is shown, without the secrets", async () => {
    const description = [
      `Token ${grant.refreshToken} was revoked; secret ${SECRET},`,
      `encoded ${encodeURIComponent(grant.refreshToken)}`,
      new URLSearchParams({ SECRET }),
      JSON.stringify(SECRET),
    ].join(" ");
    endpoint.answer({
      status: 400,
      body: { error: "invalid_grant", error_description: `${description}\r\nnext` },
    });
    const error = await assertRejects(() => get(), LoginError);
    assertStringIncludes(
      error.message,
      `${endpoint.url} gave no token: invalid_grant: Token **REDACTED**`,
    );
    assertStringIncludes(error.text ?? "", "was revoked");
    assert(!/[\r\n]/.test(error.message));
    assertKeeps(error, [grant.refreshToken, SECRET, "sécret"]);
    // None of it is cached.
    endpoint.answer(token("T1"));
    assertEquals(await get(), "T1");
  });

  it("T10 unusable answers", async () => {
    const cases: [reply: Reply, type: typeof LoginError | typeof ProtocolError, text: string][] = [
      [{ status: 401, body: { error: "invalid_client" } }, LoginError, "invalid_client"],
      [{ status: 500, body: "<html>SECRET-PAGE" }, ProtocolError, "status 500"],
      [{ status: 400, body: "[]" }, ProtocolError, "status 400"],
      [{ status: 400, body: { error: 5 } }, ProtocolError, "status 400"],
      [{ body: "" }, ProtocolError, "status 200"],
      [{ body: "null" }, ProtocolError, "status 200"],
      [{ body: {} }, ProtocolError, "no access_token"],
      [{ body: { access_token: 5 } }, ProtocolError, "no access_token"],
      [{ body: { access_token: "" } }, ProtocolError, "no access_token"],
      [
        { body: { access_token: "SECRET", token_type: "mac" } },
        ProtocolError,
        "another type than Bearer",
      ],
      [{ status: 302, headers: { location: endpoint.url } }, ProtocolError, "status 302"],
      [{ status: 307, headers: { location: endpoint.url } }, ProtocolError, "status 307"],
      [{ body: "x".repeat(70_000), endless: true }, ProtocolError, "more than 65536 bytes"],
    ];
    for (const [reply, type, text] of cases) {
      endpoint.answer(reply);
      endpoint.asked.length = 0;
      const error = await assertRejects(() => get(), type);
      assertStringIncludes(error.message, text);
      assertEquals(endpoint.asked.length, 1);
      assertKeeps(error, [grant.refreshToken, SECRET, "SECRET"]);
    }
  });

  it("T10 an endpoint that is down, or never answers, is an error in time", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await once(server.close(), "close");
    const url = `http://127.0.0.1:${port}/token`;
    const down = await assertRejects(() => get({ tokenUrl: `${url}?key=SECRET` }), ConnectError);
    assertStringIncludes(down.message, `no answer from ${url}: `);
    assertKeeps(down, [grant.refreshToken, SECRET, "SECRET"]);

    endpoint.answer({ body: "{", endless: true });
    const { tokenUrl: _, ...request } = { ...grant, url: endpoint.url };
    const limits = { seconds: 0.3, bytes: 100 };
    const late = await assertRejects(
      () => bounded(requestToken(request, limits), "x"),
      TimeoutError,
    );
    assertEquals(late.message, `no answer from ${endpoint.url} within 0.3 seconds`);
    assertKeeps(late, [grant.refreshToken, SECRET]);
  });

  it("T10 knows the token endpoints of Google, Microsoft and Yahoo", async () => {
    const hosts = [
      ...["imap.gmail.com", "IMAP.Gmail.com.", "imap.googlemail.com", "outlook.office365.com"],
      ...["imap-mail.outlook.com", "outlook.office.com", "imap.mail.yahoo.com"],
    ];
    assertEquals(
      hosts.map((host) => new URL(knownTokenUrl(host)!).host),
      [
        ...["oauth2.googleapis.com", "oauth2.googleapis.com", "oauth2.googleapis.com"],
        ...["login.microsoftonline.com", "login.microsoftonline.com", "login.microsoftonline.com"],
        "api.login.yahoo.com",
      ],
    );
    const asked: string[] = [];
    const original = globalThis.fetch;
    globalThis.fetch = (url) => {
      asked.push(String(url));
      return Promise.resolve(Response.json({ access_token: "T" }));
    };
    try {
      for (const host of hosts) assertEquals(await get({ host, tokenUrl: undefined }), "T");
    } finally {
      globalThis.fetch = original;
    }
    assertEquals(asked.length, 3);
    assert(asked.every((url) => url.startsWith("https://")));
  });

  it("T10 does not know others, and sends secrets nowhere unsafe", async () => {
    const unknown = await assertRejects(
      () => get({ host: "imap.example.org", tokenUrl: undefined }),
      ConfigError,
    );
    assertStringIncludes(
      unknown.message,
      "don't know where to refresh OAUTH2 token for imap.example.org",
    );
    for (
      const tokenUrl of [
        "http://example.org/token",
        "http://127.0.0.1.example.org/",
        "http://localhost.example.org/",
        "ftp://127.0.0.1/",
        "https://user:hunter2@example.org/",
        "hunter2",
        "",
      ]
    ) {
      const error = await get({ tokenUrl }).catch((it) => it);
      assertInstanceOf(error, ConfigError);
      assertEquals(error.key, "oauth2_token_url");
      assertKeeps(error, ["hunter2", grant.refreshToken]);
    }
  });
});
