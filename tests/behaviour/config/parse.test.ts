import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import fc from "fast-check";
import { ImapError } from "@imapclient/imapclient";
import {
  ConfigError,
  getConfigDefaults,
  parseConfig,
  parseConfigFile,
} from "../../../src/config/mod.ts";
import type { AccountConfig } from "../../../src/config/mod.ts";
import { accountOf, assertKeeps, errorOf, inFolder, printed, withFile } from "./support.ts";

/** The example from the manual, chapter "Configuration File Format". */
const MANUAL = `[DEFAULT]
host = imap.mailserver.com
username = bob
password = sekret
ssl = True
`;

const ALL = `[DEFAULT]
host = imap.example.org
username = ann@example.org
password = s3kret
port = 1993
ssl = on
starttls = off
ssl_check_hostname = no
ssl_verify_cert = yes
ssl_ca_file = ~/certificates/ca.pem
timeout = 2.5
enable = IMAP4rev2, UIDONLY
stream = 0
oauth2 = 1
oauth2_client_id = 0123
oauth2_client_secret = true
oauth2_refresh_token = 1//ab#c;d
oauth2_token_url = https://login.example.org/token
`;

describe("configuration files", () => {
  it("T6 the manual's example is read", async () => {
    await withFile(MANUAL, async (path) => {
      const file = await parseConfigFile(path);
      assertEquals({ ...file.default }, {
        host: "imap.mailserver.com",
        username: "bob",
        password: "sekret",
        ssl: true,
      });
      assertEquals(file.sections.size, 0);
    });
  });

  it("T6 other sections inherit from DEFAULT, in their order", () => {
    const text = `[2]\nport = 2\n[DEFAULT]\nhost = h\nport = 1\ntimeout = 5\npassword = p
[1]\nport =\npassword =\n[__proto__]\nhost = x\nexpect_failure = refused|down`;
    const file = parseConfig(text, "test.ini", {});
    assertEquals<unknown>({ ...file.default }, { host: "h", port: 1, timeout: 5, password: "p" });
    const sections = [...file.sections].map(([name, account]) => [name, { ...account }]);
    assertEquals<unknown>(sections, [
      ["2", { host: "h", port: 2, timeout: 5, password: "p" }],
      ["1", { host: "h", timeout: 5, password: "" }],
      [
        "__proto__",
        { host: "x", port: 1, timeout: 5, password: "p", expectFailure: "refused|down" },
      ],
    ]);
  });

  it("T6 without a section DEFAULT there is an error", () => {
    assertEquals(errorOf("[other]\nhost = x").message, "test.ini: there is no section DEFAULT");
    const { message, file, section, key } = errorOf("[default]\nhost = x");
    assertEquals(
      message,
      "test.ini: there is no section DEFAULT: [default] must be written [DEFAULT]",
    );
    assertEquals([file, section, key], ["test.ini", null, null]);
    assertEquals(errorOf("").message, "test.ini: there is no section DEFAULT");
  });

  it("T7 every key is read with its type", () => {
    assertEquals({ ...accountOf(ALL) }, {
      host: "imap.example.org",
      username: "ann@example.org",
      password: "s3kret",
      port: 1993,
      ssl: true,
      starttls: false,
      sslCheckHostname: false,
      sslVerifyCert: true,
      sslCaFile: join(homedir(), "certificates/ca.pem"),
      timeout: 2.5,
      enable: ["IMAP4rev2", "UIDONLY"],
      stream: false,
      oauth2: true,
      oauth2ClientId: "0123",
      oauth2ClientSecret: "true",
      oauth2RefreshToken: "1//ab#c;d",
      oauth2TokenUrl: "https://login.example.org/token",
    });
  });

  it("T7 keys may be in any case; comments, BOM and all line ends will do", () => {
    const lines = ["\uFEFF# one", "; two", "// three", "  [DEFAULT]  ", "\tHOST=h", " Port\t=  1 "];
    for (const end of ["\n", "\r\n", "\r"]) {
      assertEquals({ ...accountOf(lines.join(end)) }, { host: "h", port: 1 });
    }
  });

  it("T7 ~ is the home folder only at the beginning and alone", () => {
    const path = (text: string) => accountOf(`[DEFAULT]\nssl_ca_file = ${text}`).sslCaFile;
    assertEquals(path("~"), homedir());
    assertEquals(path("~/a/~"), `${homedir()}/a/~`);
    assertEquals(path("~ann/ca.pem"), "~ann/ca.pem");
    assertEquals(path("/a/~/b c.pem"), "/a/~/b c.pem");
  });

  it("T7 with stream the host is a command line", () => {
    const text = "[DEFAULT]\nhost = ssh me@example.org /usr/lib/dovecot/imap\nstream = yes";
    const { host, stream } = accountOf(text);
    assertEquals([host, stream], ["ssh me@example.org /usr/lib/dovecot/imap", true]);
  });

  const wrong = [
    ["port", "abc"],
    ["port", "0"],
    ["port", "65536"],
    ["port", "-1"],
    ["port", "143.5"],
    ["port", "0x10"],
    ["port", "1e3"],
    ["port", "١٤٣"],
    ["enable", "A(B"],
    ["enable", ","],
    ["enable", "UTF8=ONLY"],
    ["timeout", "0"],
    ["timeout", "-1"],
    ["timeout", "soon"],
    ["timeout", "1e3"],
    ["timeout", "Infinity"],
    ["timeout", "2000001"],
    ["timeout", "."],
    ["ssl", "maybe"],
    ["ssl", "2"],
    ["starttls", '"yes"'],
    ["stream", "y"],
    ["oauth2", "tru"],
    ["ssl_check_hostname", "null"],
    ["ssl_verify_cert", "-"],
  ] as const;
  it("T7 T8 an invalid value is an error with its place", () => {
    for (const [name, value] of wrong) {
      const error = errorOf(`[DEFAULT]\nhost = x\n\n${name} = ${value}`);
      assert(error.message.startsWith(`test.ini:4: [DEFAULT] ${name}: must be `), error.message);
      assert(error.message.endsWith(`not "${value}"`), error.message);
      assertEquals([error.file, error.section, error.key], ["test.ini", "DEFAULT", name]);
      assertInstanceOf(error, ImapError);
      const inOther = errorOf(`[DEFAULT]\n[o ü]\n${name.toUpperCase()}=${value}`);
      assertEquals([inOther.section, inOther.key], ["o ü", name]);
    }
  });

  it("T7 keys that DEFAULT may not have, and contradictory ones", () => {
    const cases = [
      ["expect_failure = x", "expect_failure", "is for the other sections only"],
      ["ssl = yes\nstarttls = yes", "starttls", '"ssl ="'],
      ["host = run\nstream = yes\nport = 1", "port", '"port ="'],
      ["host = run\nstream = yes\nssl = yes", "ssl", '"ssl ="'],
      ["host = run\nstream = yes\nstarttls = yes", "starttls", '"starttls ="'],
      ["host = https://u:hunter2@x/", "host", "must be a host name"],
      ["host = a b", "host", "must be a host name"],
      ["oauth2_token_url = http://example.org/token", "oauth2_token_url", "https://"],
      ["oauth2_token_url = https://u:hunter2@x/", "oauth2_token_url", "without a user's name"],
      ["oauth2_token_url = hunter2", "oauth2_token_url", "must be a URL"],
      ["oauth2_token_url = file:///hunter2", "oauth2_token_url", "https://"],
    ];
    for (const [text, key, problem] of cases) {
      const error = errorOf(`[DEFAULT]\n${text}`);
      assertEquals([error.section, error.key], ["DEFAULT", key]);
      assert(error.message.includes(problem), error.message);
      assertKeeps(error, ["hunter2"]);
    }
    const error = errorOf("[DEFAULT]\nssl = on\n[other]\nstarttls = on");
    assertEquals([error.section, error.key], ["other", "starttls"]);
    const cured = "[DEFAULT]\nssl = on\n[other]\nstarttls = on\nssl =";
    const { sections } = parseConfig(cured, "", {});
    assertEquals<unknown>({ ...sections.get("other") }, { starttls: true });
    assertEquals(errorOf("[DEFAULT]\n[x]\nexpect_failure = (").key, "expect_failure");
    for (const host of ["http://localhost:8/t", "http://127.9.9.9/", "http://[::1]/t"]) {
      assertEquals(accountOf(`[DEFAULT]\noauth2_token_url = ${host}`).oauth2TokenUrl, host);
    }
  });

  it("T7 a misspelt key is an error that names the nearest right one", () => {
    const cases = {
      hots: "host",
      hostname: "host",
      server_host: "host",
      user: "username",
      usrname: "username",
      Pasword: "password",
      pass: "password",
      prot: "port",
      tls: "starttls",
      start_tls: "starttls",
      verify: "ssl_verify_cert",
      ca_file: "ssl_ca_file",
      "ssl-check-hostname": "ssl_check_hostname",
      sslCaFile: "ssl_ca_file",
      tiemout: "timeout",
      refresh_token: "oauth2_refresh_token",
      client_id: "oauth2_client_id",
      oath2: "oauth2",
      expect_fail: "expect_failure",
    };
    for (const [key, right] of Object.entries(cases)) {
      const error = errorOf(`[DEFAULT]\n[work]\n${key} = secret`);
      const place = `test.ini:3: [work] ${key.toLowerCase()}`;
      assertEquals(error.message, `${place}: there is no such key; did you mean ${right}?`);
      assertEquals(error.key, key.toLowerCase());
    }
    assertEquals(errorOf("[DEFAULT]\nconstructor = 1").key, "constructor");
  });

  it("T8 booleans", () => {
    for (const text of ["1", "yes", "true", "on", "Yes", "TRUE", "On"]) {
      assertEquals(accountOf(`[DEFAULT]\nssl = ${text}`).ssl, true);
    }
    for (const text of ["0", "no", "false", "off", "No", "FALSE", "oFF"]) {
      assertEquals(accountOf(`[DEFAULT]\nssl=${text}`).ssl, false);
    }
  });

  it("T8 empty values count as missing, except the password", () => {
    const empty = ALL.replace(/=.*$/gm, "=");
    assertEquals<unknown>({ ...accountOf(empty) }, { password: "" });
  });
});

