import { execFileSync } from "node:child_process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { assertEquals } from "@std/assert";
import { runProgram } from "../../support/patience.ts";
import { skipLive } from "../../support/skip.ts";
import { Fixture } from "./server_fixture.ts";

const SCRIPT = fileURLToPath(new URL("python_extensions.py", import.meta.url));
const LIMIT_MS = 30_000;

const ADDED = [
  ...["COMPRESS=DEFLATE", "BINARY", "CATENATE", "REPLACE", "NOTIFY", "URLAUTH=BINARY"],
  ...["WITHIN", "SEARCH=FUZZY", "ESEARCH"],
];

function missing(): string | false {
  try {
    execFileSync("python3", ["--version"], { stdio: "ignore" });
    return false;
  } catch {
    return skipLive("there is no python3");
  }
}

describe("extensions by Python's imaplib and zlib", { skip: missing() }, () => {
  const name = "the in-memory server does what RFCs say " +
    "[ext COMPRESS, BINARY, LITERAL8, CATENATE, REPLACE, NOTIFY, URLAUTH, URLAUTH=BINARY, WITHIN, FUZZY]";
  it(name, async () => {
    await using fixture = new Fixture({ capabilities: { add: ADDED } });
    const { port } = await fixture.listen();
    const { stdout } = await runProgram("python3", [SCRIPT, `${port}`], LIMIT_MS);
    const lines = stdout.split("\n").filter((line) => line !== "");
    const shown = Object.fromEntries(lines.map((line) => JSON.parse(line)));
    assertEquals(shown, {
      "compress": "OK",
      "twice": "BAD",
      "long append": "OK",
      "select": ["OK", ["4"]],
      "long fetch": [true, true],
      "search": ["OK", ["4"]],
      "compressed idle": "",
      "append": "OK",
      "binary": "* 6 FETCH (UID 6 BINARY.SIZE[2] 3 BINARY[1] {5}\r\nplain BINARY[1]<1> {3}\r\nlai)",
      "a NUL": "* 6 FETCH (UID 6 BINARY[2] ~{3}\r\naNULb)",
      "literal8": "OK [APPENDUID 1 7] APPEND completed",
      "literal8+": "OK [APPENDUID 1 8] APPEND completed",
      "a NUL in a literal": "BAD a literal can't hold a NUL",
      "literal8 stored": [2, 2],
      "catenate": "OK [APPENDUID 1 9] APPEND completed",
      "catenate at once": "OK [APPENDUID 1 10] APPEND completed",
      "catenated": ["Subject: 9\r\n\r\nplain\0.", "Subject: 10\r\n\r\nplain"],
      "no such part": "NO [BADURL /INBOX/;UID=99] there is no such message",
      "replace": [
        ...["* OK [APPENDUID 1 11] appended", "* 10 EXPUNGE", "* 10 EXISTS", "* 10 RECENT"],
        "OK UID REPLACE completed",
      ],
      "replace by number": "OK REPLACE completed",
      "nothing to replace": "NO [NONEXISTENT] there is no such message",
      "left": ["1 2 3 4 5 6 7 8 11"],
      "token": [true, true],
      "no such folder": 'NO [NONEXISTENT] there is no folder "x"',
      "urlfetch": "* URLFETCH URL {4}\r\nYQBi URL (BODYPARTSTRUCTURE " +
        '("text" "plain" ("charset" "us-ascii") NIL NIL "binary" 3 0)) ' +
        "(BINARY ~{3}\r\naNULb) URL0 NIL",
      "resetkey": ["OK [URLMECH INTERNAL] RESETKEY completed"],
      "revoked": "* URLFETCH URL NIL",
      "within": [[""], ["1 2 3 4 5 6 7 8 9"]],
      "fuzzy": "ALL 4 RELEVANCY (100)",
      "fuzzy sort": "* SORT 3 2",
      "not fuzzy": "BAD RELEVANCY needs FUZZY",
      "notify": [
        '* STATUS "INBOX" (MESSAGES 9 UIDNEXT 12 UIDVALIDITY 1)',
        '* STATUS "Sent" (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 2)',
        "OK NOTIFY completed",
      ],
      "new mail": "(MESSAGES 2 UIDNEXT 3 UIDVALIDITY 2)",
      "new folder": '() "/" "New"',
      "flags": [
        '* STATUS "Sent" (MESSAGES 2 UIDNEXT 3 UIDVALIDITY 2 HIGHESTMODSEQ 3)',
        "OK NOTIFY completed",
      ],
      "flag change": "(UNSEEN 1)",
      "flag change with CONDSTORE": "(UNSEEN 2 HIGHESTMODSEQ 5 UIDVALIDITY 2)",
      "no such event": "NO [BADEVENT (MessageNew MessageExpunge FlagChange MailboxName " +
        "SubscriptionChange)] no such event here",
      "notify none": "OK NOTIFY completed",
      "nothing more": ["OK NOOP completed"],
      "logout": "BYE",
    });
  });
});
