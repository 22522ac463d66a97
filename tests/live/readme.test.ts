import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { assert, assertEquals } from "@std/assert";
import { type Dovecot, dovecotMissing, startDovecot } from "../support/servers/dovecot.ts";
import { LIVE_MAILS } from "../support/servers/mails.ts";

/** What replaces the things that an example of the README can't have here. */
interface Stage {
  readonly tls: { readonly port: number; readonly ca: string };
  readonly starttls: { readonly port: number; readonly ca: string };
  readonly command: readonly string[];
  readonly folder: string;
  readonly said: unknown[][];
}

const EXAMPLES = [
  ...readFileSync("README.md", "utf8").matchAll(/\*\*(\w+)\*\*[^]*?```ts\n([^]*?)```/g),
];

describe("the examples of the README run against Dovecot", { skip: dovecotMissing }, () => {
  let server: Dovecot;
  // Inside the package, since the examples import it by its name.
  const folder = mkdtempSync(join("tests", "live", "readme-"));

  before(async () => {
    server = await startDovecot();
    server.addMail("ann", "INBOX", LIVE_MAILS.slice(1)); // the first one has been read
    server.addMail("ann", "INBOX", ["From: Bob\r\nSubject: for the README\r\n\r\nhello"]);
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await server?.stop();
  });

  async function run(name: string): Promise<unknown[][]> {
    const example = EXAMPLES.find(([, title]) => title === name);
    assert(example !== undefined, `an example for ${name}`);
    const stage: Stage = {
      tls: { port: server.tlsPort, ca: server.ca },
      starttls: { port: server.port, ca: server.ca },
      command: server.command("ann"),
      folder,
      said: [],
    };
    Object.assign(globalThis, { readme: stage });
    const code = example[2]
      .replace(
        'host: "imap.example.org", starttls: true',
        "...there(readme.starttls), starttls: true",
      )
      .replace('host: "imap.example.org"', "...there(readme.tls)")
      .replace(/const stream = \[.*\];/, "const stream = readme.command;")
      .replace("`${message.UID}.eml`", "`${readme.folder}/${message.UID}.eml`")
      .replaceAll("console.log(", "readme.said.push([")
      .replace(/(readme\.said\.push\(\[.*)\);/g, "$1]);");
    const file = join(folder, `${name}.ts`);
    writeFileSync(
      file,
      `${code}\nfunction there({ port, ca }) { return { host: "127.0.0.1", port, tls: { ca } }; }\nexport {};\n`,
    );
    await import(pathToFileURL(file).href);
    return stage.said;
  }

  it("Deno: search and fetch", async () => {
    const said = await run("Deno");
    assertEquals(said[0], ["4 messages"]);
    assertEquals(said[1].slice(0, 2), [4, "for the README"]);
  });

  it("Bun: messages into files", async () => {
    await run("Bun");
    const files = readdirSync(folder).filter((name) => name.endsWith(".eml")).sort();
    assertEquals(files, ["1.eml", "2.eml", "3.eml", "4.eml"]);
    assert(readFileSync(join(folder, "1.eml"), "utf8").includes("marked up words"));
  });

  it("Node: folders over STARTTLS", async () => {
    const said = await run("Node");
    assert(said.some(([name]) => name === "INBOX"));
  });

  it("ssh: the streams of a command", async () => {
    const said = await run("ssh");
    assertEquals(said[0].slice(1), ["selected", 4]);
    assertEquals(said[1], ["hello"]);
  });
});