describe("passwords", () => {
  it("T7 keep every character", () => {
    const passwords = [
      ...["", ";", "#", "=", "a;b", "a ; b", "x#y", "# x", "; x", "//", "a=b=c", "=", "===", "[x]"],
      ...['"', '""', '"quoted"', '"', "'single'", "'", '"a', 'a"', "`", "\\", "\\n", "a\\"],
      ...["0123", "000", "0", "1e5", "0x10", "-0", "1.0", "Infinity", "12345678901234567890"],
      ...["true", "false", "null", "undefined", "True", "NaN", "%s", "%0041", "100%", "$HOME"],
      ...[
        "~",
        "~/x",
        "ü☢🔑",
        "\u00a0x\u00a0",
        "a\u2028b",
        "\u2029",
        "a\tb",
        "a\vb",
        "\x00",
        "\x7f",
      ],
      ...["\ufeffx", "host = x", "a  b", "a: b"],
    ];
    for (const password of passwords) {
      for (const line of [`password = ${password}`, `PASSWORD=${password}`]) {
        assertEquals(accountOf(`[DEFAULT]\n${line}\nhost = h`), { password, host: "h" });
      }
    }
  });

  it("T7 any password written into a file is read back", async () => {
    const passwords = fc.string({ unit: "binary" })
      .filter((it) => !/[\r\n]|^[ \t]|[ \t]$/.test(it) && it.isWellFormed());
    await inFolder(async (folder) => {
      const path = join(folder, "account.ini");
      const property = fc.asyncProperty(passwords, passwords, async (password, secret) => {
        const sections = `[DEFAULT]\npassword = ${password}\n[x]\noauth2_client_secret = ${secret}`;
        writeFileSync(path, sections);
        const file = await parseConfigFile(path);
        assertEquals(file.default.password, password);
        assertEquals(file.sections.get("x")?.oauth2ClientSecret, secret || undefined);
        assertEquals(file.sections.get("x")?.password, password);
      });
      await fc.assert(property, { numRuns: 300 });
    });
  });

  it("T7 secrets are not shown when an account is printed", () => {
    const secrets = ["pass-word", "client-secret", "refresh-token"];
    const text = `[DEFAULT]\nhost = h\npassword = ${secrets[0]}
oauth2_client_id = id-1\noauth2_client_secret = ${secrets[1]}\noauth2_refresh_token = ${secrets[2]}
[other]\nport = 1`;
    const file = parseConfig(text, "test.ini", {});
    const defaults = getConfigDefaults({ imapclient_password: secrets[0] });
    for (const value of [file, file.default, file.sections, file.sections.get("other"), defaults]) {
      const text = printed(value);
      for (const secret of secrets) assert(!text.includes(secret), text);
      assert(text.includes("**REDACTED**"), text);
    }
    assert(printed(file.default).includes("id-1"));
    assertEquals(file.default.password, secrets[0]);
  });
});

