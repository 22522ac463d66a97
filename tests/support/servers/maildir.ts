import { chownSync, existsSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { MailOwner } from "./mail_owner.ts";

/** A message for a folder: its text, or its text with flags and a date. */
export type Mail = string | Uint8Array | {
  readonly text: string | Uint8Array;
  readonly flags?: readonly SystemFlag[];
  readonly date?: Date;
};

/** A flag that Maildir can store in a file's name. */
export type SystemFlag = keyof typeof FLAG_LETTERS;

const FLAG_LETTERS = {
  "\\Draft": "D",
  "\\Flagged": "F",
  "\\Answered": "R",
  "\\Seen": "S",
  "\\Deleted": "T",
} as const;

let written = 0;

/** Writes messages directly into a Maildir, which is much faster than APPEND. */
export function writeMaildir(
  maildir: string,
  folder: string,
  messages: readonly Mail[],
  owner: MailOwner,
): void {
  const path = folder.toUpperCase() === "INBOX"
    ? maildir
    : join(maildir, `.${folder.replaceAll("/", ".")}`);
  for (const it of [maildir, path, ...["cur", "new", "tmp"].map((name) => join(path, name))]) {
    makeFolder(it, owner);
  }
  for (const message of messages) writeMessage(join(path, "cur"), message, owner);
}

function makeFolder(path: string, { uid, gid }: MailOwner): void {
  if (existsSync(path)) return;
  mkdirSync(path);
  chownSync(path, uid, gid);
}

function writeMessage(folder: string, message: Mail, { uid, gid }: MailOwner): void {
  const { text, flags = [], date } = isPlain(message) ? { text: message } : message;
  const letters = flags.map((flag) => FLAG_LETTERS[flag]).sort().join("");
  // The server numbers messages in the order of these names.
  const order = String(++written).padStart(6, "0");
  const file = join(
    folder,
    `${Math.floor(Date.now() / 1000)}.M${order}P${process.pid}.tests:2,${letters}`,
  );
  writeFileSync(file, text);
  chownSync(file, uid, gid);
  if (date) utimesSync(file, date, date);
}

function isPlain(message: Mail): message is string | Uint8Array {
  return typeof message === "string" || message instanceof Uint8Array;
}
