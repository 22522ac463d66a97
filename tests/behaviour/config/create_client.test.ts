import { describe } from "node:test";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import {
  CapabilityError,
  type ConnectOptions,
  ImapClient,
  LoginError,
} from "@imapclient/imapclient";
import { memoryTransport } from "@imapclient/imapclient/memory";
import { MemoryServer, type MemoryServerOptions } from "@imapclient/imapclient/testing";
import { createClientBy } from "../../../src/config/create_client.ts";
import {
  type AccountConfig,
  ConfigError,
  createClientFromConfig,
  type CreateClientOptions,
  parseConfig,
} from "../../../src/config/mod.ts";
import { fakeNetwork, KeptLog, outcome, test } from "../../support/fake_server.ts";
import { assertKeeps, withFile } from "./support.ts";
import { startTokenEndpoint, token, type TokenEndpoint } from "../../support/token_endpoint.ts";

const PASSWORD = 'p";#= 1';

/** A server in memory with the user ann, and a record of how it was connected to. */
class Place {
  readonly connects: ConnectOptions[] = [];
  readonly commands: string[] = [];
  readonly #sessions: Promise<void>[] = [];
  readonly #server: MemoryServer;

  constructor({ token, ...options }: MemoryServerOptions & { token?: string } = {}) {
    const log = (side: string, text: string) => {
      if (side === "client") this.commands.push(text.split(" ").slice(1, 3).join(" ").trim());
    };
    this.#server = new MemoryServer({ ...options, log });
    this.#server.addUser("ann", PASSWORD, { token });
  }

  async create(config: AccountConfig, options: CreateClientOptions = {}): Promise<ImapClient> {
    const transport = memoryTransport((duplex) => {
      this.#sessions.push(this.#server.serve(duplex));
    });
    return await createClientBy(
      ({ stream: _, ...reach }) => {
        this.connects.push(reach);
        return ImapClient.connect({ ...reach, transport });
      },
      config,
      options,
    );
  }

