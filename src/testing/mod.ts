/**
 * An IMAP server in memory, to test against with no network and no files.
 *
 * @module
 */

export type { AppendOptions, FolderOptions, MemoryAccount } from "./account.ts";
export { type CapabilityOptions, MemoryServer, type MemoryServerOptions } from "./memory_server.ts";
export { fillSampleMailbox } from "./sample_mailbox.ts";
export type { Duplex, TlsOptions } from "../transport.ts";