describe("hostile files", () => {
  it("T6 a line that is not INI is an error that does not show it", () => {
    const cases = [
      "password: secret",
      "password secret",
      "secret",
      "= secret",
      "password: secret = x",
      "  secret-secret-secret-secret-secret==",
      "sécret = 1",
      "[secret",
      "[DEFAULT] ; secret",
      "[secret] = 1",
      "[]",
      "[ ]",
    ];
    for (const text of cases) {
      const error = errorOf(`[DEFAULT]\nhost = x\n${text}\n`);
      assert(error.message.startsWith("test.ini:3: a "), error.message);
      assertKeeps(error, ["secret"]);
    }
    assertEquals(errorOf("host = x").message.startsWith("test.ini:1: host: must stand in"), true);
  });

  it("T6 a duplicate is an error", () => {
    const key = errorOf("[DEFAULT]\npassword = a\nPassword = b");
    assertEquals(key.message, "test.ini:3: [DEFAULT] password: stands there twice");
    const section = errorOf("[DEFAULT]\nhost = a\n[x]\n[ x ]");
    assertEquals(section.message, "test.ini:4: [x] stands there twice");
    assertEquals(errorOf("[DEFAULT]\n[DEFAULT]").section, "DEFAULT");
  });

  it("T6 any text is read or refused in one line", () => {
    const line = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("[DEFAULT]", "[x]", "host = h", "port = 1", "ssl = 1", "__proto__ = 1"),
    );
    fc.assert(fc.property(fc.array(line), (lines) => {
      try {
        parseConfig(lines.join("\n"), "test.ini", {});
      } catch (error) {
        assertInstanceOf(error, ConfigError);
        assert(/^test\.ini:/.test(error.message) && !/\p{Cc}/u.test(error.message));
      }
    }));
  });

  it("T6 long lines and many sections take no time", () => {
    const many = Array.from({ length: 20_000 }, (_, i) => `[s${i}]\nport = 1`).join("\n");
    assertEquals(parseConfig(`[DEFAULT]\n${many}`, "x", {}).sections.size, 20_000);
    const long = `${"\t ".repeat(200_000)}x`;
    assertEquals(accountOf(`[DEFAULT]\npassword = a${long}`).password, `a${long}`);
    assert(errorOf(`[DEFAULT]\nport = ${"9".repeat(500_000)}`).message.length < 400);
    assert(errorOf(`[DEFAULT]\n${"x".repeat(500_000)} = 1`).message.length < 400);
  });

  it("T6 T12 a file that can't be read is an error with its name", async () => {
    await inFolder(async (folder) => {
      const refused = async (name: string, content?: string | Uint8Array) => {
        const path = join(folder, name);
        if (content !== undefined) writeFileSync(path, content);
        const error = await assertRejects(() => parseConfigFile(path), ConfigError);
        assertEquals([error.file, error.section, error.key], [path, null, null]);
        return error.message.replace(`${path}: `, "");
      };
      mkdirSync(join(folder, "sub"));
      assertEquals(await refused("none.ini"), "there is no such file");
      assertEquals(await refused("none/none.ini"), "there is no such file");
      assertEquals(await refused("sub"), "it can't be read: it is a folder");
      assertEquals(
        await refused("latin1.ini", new Uint8Array([0x23, 0xfc])),
        "it is not text in UTF-8",
      );
      assertEquals(
        await refused("large.ini", "#".repeat((1 << 20) + 1)),
        "it is larger than 1 MiB: no configuration",
      );
      assertEquals(await refused("empty.ini", ""), "there is no section DEFAULT");
    });
    if (process.platform === "win32") return;
    const error = await assertRejects(() => parseConfigFile("/dev/zero"), ConfigError);
    assert(error.message.includes("larger than 1 MiB"));
  });
});

