import { existsSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "@std/assert";
import { runProgram } from "../../support/patience.ts";
import { skipLive } from "../../support/skip.ts";
import { Fixture } from "./server_fixture.ts";

/** Where `.ci/run` installs Python's IMAPClient, and which; `.ci/run` reads these lines. */
const FOLDER = "/opt/imapclient-python";
const REQUIREMENT = "IMAPClient==4.1.0";

const SCRIPT = fileURLToPath(new URL("python_session.py", import.meta.url));
const LIMIT_MS = 30_000;

const missing = skipLive(
  existsSync(`${FOLDER}/imapclient`) ? false : `there is no ${REQUIREMENT} for Python`,
);

/** Runs the script; returns the values that it prints, by name. */
async function session(port: number): Promise<Map<string, unknown>> {
  const env = [`PYTHONPATH=${FOLDER}`, "PYTHONDONTWRITEBYTECODE=1"];
  const { stdout, stderr } = await runProgram(
    "env",
    [...env, "python3", SCRIPT, `${port}`],
    LIMIT_MS,
  );
  const lines = stdout.split("\n").filter((line) => line !== "");
  const shown = new Map<string, unknown>(lines.map((line) => JSON.parse(line)));
  assert(shown.has("logout"), stderr);
  return shown;
}

describe("Python's IMAPClient", { skip: missing }, () => {
  it("R2 runs a whole session with the in-memory server", async () => {
    await using fixture = new Fixture();
    const { port } = await fixture.listen();
    const shown = await session(port);
    assertEquals(Object.fromEntries(shown), {
      "wrong password": "LoginError",
      "capability": true,
      "namespace": [[["", "/"]], null, null],
      "list": [
        [["\\HasNoChildren"], "INBOX"],
        [["\\HasNoChildren", "\\Sent"], "Sent"],
        [["\\HasChildren"], "Übung"],
        [["\\HasNoChildren"], "Übung/ä & b"],
      ],
      "subscribed": ["INBOX", "Sent"],
      "special": "Sent",
      "select": [3, 4, true],
      "append": "[APPENDUID 1 4] APPEND completed",
      "noop": [],
      "search": [2, 3],
      "search for text": [4],
      "sort": [2, 3, 1, 4],
      "thread": [[4], [1], [2], [3]],
      "envelope": "two",
      "date": "2026-05-12T07:14:32+00:00",
      "message": "Subject: four\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGrüße\r\n",
      "structure": [
        ...["text", "plain", ["charset", "utf-8"], null, null, "7bit", 9, 1],
        ...[null, null, null, null],
      ],
      "store": {
        "1": ["\\Flagged", "$Own", "\\Recent"],
        "2": ["\\Flagged", "$Own", "\\Recent"],
      },
      "flags": { "2": ["$Own", "\\Recent"] },
      "copy": null,
      "move": null,
      "expunge": ["EXPUNGE completed", [[1, "EXPUNGE"]]],
      "uid expunge": [null],
      "left": [2, 4],
      "status": { "MESSAGES": 2, "UNSEEN": 2, "UIDNEXT": 3 },
      "modseq": ["MODSEQ", "SEQ"],
      "idle": [[3, "EXISTS"], [3, "RECENT"], [2, "FETCH"], [1, "EXPUNGE"]],
      "exists": [true, false],
      "no such folder": "select failed",
      "logout": "until next time",
    });
    assertEquals(fixture.ann.messages("INBOX").map(({ uid }) => uid), [4, 5]);
    assertEquals(fixture.ann.folders.map(({ name }) => name), ["INBOX", "Sent", "Übung"]);
  });
});
