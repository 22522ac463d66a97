import {
  getQuota,
  getQuotaRoot,
  type MailboxQuotaRoots,
  type Quota,
  type QuotaLimit,
  setQuota,
} from "../../commands/access/quota.ts";
import { missingCapability } from "../../connection/session.ts";
import { InvalidArgumentError } from "../../model/errors.ts";
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
  const limits = listOf(quotas);
  if (limits.length === 0) return [];
  checkSettable(scope);
  const inForce = await run(scope, setQuota(limits));
  return inForce.length > 0 ? inForce : await run(scope, getQuota(limits[0].quotaRoot));
}

function listOf(quotas: Iterable<QuotaLimit>): readonly QuotaLimit[] {
  const isList = typeof quotas === "object" && quotas !== null && Symbol.iterator in quotas;
  const limits = isList ? [...quotas] : [];
  if (isList && limits.every((limit) => typeof limit === "object" && limit !== null)) return limits;
  throw new InvalidArgumentError("limits must be a list of { quotaRoot, resource, limit }");
}

/** A server of RFC 9208 offers SETQUOTA by name (section 4.1.3); RFC 2087 had no name for it. */
function checkSettable({ client: { connection: { session } } }: Scope): void {
  const isNew = session.capabilities?.some((name) => name.startsWith("QUOTA=RES-"));
  if (isNew && !session.has("QUOTASET")) throw missingCapability("QUOTASET");
}