describe("defaults of the environment", () => {
  const variables = {
    imapclient_username: "ann",
    imapclient_password: "0123",
    imapclient_oauth2_client_id: "id",
    imapclient_oauth2_client_secret: "true",
    imapclient_oauth2_refresh_token: "1//x",
  };
  const expected: AccountConfig = {
    username: "ann",
    password: "0123",
    oauth2ClientId: "id",
    oauth2ClientSecret: "true",
    oauth2RefreshToken: "1//x",
  };

  it("T9 are the variables of the manual's names", () => {
    assertEquals({ ...getConfigDefaults({ ...variables, imapclient_host: "h" }) }, expected);
    assertEquals<unknown>({ ...getConfigDefaults({}) }, {});
    assertEquals<unknown>({ ...getConfigDefaults({ imapclient_password: "" }) }, {});
  });

  it("T9 T12 replace what files do not set", async () => {
    const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
    Object.assign(process.env, variables);
    try {
      assertEquals({ ...getConfigDefaults() }, expected);
      await withFile("[DEFAULT]\nhost = h\nusername = bob\n[x]\nusername =", async (path) => {
        const { default: main, sections } = await parseConfigFile(path);
        assertEquals({ ...main }, { ...expected, host: "h", username: "bob" });
        assertEquals(sections.get("x")?.username, undefined);
        assertEquals(sections.get("x")?.password, "0123");
      });
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  });
});
