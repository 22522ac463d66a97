import type { ImapClient } from "@imapclient/imapclient";
import type { Account } from "./account.ts";

/** Bytes as text. */
export function text(bytes: Uint8Array | null): string {
  return new TextDecoder().decode(bytes ?? new Uint8Array());
}

/** A message with this subject, and more if given. */
export function mail(
  subject: string,
  { headers = "", body = `About ${subject}.` }: { headers?: string; body?: string } = {},
): string {
  return `From: Ann <ann@example.org>\r\nTo: bob@example.org\r\nDate: Thu, 02 Apr 2026 10:00:00 +0200\r\n${headers}` +
    `Subject: ${subject}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n` +
    `Content-Transfer-Encoding: 8bit\r\n\r\n${body}\r\n`;
}

/** Creates and selects a folder with these messages; returns their ids. */
export async function fill(
  account: Account,
  client: ImapClient,
  ...mails: string[]
): Promise<number[]> {
  const folder = account.messages = await account.make(client, "messages");
  for (const each of mails) await client.append(folder, each);
  await client.selectFolder(folder);
  if (account.quirks.gmail) await client.noop();
  return [...await client.search()];
}

/** Flags in lower case and in order, without `\\Recent`. */
export function lower(flags: readonly string[] | undefined): string[] {
  const all = (flags ?? []).map((flag) => flag.toLowerCase());
  return all.filter((flag) => flag !== "\\recent").sort();
}
