// The parts of the shell, except evaluating and showing values.
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { inShellWords } from "../../../src/cli/hints.ts";
import { historyPath, keepHistory, readHistory, SecretLines } from "../../../src/cli/history.ts";
import { interruptible } from "../../../src/cli/interruptible.ts";
import { MEMBERS } from "../../../src/cli/members.ts";
import { bytesText, ProgressLine, progressText } from "../../../src/cli/progress.ts";
import { xoauth2 } from "@imapclient/imapclient";
import { connectFake, selectFake, test } from "../../support/fake_server.ts";

describe("interruptible", () => {
  const reason = new Error("Ctrl-C");

  test("every call made while something runs is aborted with it", async () => {
    const { client } = await selectFake({}, "IMAP4rev1 IDLE MOVE");
    const signal = AbortSignal.abort(reason);
    const wrapped = interruptible(client, () => signal) as unknown as Record<
      string,
      (...args: unknown[]) => PromiseLike<unknown> | AsyncGenerator
    >;
    const given: Record<string, unknown[]> = {
      saslLogin: [xoauth2("ann", "token")],
      enable: [["CONDSTORE"]],
    };
    for (const [name, parameters] of Object.entries(MEMBERS)) {
      // These do something without the server, or before it is asked.
      if (
        parameters === null ||
        /login|starttls|capabilit|append|idle(?:Check|Done)|xlist|quota|acl/i.test(name)
      ) {
        continue;
      }
      const call = async () => {
        const result = wrapped[name](...(given[name] ?? argsFor(parameters)));
        return Symbol.asyncIterator in result ? await result.next() : await result;
      };
      const error = await call().catch((it: Error) => it) as Error;
      assert(
        error === reason || /Capability|InvalidArgument/.test(error?.name),
        `${name}: ${error}`,
      );
    }
    client.shutdown();
  });

  /** Valid arguments for most calls, except the options. */
  function argsFor(parameters: number): unknown[] {
    return ["1", ["1"], "1", "1"].slice(0, parameters - 1);
  }

  test("the caller's own options and signal are kept", async () => {
    const { client, server } = await selectFake();
    const wrapped = interruptible(client, () => new AbortController().signal);
    const own = new AbortController();
    const selecting = wrapped.selectFolder("x", { readonly: true, signal: own.signal });
    await server.expect('EXAMINE "x"');
    own.abort(reason);
    assertStrictEquals(await selecting.catch((it) => it), reason);
    client.shutdown();
  });

  test("a mechanism's options come after it", async () => {
    const { client, server } = await connectFake({}, "* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] x");
    const controller = new AbortController();
    const wrapped = interruptible(client, () => controller.signal);
    const login = wrapped.saslLogin(xoauth2("ann", "token"));
    await server.expect("AUTHENTICATE XOAUTH2");
    controller.abort(reason);
    assertStrictEquals(await login.catch((it) => it), reason);
    client.shutdown();
  });

  test("with nothing running, calls and attributes are the client's own", async () => {
    const { client, server } = await selectFake();
    const wrapped = interruptible(client, () => undefined);
    const noop = wrapped.noop();
    await server.answer("NOOP");
    await noop;
    wrapped.useUid = false;
    assertEquals([client.useUid, wrapped.state], [false, "selected"]);
    wrapped.shutdown();
    await assertRejects(() => wrapped.noop());
  });
});

describe("the progress line", () => {
  const none = { received: 100, sent: 100, toReceive: 0, toSend: 0 };

  it("tells bytes, rate and time left", () => {
    const down = { ...none, received: 4_000_100, toReceive: 6_000_000 };
    assertEquals(progressText(none, down, 2), "received 4.0 MB of 10.0 MB, 2.0 MB/s, 3 s left");
    const up = { ...none, sent: 400_100, toSend: 60_000_000 };
    assertEquals(progressText(none, up, 2), "sent 400.0 kB of 60.4 MB, 200.0 kB/s, 5 min left");
    const unknown = { ...none, received: 50_100 };
    assertEquals(progressText(none, unknown, 2), "received 50.0 kB, 25.0 kB/s");
    const slow = { ...none, received: 50_100, toReceive: 5_000_000_000 };
    assertEquals(progressText(none, slow, 1), "received 50.0 kB of 5.0 GB, 50.0 kB/s, 27.8 h left");
    assertEquals(progressText(none, none, 12.7), "waiting, 12 s (Ctrl-C interrupts)");
  });

  it("writes bytes as people read them", () => {
    const texts = [0, 999, 1000, 999_949, 999_950, 1e9, 5e12, 5e15].map(bytesText);
    assertEquals(texts, [
      ...["0 bytes", "999 bytes", "1.0 kB", "999.9 kB", "1.0 MB", "1.0 GB", "5.0 TB", "5000.0 TB"],
    ]);
  });

  it("is not shown for fast calls, and is removed at the end", async () => {
    const written: string[] = [];
    const screen = { columns: 30, write: (text: string) => written.push(text) };
    const quick = new ProgressLine(screen, () => none);
    await new Promise((resolve) => setTimeout(resolve, 400));
    quick.end();
    assertEquals(written, []);
    const slow = new ProgressLine(screen, () => none);
    while (written.length < 2) await new Promise((resolve) => setTimeout(resolve, 50));
    slow.end();
    assertEquals(written[0], "\r\x1b[Kwaiting, 1 s (Ctrl-C interru…");
    assertEquals(written.at(-1), "\r\x1b[K");
  });
});

