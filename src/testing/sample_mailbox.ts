import { parseDate } from "../model/dates.ts";
import type { MemoryAccount } from "./account.ts";
import * as messages from "./sample_messages.ts";

/** A message and its flags. */
type Filed = readonly [message: string, ...flags: string[]];

const [HIKE, FIRST_ANSWER, ...MORE_ANSWERS] = messages.THREAD;

const FOLDERS: readonly (readonly [name: string, specialUse: string | null, ...Filed[]])[] = [
  [
    "INBOX",
    null,
    [messages.CAFE_BILL, "\\Seen"],
    [messages.MINUTES, "\\Seen", "\\Answered"],
    [messages.SUMMER_PARTY, "\\Seen", "\\Flagged"],
    [FIRST_ANSWER, "\\Seen"],
    ...MORE_ANSWERS.map((message): Filed => [message, "\\Seen"]),
    [messages.ZURICH, "\\Seen", "\\Flagged", "$Forwarded"],
    [messages.MEETING_IN_TOKYO],
    [messages.TIMETABLE, "\\Seen"],
    [messages.OFFER],
    [messages.NEWSLETTER],
    [messages.ANNUAL_REPORT, "\\Flagged"],
    [messages.FORWARDED],
  ],
  ["Archive", "\\Archive", [messages.OLD_NEWS, "\\Seen"]],
  ["Drafts", "\\Drafts", [messages.DRAFT, "\\Draft", "\\Seen"]],
  ["Sent", "\\Sent", [messages.SENT_REPLY, "\\Seen"], [HIKE, "\\Seen"]],
  ["Junk", "\\Junk", [messages.LOTTERY, "$Junk"]],
  ["Trash", "\\Trash", [messages.THROWN_AWAY, "\\Seen", "\\Deleted"]],
  ["Überweisungen & Rechnungen", null, [messages.INVOICE, "\\Seen", "\\Flagged"]],
  ["12345", null, [messages.TICKET]],
];

/** For the draft, which has no date of its own. */
const UNDATED = "Fri, 12 Jun 2026 18:00:00 +0200";

/**
 * Fills an account with typical messages: subjects in many charsets, several parts, an attachment,
 * a forwarded message, a thread. The result is always the same, including UIDs and dates.
 *
 * ```ts
 * import { fillSampleMailbox, MemoryServer } from "@imapclient/imapclient/testing";
 *
 * const server = new MemoryServer();
 * fillSampleMailbox(server.addUser("ann", "secret"));
 * ```
 */
export function fillSampleMailbox(account: MemoryAccount): void {
  for (const [name, specialUse, ...filed] of FOLDERS) {
    if (name !== "INBOX") account.createFolder(name, specialUse === null ? {} : { specialUse });
    for (const [message, ...flags] of filed) {
      const written = /^Date: (.*)$/m.exec(message)?.[1] ?? UNDATED;
      account.append(name, message, { flags, date: parseDate(written)! });
    }
  }
}
