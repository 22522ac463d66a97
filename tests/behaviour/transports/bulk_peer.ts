import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Identity } from "../../support/identities.ts";

/** A server for one connection, in its own process. */
export interface BulkPeer {
  readonly port: number;
  /** How many of its bytes the system has accepted. */
  sent(): Promise<number>;
  /** Makes it read, which it does not do by itself; the result is the checksum. */
  read(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a server that sends or receives this many bytes. */
export async function bulkPeer(
  what: { readonly size: number; readonly floods: boolean; readonly tls?: Identity },
): Promise<BulkPeer> {
  const script = fileURLToPath(new URL("bulk_peer.mjs", import.meta.url));
  const child = spawn("node", [script], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const ask = async (line: string): Promise<string> => {
    const answered = once(lines, "line");
    child.stdin.write(`${line}\n`);
    return (await answered)[0];
  };
  return {
    port: Number(await ask(JSON.stringify(what))),
    sent: async () => Number(await ask("sent")),
    read: async () => void await ask("read"),
    close: async () => {
      child.stdin.end();
      await exited;
    },
  };
}