describe("the history", () => {
  it("keeps lines that nobody else can read, the latest first, and none with a secret", async () => {
    const folder = mkdtempSync(join(tmpdir(), "imapclient-history-"));
    const path = join(folder, "history");
    assertEquals(await readHistory(path), []);
    const secrets = ["c.login('ann', 'x')", "password = 1", "accessToken", "scramSha256()"];
    await keepHistory(path, ["newest", ...secrets, "oldest"]);
    assertEquals(readFileSync(path, "utf8"), "oldest\nnewest\n");
    assertEquals(statSync(path).mode & 0o777, 0o600);
    assertEquals(await readHistory(path), ["newest", "oldest"]);
    await keepHistory(join(folder, "no", "folder"), ["x"]);
    rmSync(folder, { recursive: true });
  });

  it("a file that others can read → another in its place, whole, and closed to them [fault E6]", async () => {
    const folder = mkdtempSync(join(tmpdir(), "imapclient-history-"));
    const path = join(folder, "history");
    const modeOf = (file: string) => statSync(file).mode & 0o777;
    for (const mode of [0o644, 0o666, 0o400, 0o600]) {
      writeFileSync(path, "before\n");
      chmodSync(path, mode);
      const { ino } = statSync(path);
      await keepHistory(path, ["after"]);
      assertEquals([readFileSync(path, "utf8"), modeOf(path)], ["after\n", 0o600]);
      // A program that has the old file open sees nothing of the new one.
      assert(statSync(path).ino !== ino);
    }
    // A link stays a link.
    const link = join(folder, "link");
    symlinkSync("history", link);
    await keepHistory(link, ["through the link"]);
    assertEquals([readlinkSync(link), readFileSync(path, "utf8")], [
      "history",
      "through the link\n",
    ]);
    // A failure removes its own files, and changes nothing that is not a file.
    const other = join(folder, "folder");
    mkdirSync(other);
    await keepHistory(other, ["x"]);
    await keepHistory("/dev/null", ["x"]);
    assert(!statSync("/dev/null").isFile());
    await keepHistory(join(folder, "no", "folder"), ["x"]);
    assertEquals(readdirSync(folder).sort(), ["folder", "history", "link"]);
    rmSync(folder, { recursive: true });
  });

  it("a statement over several lines is judged as a whole [fault E6]", () => {
    const secret = [
      'await c.login("ann",\n"hunter2")\n',
      "await c.login(\n'ann',\n'hunter2'\n)\n",
      "const account = {\n  password:\n    `hunter2`,\n}\n",
      "await c.plainLogin('ann',\n// my own\n'hunter2'",
      "c.saslLogin(x(\nhunter2",
      "const pw =\n'hunter2'\n",
      "const credentials = [\n'hunter2'\n]",
    ];
    for (const statement of secret) {
      const lines = new SecretLines();
      lines.judge(statement);
      const kept = statement.split("\n").filter((line) => line !== "" && !lines.has(line));
      assertEquals(kept, [], statement);
    }
    const lines = new SecretLines();
    lines.judge("await c.fetch(\n'1:*', ['FLAGS'])\n");
    assert(!lines.has("'1:*', ['FLAGS'])"));
  });

  it("is in the home folder, elsewhere, or nowhere", async () => {
    assertEquals(historyPath({}), join(homedir(), ".imapclient_history"));
    assertEquals(historyPath({ IMAPCLIENT_HISTORY: "/x" }), "/x");
    assertEquals(historyPath({ IMAPCLIENT_HISTORY: "" }), null);
    assertEquals(await readHistory(null), []);
    await keepHistory(null, ["x"]);
  });
});

describe("hints", () => {
  it("name what the shell can be given, on its command line or in a file [fault F5]", () => {
    const hints: readonly (readonly [string, string, string])[] = [
      ["not trusted; pass it as tls.ca", "pass it with --ca-file", "pass it with ssl_ca_file"],
      ["if so, set tls.serverName to a name in the certificate", "as -H", "as host"],
      ["or STARTTLS (starttls: true)", "(--starttls)", "(starttls = yes)"],
      ["use 'starttls: true'", "use --starttls", 'use "starttls = yes"'],
      [
        "connect without 'ssl: false' and 'starttls'",
        "--insecure and --starttls",
        '"ssl = no" and',
      ],
      ["no version of TLS that is accepted (tls.minVersion)", "is accepted", "is accepted"],
    ];
    for (const [hint, onCommandLine, inFile] of hints) {
      for (
        const [text, expected] of [[inShellWords(hint, false), onCommandLine], [
          inShellWords(hint, true),
          inFile,
        ]]
      ) {
        assert(text.includes(expected), text);
        assert(!/tls\.|starttls:/.test(text), text);
      }
    }
    assertEquals(inShellWords("LOGIN failed", true), "LOGIN failed");
  });
});
