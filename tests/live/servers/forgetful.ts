/**
 * Starts a server, prints where its folder is, and ends without stopping it: it is killed, or it
 * has nothing more to do. Run by launch.test.ts with the server's name and `killed` or `over`.
 */

import { writeSync } from "node:fs";
import process from "node:process";
import { startCyrus, startNewerCyrus } from "../../support/servers/cyrus.ts";
import { startDovecot } from "../../support/servers/dovecot.ts";
import type { PrivateServer } from "../../support/servers/launch.ts";

const STARTS: Readonly<Record<string, () => Promise<PrivateServer>>> = {
  "Cyrus": startCyrus,
  "newer Cyrus": startNewerCyrus,
  "Dovecot": startDovecot,
};

const [name, end] = process.argv.slice(2);
const { folder, port } = await STARTS[name]();
writeSync(1, JSON.stringify({ folder, port }));
if (end === "killed") process.kill(process.pid, "SIGKILL");
