import type { AclEntry } from "@imapclient/imapclient";

/** The rights of RFC 4314. */
export const ALL_RIGHTS = "lrswipkxtea";

/** Rights in a fixed order, without the old ones that stand for several and without Cyrus' own. */
export function rights(entries: readonly AclEntry[], who: string): string | undefined {
  const acl = entries.find((entry) => entry.who === who)?.acl;
  return acl === undefined ? undefined : [...ALL_RIGHTS].filter((it) => acl.includes(it)).join("");
}
