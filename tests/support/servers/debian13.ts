import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A Debian 13 with newer servers than the system's, as `.ci/run` unpacks it; it reads this line. */
const ROOT = "/opt/imapclient-debian13";

/** Where a server is installed: in the system itself, or in a folder that holds a whole system. */
export interface System {
  /** Below this folder the servers of this system may make theirs. */
  readonly temporary: string;
  /** The command line that runs a program of this system; it sees the paths of ours. */
  command(program: string, ...args: readonly string[]): string[];
  /** Whether a file of this system exists. */
  has(file: string): boolean;
}

export const OWN_SYSTEM: System = {
  temporary: tmpdir(),
  command: (program, ...args) => [program, ...args],
  has: existsSync,
};

/** Inside its folder, the path of that folder leads to the folder itself. */
export const DEBIAN_13: System = {
  temporary: join(ROOT, "tmp"),
  command: (program, ...args) => ["/usr/sbin/chroot", ROOT, program, ...args],
  has: (file) => existsSync(join(ROOT, file)),
};
