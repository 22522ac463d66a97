import { MECHANISMS } from "./mechanisms.ts";
import type { MemoryServerOptions } from "./memory_server.ts";

const CAPABILITIES: readonly string[] = [
  ...["IMAP4rev1", "LITERAL+", "SASL-IR", "ID", "ENABLE", "NAMESPACE", "UNSELECT", "UIDPLUS"],
  ...["MOVE", "IDLE", "SPECIAL-USE", "CHILDREN", "MULTIAPPEND", "SORT"],
  ...["THREAD=ORDEREDSUBJECT", "THREAD=REFERENCES", "QUOTA", "CONDSTORE", "STATUS=SIZE"],
  ...["QUOTA=RES-STORAGE", "QUOTASET"],
  ...["LIST-EXTENDED", "LIST-STATUS", "CREATE-SPECIAL-USE"],
];

/** Extensions whose results come in ESEARCH responses. */
const NEED_ESEARCH = ["SEARCHRES", "PARTIAL", "CONTEXT=SEARCH", "CONTEXT=SORT", "MULTISEARCH"];

/** What the server says that it can do, before the login or after it. */
export function capabilitiesOf(
  { appendLimit = Infinity, capabilities }: MemoryServerOptions,
  isLoggedIn: boolean,
  canStartTls: boolean,
): readonly string[] {
  const names = [...CAPABILITIES];
  if (appendLimit !== Infinity) names.push(`APPENDLIMIT=${appendLimit}`);
  if (!isLoggedIn) {
    if (canStartTls) names.push("STARTTLS", "LOGINDISABLED");
    else names.push("AUTH=PLAIN");
  }
  const { omit = [], add = [] } = capabilities ?? {};
  // The names that RFC 9208 added to QUOTA go with it.
  const isOmitted = (name: string) =>
    omit.includes(name) || name.startsWith("QUOTA") && omit.includes("QUOTA");
  const all = new Set([...names.filter((name) => !isOmitted(name)), ...add]);
  // Like AUTH=PLAIN, mechanisms that are added disappear after the login.
  if (isLoggedIn || canStartTls) {
    for (const name of MECHANISMS.keys()) all.delete(`AUTH=${name}`);
  }
  if (!isLoggedIn) all.delete("JMAPACCESS"); // RFC 9698: only after the login
  if (NEED_ESEARCH.some((name) => all.has(name))) all.add("ESEARCH");
  // What these extend. The last two are one: RFC 5524 spells it in two ways.
  if (all.has("URLAUTH=BINARY") || all.has("URLFETCH=BINARY")) all.add("URLAUTH");
  // RFC 9698 section 2: the ids are the same by JMAP.
  if (all.has("JMAPACCESS")) all.add("OBJECTID");
  // The rights that RFC 4314 added to ACL (section 2.2).
  if (all.has("ACL")) all.add("RIGHTS=kxte");
  return [...all];
}
