// The shell without a terminal: one expression, lines through a pipe, and every possible error.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { fillSampleMailbox, type Listener, MemoryServer } from "@imapclient/imapclient/testing";
import {
  createAuthority,
  LOOPBACK_HOSTS,
  opensslMissing,
} from "../../support/servers/certificates.ts";
import { runShell } from "./terminal.ts";

const PASSWORD = "s3cr3t;#=\"'x";

describe("the shell without a terminal", () => {
  const folder = mkdtempSync(join(tmpdir(), "imapclient-interact-"));
  const server = new MemoryServer();
  let listener: Listener;
  let account: string;
  let place: string[];

  before(async () => {
    fillSampleMailbox(server.addUser("ann", PASSWORD));
    listener = await server.listen();
    const { host, port } = listener;
    account = fileOf("ann.ini", `host = ${host}\nport = ${port}\nssl = no`);
    place = ["-H", host, "-P", String(port), "--insecure", "-u", "ann", "-p", PASSWORD];
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  /** A configuration file with ann's name and password. */
  function fileOf(name: string, lines: string): string {
    const path = join(folder, name);
    writeFileSync(path, `[DEFAULT]\n${lines}\nusername = ann\npassword = ${PASSWORD}\n`);
    return path;
  }

  const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

  async function evaluated(code: string, args = ["-f", account]): Promise<string> {
    const { status, stdout, stderr } = await runShell([...args, "-e", code]);
    assertEquals([stderr, status], ["", 0]);
    return textOf(stdout);
  }

  it("T3 -e prints the value of an expression, by the account of a file", async () => {
    const folders = await evaluated("await c.listFolders()");
    assertMatch(folders, /^flags +delimiter +name\n-+ +-+ +-+\n\\HasNoChildren +\/ +INBOX\n/);
  });

  it("T1 -e with the account on the command line; a promise is waited for", async () => {
    assertEquals(await evaluated("c.folderExists('INBOX')", place), "true\n");
  });

  it("a string is printed as it is, and undefined not at all", async () => {
    assertEquals(await evaluated("'a' + 1"), "a1\n");
    assertEquals(await evaluated("void 0"), "");
  });

  it("bytes go out as they are: a message can be put into a file", async () => {
    const code = "await c.selectFolder('INBOX'); (await c.fetch(14, ['RFC822'])).get(14).RFC822";
    const message = await evaluated(code);
    assertMatch(message, /^Date: .*\r\n[^]*\r\n$/);
    assert(message.length > 500);
  });

  it("there is no limit to what goes into a pipe", async () => {
    const lines = await evaluated("new Map(Array.from({ length: 3000 }, (_, i) => [i, ['x']]))");
    assertEquals(lines.split("\n").length, 3001);
  });

  it("lines through a pipe are run one after the other", async () => {
    const lines =
      "const n = 6\n\nfunction f(x) {\n  return n * x;\n}\nf(7)\nawait c.noop() && 'ok'";
    const { status, stdout, stderr } = await runShell(["-f", account], lines);
    assertEquals([textOf(stdout), stderr, status], ["42\nok\n", "", 0]);
  });

  it("lines through a pipe end with the first error", async () => {
    const { status, stdout, stderr } = await runShell(["-f", account], "1\nc.fetch(1, 'FLAGS')\n2");
    assertEquals([textOf(stdout), status], ["1\n", 1]);
    assertMatch(stderr, /^interact: UID FETCH needs a selected folder[^\n]*\n$/);
  });

  it("--help lists all options", async () => {
    const { status, stdout } = await runShell(["--help"]);
    assertEquals(status, 0);
    const options = "-H -u -p -P -s -f -e --host --username --password --port --ssl --starttls";
    for (
      const option of `${options} --insecure --ca-file --file --section --eval --debug --help`
        .split(" ")
    ) {
      assertStringIncludes(textOf(stdout), option);
    }
  });

  it("--debug shows what is sent and where errors come from, and no password", async () => {
    const { status, stderr } = await runShell([...place, "--debug", "-e", "c.selectFolder('no')"]);
    assertEquals(status, 1);
    assertMatch(stderr, /> A\d+ LOGIN \*\*REDACTED\*\*/);
    assertMatch(stderr, /interact: ImapError: SELECT failed[^\n]*\n +at /);
    assertFalse(stderr.includes("s3cr3t"), stderr);
  });

  it("T5 -P counts for TLS too", async () => {
    let first = 0;
    const listening = createServer((socket) => {
      socket.once("data", (bytes: Uint8Array) => {
        first = bytes[0];
        socket.destroy();
      }).on("error", () => {});
    });
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    const { port } = listening.address() as AddressInfo;
    const args = ["-H", "127.0.0.1", "-P", String(port), "-s", "-u", "ann", "-p", PASSWORD];
    const { status, stderr } = await runShell([...args, "-e", "1"]);
    listening.close();
    assertEquals([status, first], [1, 22]); // a TLS handshake
    assertMatch(stderr, /^interact: [^\n]*127\.0\.0\.1[^\n]*\n$/);
  });

  it("connects by TLS and STARTTLS, and a hint names an option that there is [fault F5]", {
    skip: opensslMissing,
  }, async () => {
    const authority = createAuthority(folder);
    const tls = authority.issue("server", { hosts: LOOPBACK_HOSTS });
    for (const starttls of [false, true]) {
      const { host, port } = await server.listen({ tls, starttls });
      const how = `ssl_ca_file = ${authority.ca.certFile}\nstarttls = ${starttls}`;
      const path = fileOf("tls.ini", `host = ${host}\nport = ${port}\n${how}`);
      assertEquals(await evaluated("c.ssl", ["-f", path]), "true\n");
      const ca = ["--ca-file", authority.ca.certFile, ...(starttls ? ["--starttls"] : [])];
      const reach = ["-H", host, "-P", String(port), "-u", "ann", "-p", PASSWORD];
      assertEquals(await evaluated("c.ssl", [...reach, ...ca]), "true\n");
      const args = ["-H", host, "-P", String(port), "-u", "ann", "-p", PASSWORD, "-e", "c.ssl"];
      const { status, stderr } = await runShell(starttls ? [...args, "--starttls"] : args);
      assertEquals(status, 1);
      assertMatch(stderr, /^interact: [^\n]*certificate[^\n]*with --ca-file\n$/i);
      const untrusting = fileOf(
        "untrusting.ini",
        `host = ${host}\nport = ${port}\nstarttls = ${starttls}`,
      );
      const refused = await runShell(["-f", untrusting, "-e", "c.ssl"]);
      assertEquals(refused.status, 1);
      assertMatch(refused.stderr, /^interact: [^\n]*certificate[^\n]*with ssl_ca_file\n$/i);
    }
  });

  it("a section of the file → its account, with what DEFAULT says [fault F5]", async () => {
    server.addUser("bob", "another");
    const { host, port } = listener;
    const path = join(folder, "two.ini");
    const bob = "[bob at work]\nusername = bob\npassword = another";
    writeFileSync(
      path,
      `[DEFAULT]\nhost = ${host}\nport = ${port}\nssl = no\nusername = ann\npassword = x\n${bob}\n`,
    );
    const exists = "(await c.selectFolder('INBOX')).EXISTS";
    for (const option of ["-S", "--section"]) {
      assertEquals(await evaluated(exists, ["-f", path, option, "bob at work"]), "0\n");
    }
    assertEquals(await evaluated(exists, ["-f", account, "-S", "DEFAULT"]), "14\n");
    const { stderr, status } = await runShell(["-f", path, "-S", "bob", "-e", "1"]);
    assertEquals(status, 2);
    assertMatch(stderr, /no section bob in .*two\.ini; there are DEFAULT, bob at work\n/);
  });

  describe("bad input is one line and a status", () => {
    const USAGE = "\ninteract: --help lists the options";
    const closed = "host = 127.0.0.1\nport = 1\nssl = no";
    const cases: readonly (readonly [string, () => string[], number, RegExp])[] = [
      ["no such file", () => ["-f", join(folder, "no.ini")], 2, /no\.ini: there is no such file$/],
      ["a folder for a file", () => ["-f", folder], 2, /it is a folder$/],
      ["no section DEFAULT", () => [...raw("[default]\nhost=x")], 2, /\[DEFAULT\]$/],
      ["a misspelt key", () => raw("[DEFAULT]\nhots=x"), 2, /raw\.ini:2: .*hots.*host/],
      ["a bad boolean", () => raw("[DEFAULT]\nssl=maybe"), 2, /\[DEFAULT\] ssl: must be 1, yes/],
      ["a bad port", () => raw("[DEFAULT]\nport=x"), 2, /\[DEFAULT\] port: must be a whole number/],
      ["no host in it", () => raw("[DEFAULT]\nusername=x"), 2, /\[DEFAULT\] host: missing$/],
      [
        "no password in it",
        () => raw("[DEFAULT]\nhost=x\nusername=x"),
        2,
        /the password is missing/,
      ],
      [
        "-f and another option",
        () => ["-f", account, "-H", "x"],
        2,
        usage("If -f/--file is given"),
      ],
      ["-s and --insecure", () => ["-s", "--insecure"], 2, usage("--ssl and --insecure exclude")],
      ["an unknown option", () => ["--hots", "x"], 2, usage("no option --hots: .*--host")],
      ["a bare word [fault F5]", () => ["hunter2"], 2, usage("without an option: write -H HOST")],
      ["-S without -f [fault F5]", () => ["-S", "x", "-H", "x"], 2, usage("give -f, too")],
      [
        "a bare word behind options [fault F5]",
        () => ["-H", "x", "hunter2"],
        2,
        usage("without an option"),
      ],
      ["a CA file with -f [fault F5]", () => ["-f", account, "--ca-file", "x"], 2, usage("If -f")],
      [
        "a CA file that is not there [fault F5]",
        () => [...place.slice(0, 4), "-u", "x", "-p", "x", "--ca-file", "/no/ca"],
        2,
        /no\/ca: there is no such file$/,
      ],
      ["a port that is none", () => ["-P", "x"], 2, usage("--port must be")],
      ["an option without its value", () => ["-H"], 2, usage("-H needs a value")],
      ["an option twice", () => ["-H", "a", "-H", "b"], 2, usage("--host is given twice")],
      ["no host", () => ["-u", "ann"], 2, usage("the host is missing: give -H")],
      ["no user", () => ["-H", "x"], 2, usage("the username is missing: give -u")],
      ["no password", () => ["-H", "127.0.0.1", "-u", "x"], 2, usage("the password is missing")],
      ["a host that is none", () => ["-H", "a b", "-u", "x", "-p", "x"], 1, /'host' must be/],
      ["a server that is down", () => ["-f", fileOf("down.ini", closed)], 1, /127\.0\.0\.1:1 /],
      ["an expression that fails", () => ["-f", account, "-e", "c.foo()"], 1, /foo/],
      ["no JavaScript", () => ["-f", account, "-e", "1 +"], 1, /Unexpected token/],
    ];

    function raw(content: string): string[] {
      const path = join(folder, "raw.ini");
      writeFileSync(path, content);
      return ["-f", path];
    }

    function usage(text: string): RegExp {
      return new RegExp(`${text}[^\n]*${USAGE}$`);
    }

    for (const [what, args, expected, error] of cases) {
      it(`T3 ${what}: status ${expected}`, async () => {
        const { status, stdout, stderr } = await runShell(args());
        assertEquals([textOf(stdout), status], ["", expected]);
        assertMatch(stderr.trimEnd(), error);
        assertMatch(stderr, /^interact: [^\n]*\n(interact: --help lists the options\n)?$/);
        assertFalse(/s3cr3t|hunter2/.test(stderr), stderr);
      });
    }

    it("T3 a wrong password: status 1", async () => {
      const args = [...place.slice(0, -1), "hunter2", "-e", "1"];
      const { status, stderr } = await runShell(args);
      assertMatch(stderr, /^interact: 127\.0\.0\.1: LOGIN failed: [^\n]*\n$/);
      assertEquals([status, stderr.includes("hunter2")], [1, false]);
    });
  });
});
