import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createAuthority, LOOPBACK_HOSTS, opensslMissing } from "./certificates.ts";
import { HOST, inNewFolder, launch, type PrivateServer, USERS } from "./launch.ts";
import { skipLive } from "../skip.ts";

/** The program of `goimap/main.go`, as `.ci/run` builds it; `.ci/run` reads this line. */
const PROGRAM = "/opt/imapclient-goimap/goimap";

/**
 * What go-imap offers, apart from what it always does: after login that is SASL-IR, LITERAL-,
 * UNSELECT, ENABLE, IDLE and UTF8=ACCEPT.
 */
const CAPABILITIES: readonly string[] = [
  ...["IMAP4rev2", "IMAP4rev1", "NAMESPACE", "UIDPLUS", "ESEARCH", "SEARCHRES", "LIST-EXTENDED"],
  ...["LIST-STATUS", "MOVE", "STATUS=SIZE", "BINARY", "CHILDREN", "UNAUTHENTICATE"],
];

/** Why the tests that need go-imap's server are skipped, or `false`. */
export const goimapMissing: string | false = skipLive(
  existsSync(PROGRAM) ? opensslMissing : "go-imap's server is not built: .ci/run says how",
);

/** How go-imap's server is started. */
export interface GoimapOptions {
  /** What it leaves out: without IMAP4rev1 it is a server of IMAP4rev2 alone. */
  readonly without?: readonly string[];
}

/** A private go-imap. Its log has everything that went over the wire. */
export type Goimap = PrivateServer;

/** Starts a go-imap on free ports of the loopback interface, with ann and bob, and no mail. */
export function startGoimap({ without = [] }: GoimapOptions = {}): Promise<Goimap> {
  return inNewFolder("goimap", (folder) => {
    const authority = createAuthority(folder);
    const { certFile, keyFile } = authority.issue("localhost", { hosts: LOOPBACK_HOSTS });
    const settings = {
      certFile,
      keyFile,
      users: USERS,
      capabilities: CAPABILITIES.filter((name) => !without.includes(name)),
    };
    return launch({
      name: "go-imap",
      folder,
      // The same on every go-imap; that it is ours is shown by its certificate.
      greeting: "IMAP server ready",
      ca: authority.ca.cert,
      configure(port, tlsPort) {
        const file = join(folder, "settings.json");
        const addresses = { address: `${HOST}:${port}`, tlsAddress: `${HOST}:${tlsPort}` };
        writeFileSync(file, JSON.stringify({ ...settings, ...addresses }));
        return [PROGRAM, file];
      },
    });
  });
}
