// docs/testing.md lists what the in-memory server can do: no more and no less.
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { COMMANDS } from "../../../src/testing/server/commands.ts";
import { MECHANISMS } from "../../../src/testing/server/mechanisms.ts";
import { connect, Scene } from "./raw_client.ts";

const [, GUIDE] = readFileSync("docs/testing.md", "utf8").split("\n### Capabilities\n");

/** The names in the list after these words. */
function listed(words: string): Set<string> {
  const [, list] = GUIDE.split(words)[1].split("\n\n");
  // What is in parentheses is an explanation.
  const names = list.replace(/\([^()]*\)/g, "").matchAll(/`([^`]+)`/g);
  return new Set([...names].map(([, name]) => name));
}

const standard = listed("It has these,");
const added = listed("And these,");

/** What the server's own code asks for. */
function askedFor(): Set<string> {
  const names = [...MECHANISMS.keys()].map((name) => `AUTH=${name}`);
  for (const { capability, uid } of COMMANDS.values()) {
    for (const name of [capability, uid]) if (name !== undefined) names.push(name);
  }
  for (const [, name] of source().matchAll(/(?:session|this)\.has\("([^"]+)"\)/g)) names.push(name);
  return new Set(names);
}

/** The code of the server's commands, without comments. */
function source(): string {
  const folder = "src/testing/server";
  const others = ["memory_server.ts", "capabilities.ts"];
  const files = readdirSync(folder).filter((name) => !others.includes(name));
  const text = files.map((name) => readFileSync(`${folder}/${name}`, "utf8")).join("\n");
  return text.replace(/\/\*[^]*?\*\/|\/\/.*/g, "");
}

describe("docs/testing.md", () => {
  it("what a server has without options → all of it is listed", async () => {
    const { server } = new Scene();
    const client = connect(server);
    const before = await client.until(/^\* OK /);
    await client.command("LOGIN ann secret");
    const names = `${before}\n${await client.command("CAPABILITY")}`.matchAll(
      /[[*] ?CAPABILITY ([^\]\r]+)/g,
    );
    const has = new Set([...names].flatMap(([, list]) => list.split(" ")));
    assertEquals([...standard].sort(), [...has].sort());
    await client.close();
  });

  it("what its code asks for → is listed; the lists have nothing in common", () => {
    const own = ["STARTTLS"];
    const missing = [...askedFor()].filter((name) =>
      ![...standard, ...added, ...own].includes(name)
    );
    assertEquals(missing, []);
    assertEquals([...added].filter((name) => standard.has(name)), []);
  });

  it("what can be added → its code knows it", () => {
    const code = source();
    const known = (name: string) => {
      const [stem] = name.split(/=\d/);
      const isMechanism = name.startsWith("AUTH=") && MECHANISMS.has(name.slice(5));
      return isMechanism ||
        new RegExp(`(?<![\\w-])${stem.replace("+", "\\+")}(?![\\w-])`).test(code);
    };
    assertEquals([...added].filter((name) => !known(name)), []);
    assert(added.size > 40, `only ${added.size}`);
  });
});
