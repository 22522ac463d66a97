import {
  getQuota,
  getQuotaRoot,
  type MailboxQuotaRoots,
  type Quota,
  type QuotaLimit,
  setQuota,
} from "../../commands/access/quota.ts";
import type { Text } from "../../model/text.ts";
import { nameDecoder, run, type Scope } from "../scope.ts";

/** GETQUOTAROOT: the quota roots of a folder, and their quotas. */
export async function quotaRootsOf(
  scope: Scope,
  mailbox: Text,
): Promise<readonly [MailboxQuotaRoots, readonly Quota[]]> {
  return await run(scope, getQuotaRoot(mailbox, nameDecoder(scope)));
}

/** SETQUOTA; a server that does not tell the quotas then, as Cyrus, is asked for them. */
export async function setQuotas(
  scope: Scope,
  quotas: Iterable<QuotaLimit>,
): Promise<readonly Quota[]> {
  const limits = [...quotas];
  if (limits.length === 0) return [];
  const inForce = await run(scope, setQuota(limits));
  return inForce.length > 0 ? inForce : await run(scope, getQuota(limits[0].quotaRoot));
}