  /** Waits until all connections are closed; returns how many there were. */
  async over(): Promise<number> {
    await Promise.all(this.#sessions);
    return this.#sessions.length;
  }
}

const ANN: AccountConfig = { host: "imap.example.org", username: "ann", password: PASSWORD };

async function withEndpoint(body: (endpoint: TokenEndpoint) => Promise<void>): Promise<void> {
  const endpoint = await startTokenEndpoint();
  try {
    await body(endpoint);
  } finally {
    await endpoint.close();
  }
}

const TOKENS = ["AUTH=XOAUTH2", "AUTH=OAUTHBEARER"];

function oauth2(endpoint: TokenEndpoint): AccountConfig {
  return {
    ...ANN,
    password: "not-used",
    oauth2: true,
    oauth2ClientId: "id",
    oauth2ClientSecret: "client-secret",
    oauth2RefreshToken: "refresh-token",
    // Tokens are cached by this address too.
    oauth2TokenUrl: endpoint.url,
  };
}

describe("createClientFromConfig", () => {
  test("T11 connects and logs in", async () => {
    const place = new Place();
    const text = `[DEFAULT]\nhost = imap.example.org\nusername = ann\npassword = ${PASSWORD}`;
    const log = new KeptLog();
    const client = await place.create(parseConfig(text, "x.ini", {}).default, { logger: log });
    assertEquals(client.state, "authenticated");
    assert(log.text.includes("Logged in as ann"));
    assert(!log.text.includes(PASSWORD));
    await client.logout();
    assertEquals(await place.over(), 1);
  });

  test("T11 passes on the file's settings of the connection", async () => {
    const place = new Place();
    const text = `[DEFAULT]\nhost = h\nusername = ann\npassword = ${PASSWORD}
port = 99\nenable = none\ntimeout = 7.5\nssl_check_hostname = no\nssl_verify_cert = no`;
    const client = await place.create(parseConfig(text, "x.ini", {}).default);
    client.shutdown();
    const [{ host, port, ssl, starttls, timeout, tls, enable }] = place.connects;
    assertEquals([host, port, timeout, enable], ["h", 99, 7.5, []]);
    assertEquals([ssl, starttls], [undefined, undefined]);
    const expected = { ca: undefined, checkHostname: false, dangerouslyDisableVerification: true };
    assertEquals(tls, expected);
  });

  test("T11 without login it only connects", async () => {
    const place = new Place();
    const client = await place.create({ host: "h" }, {
      login: false,
      password: () => Promise.reject(new Error("the password must not be requested")),
    });
    assertEquals(client.state, "not authenticated");
    client.shutdown();
  });

  test("T11 starts TLS before the login, and without one", async () => {
    for (const login of [true, false]) {
      const { transport, server, handshake } = fakeNetwork({ plain: true });
      const config = { ...ANN, starttls: true };
      const connect = (options: ConnectOptions) => {
        assertEquals([options.ssl, options.starttls], [undefined, true]);
        return ImapClient.connect({ ...options, transport });
      };
      const creating = createClientBy(connect, config, { login });
      await server.send("* OK [CAPABILITY IMAP4rev1 STARTTLS] ready");
      await server.answer("STARTTLS");
      await handshake.server.answer("CAPABILITY", "* CAPABILITY IMAP4rev1");
      if (login) {
        await handshake.server.answer(
          'LOGIN "ann" "p\\";#= 1"',
          "* CAPABILITY IMAP4rev1",
        );
      }
      const client = await creating;
      assertEquals(client.state, login ? "authenticated" : "not authenticated");
      assertEquals(handshake.options?.serverName, "imap.example.org");
      client.shutdown();
    }
  });

  test("T11 a missing key is reported with its place, before anything is sent", async () => {
    const place = new Place();
    const { default: main, sections } = parseConfig(
      "[DEFAULT]\nusername = ann\n[no-user]\nhost = h\nusername =\n[no-password]\nhost = h",
      "x.ini",
      {},
    );
    const cases = [
      [main, "x.ini: [DEFAULT] host: missing"],
      [sections.get("no-user"), "x.ini: [no-user] username: missing"],
      [sections.get("no-password"), "x.ini: [no-password] password: missing"],
      [{}, "host: missing"],
      [{ host: "h", oauth2: true }, "username: missing"],
      [
        { host: "imap.gmail.com", username: "ann", oauth2: true },
        "oauth2_client_id: missing",
      ],
      [
        { host: "imap.gmail.com", username: "ann", oauth2: true, oauth2ClientId: "x" },
        "oauth2_refresh_token: missing",
      ],
      [
        { host: "h.example", username: "ann", oauth2: true },
        "oauth2_token_url: don't know where to refresh OAUTH2 token for h.example",
      ],
    ] as const;
    for (const [config, message] of cases) {
      const error = await assertRejects(() => place.create(config!), ConfigError);
      assertEquals(error.message, message);
    }
    assertEquals(place.connects, []);
  });

  test("T11 asks for a password if there is none", async () => {
    const place = new Place();
    let asked = 0;
    const password = () => {
      asked++;
      assertEquals(place.connects.length, 0);
      return Promise.resolve(PASSWORD);
    };
    const { password: _, ...config } = ANN;
    const client = await place.create(config, { password });
    assertEquals([client.state, asked], ["authenticated", 1]);
    client.shutdown();
    const error = await outcome(place.create({ ...config, password: "" }, { password }));
    assert(error instanceof LoginError);
    assertEquals(asked, 1);
    const reason = new Error("no");
    const failing = outcome(place.create(config, { password: () => Promise.reject(reason) }));
    assertStrictEquals(await failing, reason);
  });

  test("T11 a wrong password ends the connection, and is not shown", async () => {
    const place = new Place();
    const config = { ...ANN, password: "wrong-pass" };
    const error = await assertRejects(() => place.create(config), LoginError);
    assertEquals(error.code, "AUTHENTICATIONFAILED");
    assertKeeps(error, ["wrong-pass"]);
    assertEquals(await place.over(), 1);
  });

  test("T11 a signal ends it: before, while it waits for a password, or for the server", async () => {
    const reason = new Error("enough");
    const place = new Place();
    const early = outcome(place.create(ANN, { signal: AbortSignal.abort(reason) }));
    assertStrictEquals(await early, reason);

    const controller = new AbortController();
    const { password: _, ...config } = ANN;
    const password = () => new Promise<string>(() => {});
    const waiting = outcome(place.create(config, { password, signal: controller.signal }));
    controller.abort(reason);
    assertStrictEquals(await waiting, reason);
    assertEquals(place.connects, []);

    const late = new AbortController();
    const { transport, server } = fakeNetwork();
    const connect = (options: ConnectOptions) => ImapClient.connect({ ...options, transport });
    const loggingIn = outcome(createClientBy(connect, ANN, { signal: late.signal }));
    await server.send("* OK [CAPABILITY IMAP4rev1] ready");
    assertStringIncludes(await server.line(), "LOGIN");
    late.abort(reason);
    assertStrictEquals(await loggingIn, reason);
    assert(await server.isOver());
  });

  test("T11 PREAUTH: no second login", async () => {
    const place = new Place({ greeting: "PREAUTH" });
    const client = await place.create(ANN);
    assertEquals(client.state, "authenticated");
    client.shutdown();
    await place.over();
    assert(!place.commands.some((command) => command.startsWith("LOGIN")));
  });

  test("T11 with stream there is no login", async () => {
    const place = new Place();
    const config: AccountConfig = { host: "a-command --flag", stream: true };
    const client = await place.create(config);
    assertEquals(client.state, "not authenticated");
    client.shutdown();
    assertEquals(place.connects[0].host, undefined);
  });

  test("T7 the file of authorities is read, and must be one", async () => {
    const place = new Place();
    const pem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
    await withFile(pem, async (path) => {
      const client = await place.create({ ...ANN, sslCaFile: path });
      assertEquals(place.connects[0].tls?.ca, pem);
      client.shutdown();
      // Without TLS, or if nothing is checked, it does not matter.
      for (const more of [{ ssl: false }, { sslVerifyCert: false }]) {
        const client = await place.create({ ...ANN, ...more, sslCaFile: `${path}.none` });
        client.shutdown();
      }
      const text = `[DEFAULT]\nhost = h\n[x]\nssl_ca_file = ${path}.none`;
      const file = parseConfig(text, "x.ini", {});
      const error = await assertRejects(() => place.create(file.sections.get("x")!), ConfigError);
      assertEquals(
        error.message,
        `x.ini: [x] ssl_ca_file: ${path}.none: there is no such file`,
      );
    });
    await withFile("no certificate", async (path) => {
      const error = await assertRejects(
        () => place.create({ ...ANN, sslCaFile: path }),
        ConfigError,
      );
      assertStringIncludes(error.message, "there is no certificate in it");
    });
  });
});

describe("createClientFromConfig with OAuth 2.0", () => {
  test("T10 T11 logs in with a token got for the refresh token", () =>
    withEndpoint(async (endpoint) => {
      endpoint.answer(token("good"));
      const place = new Place({ capabilities: { add: TOKENS }, token: "good" });
      const log = new KeptLog();
      for (let i = 0; i < 3; i++) {
        const client = await place.create(oauth2(endpoint), { logger: log });
        assertEquals(client.state, "authenticated");
        await client.logout();
      }
      assertEquals(endpoint.asked.length, 1);
      assert(place.commands.includes("AUTHENTICATE XOAUTH2"));
      for (const secret of ["good", btoa("good"), "client-secret", "refresh-token"]) {
        assert(!log.text.includes(secret), secret);
      }
    }));

  test("T10 uses OAUTHBEARER without XOAUTH2, and fails without both", () =>
    withEndpoint(async (endpoint) => {
      endpoint.answer(token("good"));
      const bearer = new Place({ capabilities: { add: ["AUTH=OAUTHBEARER"] }, token: "good" });
      (await bearer.create(oauth2(endpoint))).shutdown();
      await bearer.over();
      assert(bearer.commands.includes("AUTHENTICATE OAUTHBEARER"));
      const neither = new Place({ token: "good" });
      const error = await assertRejects(() => neither.create(oauth2(endpoint)), CapabilityError);
      assertStringIncludes(error.message, "AUTH=XOAUTH2");
      assertEquals(await neither.over(), 1);
    }));

  test("T10 a token that is refused is replaced, once", () =>
    withEndpoint(async (endpoint) => {
      endpoint.answer(token("stale"), token("good"));
      const place = new Place({ capabilities: { add: TOKENS }, token: "good" });
      const client = await place.create(oauth2(endpoint));
      assertEquals(client.state, "authenticated");
      await client.logout();
      assertEquals([endpoint.asked.length, await place.over()], [2, 2]);

      const hopeless = { ...oauth2(endpoint), oauth2RefreshToken: "another" };
      endpoint.answer(token("bad-1"), token("bad-2"), token("good"));
      const error = await assertRejects(() => place.create(hopeless), LoginError);
      assertKeeps(error, ["bad-1", "bad-2", "client-secret", "another"]);
      assertEquals([endpoint.asked.length, await place.over()], [4, 4]);
    }));

  test("T10 an endpoint that refuses → it fails before it connects", () =>
    withEndpoint(async (endpoint) => {
      endpoint.answer({ status: 400, body: { error: "invalid_grant" } });
      const place = new Place({ capabilities: { add: TOKENS } });
      const error = await assertRejects(() => place.create(oauth2(endpoint)), LoginError);
      assertStringIncludes(error.message, "invalid_grant");
      assertKeeps(error, ["client-secret", "refresh-token"]);
      assertEquals(place.connects, []);
    }));

  test("T10 a token may come from a callback, which is asked again once", async () => {
    const place = new Place({ capabilities: { add: TOKENS }, token: "good" });
    const answers = (...tokens: string[]) => {
      const asked: unknown[][] = [];
      return {
        asked,
        token: (...args: unknown[]) => {
          asked.push(args);
          return Promise.resolve(tokens[asked.length - 1]);
        },
      };
    };
    const good = answers("good");
    (await place.create(ANN, good)).shutdown();
    assertEquals(good.asked, [[]]);
    const stale = answers("stale", "good");
    (await place.create(ANN, stale)).shutdown();
    assertEquals(stale.asked, [[], []]);
    const bad = answers("bad-1", "bad-2", "good");
    const error = await assertRejects(() => place.create(ANN, bad), LoginError);
    assertEquals(bad.asked.length, 2);
    assertKeeps(error, ["bad-1", "bad-2"]);
    // The same token would only be refused again.
    const before = place.connects.length;
    await assertRejects(() => place.create(ANN, answers("bad", "bad")), LoginError);
    assertEquals(place.connects.length - before, 1);
    const reason = new Error("no token");
    const failed = outcome(place.create(ANN, { token: () => Promise.reject(reason) }));
    assertStrictEquals(await failed, reason);
  });

  /** How servers refuse tokens, and whether the client tries a new one. */
  const REFUSALS: [challenge: string | null, answer: string, again: boolean][] = [
    ['{"status":"400","schemes":"Bearer"}', "NO [AUTHENTICATIONFAILED] Invalid credentials", true],
    ['{"status":"invalid_token"}', "NO no", true],
    ['{"status":"insufficient_scope"}', "NO [AUTHENTICATIONFAILED] no", false],
    [null, "NO [EXPIRED] it is over", true],
    [null, "NO AUTHENTICATE failed.", true],
    [null, "NO [AUTHORIZATIONFAILED] not you", false],
    [null, "NO [UNAVAILABLE] come back later", false],
  ];
  for (const [challenge, answer, again] of REFUSALS) {
    test(`T10 ${challenge ?? ""} ${answer}: ${again ? "once more" : "no more"}`, async () => {
      const { transport, server } = fakeNetwork();
      let connects = 0;
      let asked = 0;
      const connect = async (options: ConnectOptions) => {
        if (++connects > 1) throw new Error("connected again");
        return await ImapClient.connect({ ...options, transport });
      };
      const token = () => Promise.resolve(`token-${++asked}`);
      const creating = outcome(createClientBy(connect, ANN, { token }));
      await server.send("* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR] ready");
      const tag = (await server.line()).split(" ")[0];
      if (challenge !== null) {
        await server.send(`+ ${btoa(challenge)}`);
        await server.line();
      }
      await server.send(`${tag} ${answer}`);
      const error = await creating;
      assert(error instanceof Error);
      assertEquals(error.message === "connected again", again, error.message);
      assertEquals(asked, again ? 2 : 1);
      assert(await server.isOver());
    });
  }

  test("T11 the public function is the same, over the runtime's sockets", async () => {
    const error = await outcome(createClientFromConfig({ host: "127.0.0.1" }));
    assert(error instanceof ConfigError);
  });
});
