/**
 * IMAP servers to test against, with no network and no files: one that keeps mail in memory, and
 * one that follows a script.
 *
 * @module
 */

export type { AppendOptions, FolderOptions, MemoryAccount, UserOptions } from "./account.ts";
export { type CapabilityOptions, MemoryServer, type MemoryServerOptions } from "./memory_server.ts";
export { ScriptedServer, type ScriptedServerOptions } from "./scripted_server.ts";
export { fillSampleMailbox } from "./sample_mailbox.ts";
export type { Duplex, TlsOptions } from "../transport.ts";
