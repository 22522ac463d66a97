import type { ServerCommand } from "./command.ts";
import { deleteAcl, getAcl, listRights, myRights, setAcl } from "./acl.ts";
import { append } from "./append.ts";
import { authenticate } from "./authenticate.ts";
import { compress } from "./compress.ts";
import { comparator } from "./comparator.ts";
import { copy, move } from "./copy.ts";
import { expunge } from "./expunge.ts";
import { fetch } from "./fetch.ts";
import { create, deleteFolder, rename, subscribe, unsubscribe } from "./folders.ts";
import { idle } from "./idle.ts";
import { language } from "./language.ts";
import { lsub, xlist } from "./list.ts";
import { list } from "./list_extended.ts";
import { login, unauthenticate } from "./login.ts";
import { getMetadata, setMetadata } from "./metadata.ts";
import { notify } from "./notify.ts";
import { getQuota, getQuotaRoot, setQuota } from "./quota.ts";
import { esearch } from "./multisearch.ts";
import { cancelUpdate, search } from "./search.ts";
import { replace } from "./replace.ts";
import { close, examine, select, unselect } from "./select.ts";
import {
  capability,
  check,
  enable,
  getJmapAccess,
  id,
  logout,
  namespace,
  noop,
  startTls,
} from "./session.ts";
import { sort, thread } from "./sort.ts";
import { status } from "./status.ts";
import { store } from "./store.ts";
import { uidBatches } from "./uid_batches.ts";
import { genUrlAuth, resetKey, urlFetch } from "./url_auth.ts";

/** All commands by name. */
export const COMMANDS: ReadonlyMap<string, ServerCommand> = new Map(
  [
    ...[capability, noop, logout, startTls, id, enable, namespace, check],
    ...[login, authenticate, unauthenticate, compress, getJmapAccess, language],
    ...[select, examine, close, unselect, list, lsub, xlist, status],
    ...[create, deleteFolder, rename, subscribe, unsubscribe],
    ...[append, search, esearch, cancelUpdate, uidBatches],
    ...[comparator, sort, thread, fetch, store, copy, move, replace, expunge, idle, notify],
    ...[genUrlAuth, urlFetch, resetKey],
    ...[getQuota, getQuotaRoot, setQuota],
    ...[getAcl, setAcl, deleteAcl, listRights, myRights, getMetadata, setMetadata],
  ].map((command) => [command.name, command]),
);
