import type { ServerCommand } from "./command.ts";
import { no } from "../refusal.ts";
import type { Session } from "./server_session.ts";

/** The unit of STORAGE in bytes (RFC 9208 section 5.1). */
const UNIT = 1024;

/** GETQUOTA (RFC 9208 section 4.1.1). One quota root, `""`, covers all folders. */
export const getQuota: ServerCommand = {
  name: "GETQUOTA",
  state: "authenticated",
  capability: "QUOTA",
  run(session, args): void {
    const root = args.sp().text();
    args.end();
    tell(session, root);
  },
};

/** GETQUOTAROOT (RFC 9208 section 4.1.2). */
export const getQuotaRoot: ServerCommand = {
  name: "GETQUOTAROOT",
  state: "authenticated",
  capability: "QUOTA",
  run(session, args): void {
    const name = args.sp().mailbox();
    args.end();
    const folder = session.account.get(name);
    session.untagged(`QUOTAROOT ${session.modes.shown(folder.name)} ""`);
    tell(session, "");
  },
};

/** SETQUOTA (RFC 9208 section 4.1.3): a resource that is not named has no limit any more. */
export const setQuota: ServerCommand = {
  name: "SETQUOTA",
  state: "authenticated",
  capability: "QUOTASET",
  run(session, args): void {
    const root = args.sp().text();
    const limits = new Map<string, number>();
    args.sp().list(() => limits.set(args.keyword(), args.sp().number()), "empty");
    args.end();
    if (root !== "") throw no("there is no such quota root");
    if ([...limits.keys()].some((name) => name !== "STORAGE")) {
      throw no("nothing but STORAGE can be limited");
    }
    const limit = limits.get("STORAGE");
    session.account.quota = limit === undefined ? null : limit * UNIT;
    tell(session, root);
  },
};

function tell(session: Session, root: string): void {
  if (root !== "") throw no("there is no such quota root");
  const { usage, quota } = session.account;
  const storage = `STORAGE ${Math.ceil(usage / UNIT)}`;
  const limits = quota === null ? "" : `${storage} ${Math.floor(quota / UNIT)}`;
  session.untagged(`QUOTA "" (${limits})`);
}
