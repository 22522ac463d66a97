// Prints the extensions that no test proves, and the names that tests give but the list below
// lacks, and fails if there are any. It reads the reports that the tests wrote. An extension counts
// if a test for it passed on every reported runtime:
//
//   node tests/run.mjs --all --reports=folder && node tests/tools/extensions.mjs folder
//
// A test names the extensions that it proves at the end of its name: `[ext ESEARCH, SEARCHRES]`.
// docs/extensions.md describes them.
import process from "node:process";
import { provenInAll } from "../support/junit.mjs";

const EXTENSIONS = [
  // Modes, and what concerns the session.
  ...["IMAP4rev2", "UTF8=ACCEPT", "UIDONLY", "MESSAGELIMIT", "SAVELIMIT", "INPROGRESS"],
  ...[
    "UIDBATCHES",
    "UNAUTHENTICATE",
    "LANGUAGE",
    "COMPARATOR",
    "JMAPACCESS",
    "REFERRALS",
    "QUIRKS",
  ],
  // Synchronising.
  ...["CONDSTORE", "QRESYNC", "OBJECTID"],
  // Folders, rights, quotas and annotations.
  ...["LIST-EXTENDED", "LIST-STATUS", "LIST-MYRIGHTS", "LIST-METADATA", "SPECIAL-USE"],
  ...["CREATE-SPECIAL-USE", "FOLDER-TREE", "ACL", "METADATA", "ANNOTATE", "QUOTA"],
  // Searching, sorting and threads.
  ...["ESEARCH", "SEARCHRES", "PARTIAL", "ESORT", "CONTEXT", "MULTISEARCH", "FUZZY", "FILTERS"],
  ...["SAVEDATE", "GMAIL", "COUNT", "NUMBERSET", "SORT-HERE", "THREAD-HERE"],
];

/** The extensions at the end of a test's name, or of the name of a group. */
function extensionsIn(name) {
  const named = /\[ext ([^\]]+)\]$/.exec(name)?.[1] ?? "";
  return named.split(",").map((it) => it.trim()).filter((it) => it !== "");
}

const folder = process.argv[2];
if (folder === undefined) {
  console.error("usage: node tests/tools/extensions.mjs folder-with-reports");
  process.exit(2);
}
const proven = provenInAll(folder, extensionsIn);
const missing = EXTENSIONS.filter((name) => !proven.has(name));
const unknown = [...proven].filter((name) => !EXTENSIONS.includes(name));
for (const name of missing) console.log(`no test for ${name}`);
for (const name of unknown) console.log(`${name} is not in the list of extensions`);
process.exitCode = missing.length + unknown.length > 0 ? 1 : 0;
