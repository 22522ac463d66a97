/**
 * Makes all mistakes that users make, one after the other: prints a line for each and ends by
 * itself. Run by bad_input.test.ts with the ports of a Dovecot and its authority's certificate
 * file.
 */

import { readFileSync } from "node:fs";
import process from "node:process";
import { ImapClient } from "../../mod.ts";
import { slowness } from "../support/patience.ts";

const [plainPort, tlsPort, caFile] = process.argv.slice(2);
const host = "127.0.0.1";
const ca = readFileSync(caFile, "utf8");
const plain = { host, port: Number(plainPort), ssl: false };
const secure = { host, port: Number(tlsPort), tls: { ca } };

async function report(what: string, step: () => Promise<unknown>): Promise<void> {
  const started = performance.now();
  try {
    await step();
    console.log(`${what}: nothing was wrong`);
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    const { code, command, cause } = error as Record<string, unknown>;
    const all = JSON.stringify([String(error), (error as Error).stack, code, command, `${cause}`]);
    const secret = all.includes("hunter2") ? " SECRET SHOWN" : "";
    const slow = performance.now() - started > 4000 * slowness() ? " LATE" : "";
    console.log(`${what}: ${name}: ${(error as Error).message.split("\n")[0]}${secret}${slow}`);
  }
}

const connect = (options: object) => () => ImapClient.connect({ timeout: 30, ...options });
await report("host", connect({ host: "no-such-host.invalid" }));
await report("host text", connect({ host: "a b" }));
await report("no host", connect({}));
await report("port", connect({ host, port: 1 }));
await report("port number", connect({ host, port: 70000 }));
await report("port for plain text", connect({ ...plain, ssl: true }));
await report("port for TLS", connect({ ...plain, port: Number(tlsPort), timeout: 3 }));
await report("untrusted certificate", connect({ host, port: Number(tlsPort) }));
await report("certificate's name", connect({ ...secure, tls: { ca, serverName: "b.example" } }));
await report("certificate over STARTTLS", connect({ ...plain, ssl: undefined, starttls: true }));
await report("greeting", connect({ stream: ["echo", "220 smtp.example.org ESMTP"] }));
await report("silence", connect({ stream: ["sleep", "60"], timeout: 0.5 }));
await report("command", connect({ stream: ["no-such-command-here"] }));
await report("contradiction", connect({ stream: ["cat"], port: 143 }));

const client = await ImapClient.connect(plain);
await report("password", () => client.login("ann", "hunter2"));
await report("password with NUL", () => client.login("ann", "hunter2\0"));
await report("no login", () => client.listFolders());
await client.login("ann", "secret");
await report("no folder", () => client.search());
await report("folder", () => client.selectFolder("no such folder"));
await client.selectFolder("INBOX");
await report("criterion", () => client.search(["SUBJECT"]));
await report("criterion of the server's", () => client.search(["NOSUCHKEY"]));
await report("ids", () => client.fetch("1-5", ["FLAGS"]));
await report("id 0", () => client.fetch(0, ["FLAGS"]));
await report("item", () => client.fetch(1, ["FLAGS)"]));
await report("item of the server's", () => client.fetch(1, ["NOSUCHITEM"]));
await report("nothing", async () => await client.fetch([], ["FLAGS"]));
await client.logout();
await report("after the end", () => client.noop());
