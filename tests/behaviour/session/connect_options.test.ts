import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type ConnectOptions, ImapClient, InvalidArgumentError } from "../../../mod.ts";
import { MemoryServer } from "../../../src/testing/mod.ts";
import { connectFake, test } from "../../support/fake_server.ts";

/** The error for options that the types forbid; nothing may be connected for it. */
async function refusal(options: unknown): Promise<string> {
  let opened = false;
  const transport = () => {
    opened = true;
    return Promise.reject(new Error("opened"));
  };
  const isRecord = typeof options === "object" && options !== null && !Array.isArray(options);
  const given = isRecord && !("stream" in options) ? { transport, ...options } : options;
  const connect = () => ImapClient.connect(given as ConnectOptions);
  const { message } = await assertRejects(connect, InvalidArgumentError);
  assert(!opened);
  return message;
}

const WRONG: readonly (readonly [options: unknown, message: string])[] = [
  [{ port: "993" }, "'port' must be a number, not a string"],
  [{ port: "imaps" }, "'port' must be a number, not a string"],
  [{ port: null }, "'port' must be a number, not null"],
  [{ port: 993n }, "'port' must be a number, not a bigint"],
  [{ port: NaN }, "'port' must be a number, not NaN"],
  [{ port: 99.3 }, "'port' must be a whole number from 1 to 65535: 99.3"],
  [{ host: 12 }, "'host' must be a string, not 12"],
  [{ host: null }, "'host' must be a string, not null"],
  [{ host: new URL("imaps://imap.test") }, "'host' must be a string, not an object"],
  [{ host: ["imap.test"] }, "'host' must be a string, not a list"],
  [{ ssl: "false" }, "'ssl' must be true or false, not a string"],
  [{ ssl: 0 }, "'ssl' must be true or false, not 0"],
  [{ ssl: null }, "'ssl' must be true or false, not null"],
  [{ ssl: {} }, "'ssl' must be true or false, not an object"],
  [{ starttls: "yes" }, "'starttls' must be true or false, not a string"],
  [{ starttls: 1 }, "'starttls' must be true or false, not 1"],
  [{ useUid: "no" }, "'useUid' must be true or false, not a string"],
  [{ useUid: null }, "'useUid' must be true or false, not null"],
  [{ tls: true }, "'tls' must be an object, not a boolean"],
  [{ tls: null }, "'tls' must be an object, not null"],
  [{ transport: {} }, "'transport' must be a function, not an object"],
  [{ signal: new AbortController() }, "'signal' must be an AbortSignal, not an object"],
  [{ signal: null }, "'signal' must be an AbortSignal, not null"],
  [{ signal: true }, "'signal' must be an AbortSignal, not a boolean"],
  [{ id: "mine" }, "'id' must be an object or false, not a string"],
  [{ id: true }, "'id' must be an object or false, not a boolean"],
  [{ id: null }, "'id' must be an object or false, not null"],
  [{ id: { name: 5 } }, `the ID field "name" must be text or null`],
  [
    { enable: "all" },
    `'enable' must be "best" or a list of capabilities that ENABLE takes, not a string`,
  ],
  [
    { enable: ["A B"] },
    `'enable' must be "best" or a list of capabilities that ENABLE takes, not a list`,
  ],
  [
    { enable: ["UTF8=ONLY"] },
    `'enable' must be "best" or a list of capabilities that ENABLE takes, not a list`,
  ],
  [
    { enable: ["X\r\nA1 LOGOUT"] },
    `'enable' must be "best" or a list of capabilities that ENABLE takes, not a list`,
  ],
  [
    { enable: null },
    `'enable' must be "best" or a list of capabilities that ENABLE takes, not null`,
  ],
  [{ limits: 5 }, "'limits' must be an object, not 5"],
  [{ limits: null }, "'limits' must be an object, not null"],
  [{ limits: { line: "1000" } }, "'limits.line' must be a number above 0, not a string"],
  [{ limits: { items: 0 } }, "'limits.items' must be a number above 0, not 0"],
  [{ limits: { nesting: NaN } }, "'limits.nesting' must be a number above 0, not NaN"],
  [{ limits: { literal: null } }, "'limits.literal' must be a number above 0, not null"],
  [
    { limits: { literals: 5 } },
    `there is no option "limits.literals": did you mean 'limits.literal'?`,
  ],
  [{ timeout: { connect: 5 } }, "'timeout' needs both 'connect' and 'read', or is one number"],
  [{ timeout: {} }, "'timeout' needs both 'connect' and 'read', or is one number"],
  [
    { timeout: { connect: "5", read: 5 } },
    "'timeout.connect' must be a number of seconds above 0, not a string",
  ],
  [
    { timeout: { connect: 5, read: Infinity } },
    "'timeout.read' must be a number of seconds above 0, not Infinity",
  ],
  [
    { timeout: { connect: 5, read: 5, reed: 5 } },
    `there is no option "timeout.reed": did you mean 'timeout.read'?`,
  ],
  [null, "the options must be an object, not null"],
  [undefined, "the options must be an object, not undefined"],
  ["imap.test", "the options must be an object, not a string"],
  [["imap.test"], "the options must be an object, not a list"],
];

