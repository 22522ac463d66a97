// Criteria as one text are sent as they are: whatever they contain, they are one command.
import { assert, assertEquals } from "@std/assert";
import { InvalidArgumentError, InvalidCriteriaError } from "../../../src/model/errors.ts";
import { test, turns } from "../../support/fake_server.ts";
import { utf8 } from "./kinds.ts";
import { LONG_TEXTS, NASTY, randomTexts } from "./values.ts";
import { SETTINGS, WatchedClient } from "./watched_client.ts";

/** Texts that combine quotes, backslashes, literals and line ends. */
const TRICKY = [
  ...['SUBJECT "x\\" é LOGOUT', 'SUBJECT "é', 'SUBJECT é"', '"é" "', '"\\é"', '"a\\', 'é "a\\" é'],
  ...['"é\r\nA1 LOGOUT"', 'x "é\r\nA1 LOGOUT\r\n"', "é {5+}", "é{5}", '"{5}" é', "é {5} é", "{5}é"],
  ...['TO "é" (CC "\\"é")', "(é)", "((é", "é)", "*", "OR é é", "é\u2028é", "é\u00a0é", "\ufeffé"],
  ...['"é"é', 'é"é"', '"a"é"b"', "é\\", "\\é", "~{3}", "x ~{3+}", 'a "b {3}', '"b {3}" ', "é {3} "],
];

/** The words, strings and parentheses of a text, as the server must see them. */
function wordsOf(text: string): string[] {
  const found = text.matchAll(/"((?:[^"\\]|\\.)*)"|[()]+|[^\s"()]+/gs);
  return Array.from(found, ([all, quoted]) => {
    return utf8(quoted === undefined ? all : quoted.replace(/\\(["\\])/g, "$1"));
  });
}

type Client = WatchedClient["client"];

/** The calls that take criteria, and what comes before the criteria. */
const CALLS = [
  {
    command: ["UID SEARCH"],
    call: (client: Client, text: string) => client.search(text),
  },
  {
    command: ["UID SORT", ["DATE"], "UTF-8"],
    call: (client: Client, text: string) => client.sort("DATE", text),
  },
  {
    command: ["UID THREAD", "REFERENCES", "UTF-8"],
    call: (client: Client, text: string) => client.thread("REFERENCES", text),
  },
];

for (const [i, setting] of SETTINGS.filter(({ folderEncode }) => folderEncode).entries()) {
  const { command, call } = CALLS[i % CALLS.length];
  test(`Z1 raw criteria for ${command[0]} are one command, or refused: ${setting.name}`, async () => {
    let watched: WatchedClient | null = null;
    const wrong: string[] = [];
    let [sent, refused] = [0, 0];
    for (const text of [...TRICKY, ...NASTY, ...LONG_TEXTS, ...randomTexts(600, 7)]) {
      watched ??= await WatchedClient.open({ ...setting, anyCriteria: true }, "selected");
      const error = await call(watched.client, text).catch((error: unknown) => error);
      try {
        const seen = watched.take();
        if (seen.length === 0) {
          refused++;
          assert(error instanceof InvalidCriteriaError, `${error}`);
          continue;
        }
        sent++;
        const words = [...seen[0].words];
        if (words[1] === "CHARSET") words.splice(1, 2);
        assertEquals([seen.length, words], [1, [...command, ...wordsOf(text)]]);
      } catch (what) {
        wrong.push(`${JSON.stringify(text).slice(0, 100)}: ${String(what).slice(0, 300)}`);
        watched.client.shutdown();
        watched = null;
      }
    }
    watched?.client.shutdown();
    assert(sent > 200 && refused > 200, `${sent} sent, ${refused} refused`);
    assert(wrong.length === 0, `${wrong.length} are wrong:\n${wrong.slice(0, 60).join("\n")}`);
  });
}

test("Z1 what the client sends about itself after a login is refused, or is one ID", async () => {
  const field = (text: string) => text.isWellFormed() && !text.includes("\0");
  for (const value of NASTY) {
    let watched: WatchedClient;
    try {
      watched = await WatchedClient.open(SETTINGS[0], "greeted", { id: { name: value } });
    } catch (error) {
      assert(error instanceof InvalidArgumentError, `${JSON.stringify(value)}: ${error}`);
      continue;
    }
    watched.agrees = true;
    await watched.client.login("u", "p");
    await turns(2);
    const names = watched.take().map(({ words }) => words);
    const ids = names.filter(([name]) => name === "ID");
    assertEquals(ids, field(value) ? [["ID", ["name", utf8(value)]]] : [], JSON.stringify(value));
    watched.client.shutdown();
  }
});

test("Z1 each step of a call with several is one command, with the name in its place", async () => {
  for (const value of ['a"b\\', "a\r\nA1 LOGOUT", "é", "{5+}", "*"]) {
    const watched = await WatchedClient.open(SETTINGS[4], "selected");
    watched.agrees = true;
    const { client } = watched;
    await client.setQuota([{ quotaRoot: value, resource: "STORAGE", limit: 1 }]);
    assertEquals(watched.take().map(({ words }) => words.slice(0, 2)), [
      ["SETQUOTA", utf8(value)],
      ["GETQUOTA", utf8(value)],
    ]);
    // A folder is looked for by its name with wildcards.
    await client.folderExists(value);
    assertEquals(watched.take().map(({ words }) => words), [["LIST", "", value]]);
    client.shutdown();
  }
});
