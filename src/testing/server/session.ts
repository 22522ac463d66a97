import type { ServerCommand } from "./command.ts";
import { binaryOf, string } from "../output.ts";
import { bad } from "../refusal.ts";
import { LPAREN } from "../../util/bytes.ts";

/** CAPABILITY (RFC 3501 section 6.1.1). */
export const capability: ServerCommand = {
  name: "CAPABILITY",
  state: "any",
  run(session, args): void {
    args.end();
    session.untagged(`CAPABILITY ${session.capabilities.join(" ")}`);
  },
};

/** NOOP: changes are sent at its end, as after every command. */
export const noop: ServerCommand = {
  name: "NOOP",
  state: "any",
  run(_session, args): void {
    args.end();
  },
};

/** CHECK (RFC 3501 section 6.4.1): nothing needs to be written to a disk. */
export const check: ServerCommand = { ...noop, name: "CHECK", state: "selected" };

/** LOGOUT. */
export const logout: ServerCommand = {
  name: "LOGOUT",
  state: "any",
  run(session, args): void {
    args.end();
    session.close();
    session.untagged("BYE until next time");
    session.endAfterAnswer();
  },
};

/** STARTTLS (RFC 3501 section 6.2.1). */
export const startTls: ServerCommand = {
  name: "STARTTLS",
  state: "not authenticated",
  capability: "STARTTLS",
  run(session, args): void {
    args.end();
    if (!session.canStartTls) throw bad("there is no TLS to start");
    // They would pass for encrypted commands once TLS has started.
    if (session.input.pending) throw bad("nothing may follow before TLS is on");
    session.change = session.startTls;
  },
};

/** ID (RFC 2971). */
export const id: ServerCommand = {
  name: "ID",
  state: "any",
  capability: "ID",
  run(session, args): void {
    args.sp();
    if (args.peek() === LPAREN) {
      args.list(() => {
        args.string();
        args.sp();
        if (args.atString) args.string();
        else args.nil();
      }, "empty");
    } else args.nil();
    args.end();
    session.untagged('ID ("name" "MemoryServer")');
  },
};

/** What can be enabled, by the name in upper case, and the capability that it needs. */
const MODES: Readonly<Record<string, string>> = {
  CONDSTORE: "CONDSTORE",
  QRESYNC: "QRESYNC",
  UIDONLY: "UIDONLY",
  IMAP4REV2: "IMAP4rev2",
  "UTF8=ACCEPT": "UTF8=ACCEPT",
};

/** ENABLE (RFC 5161). */
export const enable: ServerCommand = {
  name: "ENABLE",
  state: "authenticated",
  capability: "ENABLE",
  run(session, args): void {
    const names: string[] = [];
    do names.push(args.sp().keyword()); while (args.peek() >= 0);
    const enabled = Object.keys(MODES).filter((name) => {
      return names.includes(name) && session.has(MODES[name]);
    });
    for (const name of enabled) session.modes.enable(name);
    if (enabled.includes("CONDSTORE")) session.modseqs.useCondstore();
    if (enabled.includes("QRESYNC")) session.modseqs.useQresync();
    session.untagged(["ENABLED", ...enabled].join(" "));
  },
};

/** GETJMAPACCESS (RFC 9698). */
export const getJmapAccess: ServerCommand = {
  name: "GETJMAPACCESS",
  state: "authenticated",
  capability: "JMAPACCESS",
  run(session, args): void {
    args.end();
    session.untagged(`JMAPACCESS ${string(binaryOf(session.jmapUrl))}`);
  },
};

/** NAMESPACE (RFC 2342): only the user's own. */
export const namespace: ServerCommand = {
  name: "NAMESPACE",
  state: "authenticated",
  capability: "NAMESPACE",
  run(session, args): void {
    args.end();
    session.untagged('NAMESPACE (("" "/")) NIL NIL');
  },
};
