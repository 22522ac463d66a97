/**
 * The annotations of a message (RFC 5257) by entry, such as `/comment`; each has values by
 * attribute, such as `value.priv` (for this user) and `value.shared` (for everyone). Values are
 * bytes, most of them text in UTF-8; `null` means that there is none.
 *
 * ```ts
 * import type { ImapClient } from "@imapclient/imapclient";
 *
 * async function comment(client: ImapClient, id: number) {
 *   const messages = await client.fetch(id, ["ANNOTATION (/comment value.priv)"]);
 *   const value = messages.get(id)?.ANNOTATION["/comment"]?.["value.priv"];
 *   return value ? new TextDecoder().decode(value) : null;
 * }
 * ```
 */
export type Annotations = Readonly<Record<string, Readonly<Record<string, Uint8Array | null>>>>;