const TIMEOUT = "'timeout' must be a number of seconds above 0 or an object or null, not";
const LOGGER = "'logger' must be an object with the methods debug, info and warn, not";
const COMMAND = "'stream' must be a command line, or a list of a program and its arguments, not";

const WRONG_KINDS:
  readonly (readonly [name: string, values: readonly unknown[], message: string])[] = [
    ["timeout", ["30", NaN, 0, -5, Infinity, true, [], 1e9], TIMEOUT],
    ["logger", [false, null, "debug", () => {}, {}, { debug: () => {} }, { warn: "x" }], LOGGER],
    ["stream", [true, "", " ", [], [""], ["ssh", 5], 5, null, {}, "a\0b", ["ssh", "\0"]], COMMAND],
  ];

/** Options that people know from other libraries or misspell, and the hint they get. */
const UNKNOWN: readonly (readonly [names: readonly string[], hint: RegExp])[] = [
  [["Port", "prot"], /did you mean 'port'\?$/],
  [["use_uid", "useUID", "useUids"], /did you mean 'useUid'\?$/],
  [["startTLS", "STARTTLS", "start_tls"], /did you mean 'starttls'\?$/],
  [["SSL", "sls"], /did you mean 'ssl'\?$/],
  [["time_out", "timeouts"], /did you mean 'timeout'\?$/],
  [["Logger", "loger"], /did you mean 'logger'\?$/],
  [["abortSignal"], /did you mean 'signal'\?$/],
  [["secure"], /'ssl'/],
  [["pass", "user", "auth", "password", "username", "userName"], /client\.login\(user, password\)/],
  [["rejectUnauthorized", "rejectUnauthorised", "reject_unauthorized"], /go into 'tls'$/],
  [["ca", "cert", "key", "servername", "tlsOptions", "ssl_context"], /go into 'tls'/],
  [
    ["socketTimeout", "socket_timeout", "connectionTimeout", "greetingTimeout"],
    /\{ connect, read \}/,
  ],
  [["hostname", "server"], /'host'/],
  [["clientInfo"], /'id'/],
  [["xyzzy", "", "__proto__x", "constructor", "\r\n"], /: there are host, port, ssl, /],
];

describe("connect options", () => {
  for (const [options, message] of WRONG) {
    it(`connect: ${message} → refused, nothing opened [fault E10]`, async () => {
      assertEquals(await refusal(options), message);
    });
  }

  for (const [name, values, message] of WRONG_KINDS) {
    it(`connect: a '${name}' of the wrong kind → refused, nothing opened [fault E10]`, async () => {
      for (const value of values) {
        const found = await refusal({ [name]: value });
        assert(found.startsWith(message), found);
      }
    });
  }

  for (const [names, hint] of UNKNOWN) {
    it(`connect: no option ${JSON.stringify(names)} → the error names the right one [fault E10]`, async () => {
      for (const name of names) {
        const message = await refusal({ [name]: "hunter2" });
        assert(message.startsWith(`there is no option ${JSON.stringify(name)}: `), message);
        assert(hint.test(message), message);
        assert(!message.includes("hunter2"));
      }
    });
  }

  it("connect: an unknown option of TLS → the error names its place [fault E10]", async () => {
    const message = await refusal({ tls: { rejectUnauthorised: false } });
    assert(message.includes("'tls.dangerouslyDisableVerification'"), message);
  });
});

test("connect: options that are undefined → as if left out [fault E10]", async () => {
  const names = ["host", "port", "ssl", "starttls", "tls", "stream", "timeout", "useUid", "id"];
  const rest = ["limits", "logger", "signal"];
  const options = Object.fromEntries([...names, ...rest].map((name) => [name, undefined]));
  const limits = { line: undefined, literal: undefined, items: undefined };
  const { client } = await connectFake({ ...options, limits: limits as object });
  assert(client.useUid && client.host === null);
  client.shutdown();
});

test("connect: a limit that is undefined → the default holds still [fault E10]", async () => {
  const commands: string[] = [];
  const server = new MemoryServer({
    greeting: "PREAUTH",
    log: (side, text) => {
      if (side === "client") commands.push(text);
    },
  });
  server.addUser("ann", "secret");
  const limits = { ids: undefined, line: 1e6 } as object;
  const client = await ImapClient.connect({ transport: server.transport, limits });
  await client.selectFolder("INBOX");
  await client.copy(Array.from({ length: 5000 }, (_, i) => 2 * i + 1), "INBOX");
  const lengths = commands.filter((it) => it.includes("COPY")).map((it) => it.length);
  assert(lengths.length > 2 && lengths.every((it) => it < 8100), `${lengths}`);
  client.shutdown();
});

test("connect: signals and loggers of other classes → accepted by their methods [fault E10]", async () => {
  class Log {
    lines: string[] = [];
    debug(line: string) {
      this.lines.push(line);
    }
    info(line: string) {
      this.lines.push(line);
    }
    warn(line: string) {
      this.lines.push(line);
    }
  }
  const logger = new Log();
  const { signal } = new AbortController();
  const foreign = {
    aborted: false,
    addEventListener() {},
    removeEventListener() {},
    throwIfAborted() {},
  } as unknown as AbortSignal;
  for (const one of [signal, AbortSignal.timeout(1e6), foreign]) {
    const { client } = await connectFake({ logger, signal: one });
    client.shutdown();
  }
  assert(logger.lines.length > 0);
});
