import { type AclEntry, getAcl, setAcl } from "../commands/access/acl.ts";
import {
  getQuota,
  getQuotaRoot,
  type MailboxQuotaRoots,
  type Quota,
  type QuotaLimit,
  setQuota,
} from "../commands/access/quota.ts";
import type { Text } from "../model/text.ts";
import type { CallOptions } from "./base.ts";
import { FolderCalls } from "./folder_calls.ts";

/** The calls about who may do what with a folder, and how much space there is. */
export class AccessCalls extends FolderCalls {
  /**
   * Who may do what with a folder (GETACL, RFC 4314 section 3.3). Throws `CapabilityError` where
   * the server has no ACL, `ImapError` where the user may not know.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function readers(client: ImapClient, folder: string) {
   *   const entries = await client.getacl(folder);
   *   return entries.filter(({ acl }) => acl.includes("r")).map(({ who }) => who);
   * }
   * ```
   */
  async getacl(folder: Text, options: CallOptions = {}): Promise<readonly AclEntry[]> {
    return await this.run(getAcl(folder), options);
  }

  /**
   * Sets what `who` may do with a folder (SETACL, RFC 4314 section 3.1) and gives the server's
   * text. `what` holds a letter for each right, and replaces the rights of before; with `+` or `-`
   * in front it adds to them or takes from them. An empty `what` removes the entry (DELETEACL).
   */
  async setacl(folder: Text, who: Text, what: string, options: CallOptions = {}): Promise<string> {
    return await this.run(setAcl(folder, who, what), options);
  }

  /**
   * The limits that hold for a folder, and how much is used (GETQUOTAROOT, RFC 9208 section 4.1.2).
   * `STORAGE` counts units of 1024 bytes. Throws `CapabilityError` where the server has no QUOTA.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function isFull(client: ImapClient) {
   *   return (await client.getQuota()).some(({ usage, limit }) => usage >= limit);
   * }
   * ```
   */
  async getQuota(mailbox: Text = "INBOX", options: CallOptions = {}): Promise<readonly Quota[]> {
    const [, quotas] = await this.getQuotaRoot(mailbox, options);
    return quotas;
  }

  /** The limits of a quota root, given by its name (GETQUOTA, RFC 9208 section 4.1.1). */
  async getQuotaByRoot(quotaRoot: Text = "", options: CallOptions = {}): Promise<readonly Quota[]> {
    return await this.run(getQuota(quotaRoot), options);
  }

  /**
   * The quota roots that a folder belongs to, and their limits (GETQUOTAROOT, RFC 9208 section
   * 4.1.2).
   */
  async getQuotaRoot(
    mailbox: Text,
    options: CallOptions = {},
  ): Promise<readonly [MailboxQuotaRoots, readonly Quota[]]> {
    const scope = this.scope(options);
    return await this.connection.run(getQuotaRoot(mailbox, this.nameDecoder(scope)), scope);
  }

  /**
   * Sets limits (SETQUOTA, RFC 9208 section 4.1.3), which administrators may, and gives those in
   * force then. Limits of the root that are not named are gone. All must share one quota root; of
   * none at all nothing is sent. Throws `InvalidArgumentError` otherwise.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function giveOneGigabyte(admin: ImapClient, quotaRoot: string) {
   *   await admin.setQuota([{ quotaRoot, resource: "STORAGE", limit: 1024 * 1024 }]);
   * }
   * ```
   */
  async setQuota(
    quotas: Iterable<QuotaLimit>,
    options: CallOptions = {},
  ): Promise<readonly Quota[]> {
    const limits = [...quotas];
    if (limits.length === 0) return [];
    const inForce = await this.run(setQuota(limits), options);
    // Cyrus does not say.
    return inForce.length > 0 ? inForce : await this.getQuotaByRoot(limits[0].quotaRoot, options);
  }
}
