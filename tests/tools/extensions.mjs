// Prints the extensions and abilities that no test proves, and the names that tests give but the
// list below lacks, and fails if there are any. It reads the reports that the tests wrote. One
// counts if a test for it passed on every reported runtime:
//
//   node tests/run.mjs --all --reports=folder && node tests/tools/extensions.mjs folder
//
// A test names what it proves at the end of its name: `[ext ESEARCH, SEARCHRES]`. What the library
// leaves out on purpose has a row in the last table of docs/extensions.md instead, which says why.
import { readFileSync } from "node:fs";
import process from "node:process";
import { provenInAll } from "../support/junit.mjs";

const EXTENSIONS = [
  // The protocol's core.
  ...["IMAP4rev1", "LITERAL+", "LITERAL-", "UTF-7", "PIPELINING", "ENABLE", "ID"],
  // TLS, and what keeps a session safe.
  ...["TLS", "STARTTLS", "STARTTLS-INJECTION", "COMMAND-INJECTION", "LOG-REDACTION"],
  // Logging in.
  ...["LOGIN", "SASL-IR", "SASL-MECHANISM", "PLAIN", "PLAIN-AUTHZID", "EXTERNAL", "XOAUTH2"],
  ...["OAUTHBEARER", "NON-ASCII-PASSWORD", "AUTHENTICATE", "TOKEN-AGAIN", "CRAM-MD5"],
  ...["SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512", "CHANNEL-BINDING", "ANONYMOUS"],
  ...["AUTH=LOGIN", "NTLM", "GSSAPI"],
  // Modes, and what concerns the session.
  ...["IMAP4rev2", "UTF8=ACCEPT", "UIDONLY", "MESSAGELIMIT", "SAVELIMIT", "INPROGRESS"],
  ...["UIDBATCHES", "UNAUTHENTICATE", "COMPRESS", "LANGUAGE", "COMPARATOR", "JMAPACCESS"],
  ...["REFERRALS", "QUIRKS"],
  // Synchronising.
  ...["CONDSTORE", "QRESYNC", "OBJECTID"],
  // Folders, rights, quotas and annotations.
  ...["LIST-EXTENDED", "LIST-STATUS", "LIST-MYRIGHTS", "LIST-METADATA", "SPECIAL-USE"],
  ...["CREATE-SPECIAL-USE", "FOLDER-TREE", "ACL", "METADATA", "ANNOTATE", "QUOTA"],
  ...["LIST", "LSUB", "XLIST", "NAMESPACE", "SELECT", "CLOSE", "UNSELECT", "STATUS", "STATUS=SIZE"],
  // Searching, sorting and threads.
  ...["ESEARCH", "SEARCHRES", "PARTIAL", "ESORT", "CONTEXT", "MULTISEARCH", "FUZZY", "FILTERS"],
  ...["SAVEDATE", "GMAIL", "COUNT", "NUMBERSET", "SORT-HERE", "THREAD-HERE", "SEARCH"],
  ...["RAW-CRITERIA", "CHARSET", "BADCHARSET", "WITHIN", "SORT", "SORT=DISPLAY", "THREAD"],
  // Messages.
  ...["ENVELOPE", "BODYSTRUCTURE", "PARTIAL-FETCH", "STREAMED-DOWNLOAD", "LONG-SETS", "SILENT"],
  ...["APPEND", "APPENDLIMIT", "STREAMED-UPLOAD", "UIDPLUS", "MOVE", "MOVE-FALLBACK"],
  ...["REPLACE", "BINARY", "LITERAL8", "CATENATE", "MULTIAPPEND"],
  ...["URLAUTH", "URLAUTH=BINARY", "PREVIEW", "KEYWORDS", "FLAG-COLORS"],
  // Watching.
  ...["NOTIFY", "ALERT"],
  // Left out.
  ...["CONVERT", "DIGEST-MD5"],
];

/** The extensions at the end of a test's name, or of the name of a group. */
function extensionsIn(name) {
  const named = /\[ext ([^\]]+)\]$/.exec(name)?.[1] ?? "";
  return named.split(",").map((it) => it.trim()).filter((it) => it !== "");
}

/** What the last table of docs/extensions.md says is left out. */
function leftOut() {
  const text = readFileSync(new URL("../../docs/extensions.md", import.meta.url), "utf8");
  const section = text.slice(text.indexOf("\n## What there is no call for\n"));
  return new Set([...section.matchAll(/^\| *([^ |]+) /gm)].map(([, name]) => name));
}

const folder = process.argv[2];
if (folder === undefined) {
  console.error("usage: node tests/tools/extensions.mjs folder-with-reports");
  process.exit(2);
}
const proven = provenInAll(folder, extensionsIn);
const elsewhere = leftOut();
const missing = EXTENSIONS.filter((name) => !proven.has(name) && !elsewhere.has(name));
const unknown = [...proven].filter((name) => !EXTENSIONS.includes(name));
for (const name of missing) console.log(`no test for ${name}`);
for (const name of unknown) console.log(`${name} is not in the list of extensions`);
process.exitCode = missing.length + unknown.length > 0 ? 1 : 0;
