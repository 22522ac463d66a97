/**
 * IMAP servers to test against. They use no files, and no network unless asked to: `MemoryServer`
 * keeps mail in memory, and `ScriptedServer` follows a script.
 *
 * @module
 */

export type {
  AppendOptions,
  FolderOptions,
  MemoryAccount,
  MemoryFolder,
  MemoryMessage,
  UserOptions,
} from "./account.ts";
export type { CommandFaultOptions, FaultOptions, Faults, RefusalOptions } from "./server/faults.ts";
export type { Listener, ListenOptions } from "./listener.ts";
export {
  type CapabilityOptions,
  MemoryServer,
  type MemoryServerOptions,
} from "./server/memory_server.ts";
export { literal, ScriptedServer, type ScriptedServerOptions } from "./scripted_server.ts";
export { fillSampleMailbox } from "./sample_mailbox.ts";
export type { Duplex, TlsOptions, Transport } from "../model/transport.ts";
