/**
 * The messages that the last search with `save: true` found in the selected folder. It stands for
 * them wherever a call takes message ids, and in search criteria (SEARCHRES, RFC 5182).
 *
 * It belongs to the selection in which they were saved. Once a folder is selected again, after a
 * saving search that failed, and while one is under way, calls with it throw `IllegalStateError`,
 * and nothing is sent.
 *
 * ```ts
 * import { type ImapClient, SAVED, SEEN } from "@imapclient/imapclient";
 *
 * async function archiveOld(client: ImapClient) {
 *   await client.search({ before: "2026-01-01" }, { save: true });
 *   await client.addFlags(SAVED, SEEN);
 *   await client.move(SAVED, "Archive");
 * }
 * ```
 */
export const SAVED: unique symbol = Symbol("SAVED");
