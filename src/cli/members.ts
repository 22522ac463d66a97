import type { ImapClient } from "../client/imap_client.ts";

/** How many parameters a call has, the last of them its options; `null` for anything else. */
type Place<Member> = Member extends
  (...args: infer Args) => Promise<unknown> | AsyncGenerator<unknown>
  ? Required<Args> extends [...unknown[], (...args: never[]) => unknown] ? null
  : Required<Args>["length"]
  : null;

/**
 * What a client has, to be completed while typing. With a number, it is a call that can be given
 * up: so many parameters it has, the last of them its options. The compiler sees to it that nothing
 * is missing or wrong.
 */
export const MEMBERS: {
  readonly [Name in keyof ImapClient & string]: Place<ImapClient[Name]>;
} = {
  addFlags: 3,
  addGmailLabels: 3,
  append: 3,
  capabilities: 1,
  closeFolder: 1,
  closed: null,
  copy: 3,
  createFolder: 2,
  deleteFolder: 2,
  deleteMessages: 2,
  enable: 2,
  expunge: 2,
  fetch: 3,
  fetchEach: 3,
  findSpecialFolder: 2,
  folderEncode: null,
  folderExists: 2,
  folderStatus: 3,
  getFlags: 2,
  getGmailLabels: 2,
  getQuota: 2,
  getQuotaByRoot: 2,
  getQuotaRoot: 2,
  getacl: 2,
  gmailSearch: 2,
  hasCapability: 2,
  host: null,
  id: 2,
  idle: 1,
  idleCheck: 1,
  idleDone: 1,
  listFolders: 3,
  listSubFolders: 3,
  listen: null,
  login: 3,
  logout: 1,
  move: 3,
  multiappend: 3,
  namespace: 1,
  noop: 1,
  normaliseTimes: null,
  oauth2Login: 3,
  oauthbearerLogin: 3,
  openFolder: 2,
  plainLogin: 4,
  over: null,
  port: null,
  removeFlags: 3,
  removeGmailLabels: 3,
  renameFolder: 3,
  run: 2,
  saslLogin: 3,
  search: 2,
  selectFolder: 2,
  setFlags: 3,
  setGmailLabels: 3,
  setQuota: 2,
  setacl: 4,
  shutdown: null,
  sort: 3,
  ssl: null,
  starttls: 2,
  state: null,
  stream: null,
  subscribeFolder: 2,
  thread: 3,
  tls: null,
  traffic: null,
  uidExpunge: 2,
  unselectFolder: 1,
  unsubscribeFolder: 2,
  useUid: null,
  watch: 1,
  welcome: null,
  withFolder: null,
  xlistFolders: 3,
};
