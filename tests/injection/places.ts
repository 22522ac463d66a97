// Every place of every call in which a string may stand, and how it gets to the server.
import type { ImapClient } from "@imapclient/imapclient";

/** What becomes of the string. */
export type Way =
  | "text" // as it is
  | "mailbox" // encoded as a folder's name
  | "label" // encoded as a folder's name is, whatever the server takes
  | "word" // as it is or in upper case, if it is one
  | "message" // as it is, its line ends mended
  | "sasl" // within base64
  | "raw" // in the caller's own notation
  | "kept"; // not at all

/** One place. */
export interface Place {
  readonly way: Way;
  readonly call: (client: ImapClient, value: string) => Promise<unknown> | AsyncGenerator<unknown>;
  /** A value that every server takes. */
  readonly plain?: string;
  /** A value that stands for something else there. */
  readonly special?: string;
  /** Nothing at all may be given in place of it. */
  readonly optional?: boolean;
  /** It is the name of a property: what is no string is made one by the language. */
  readonly isName?: boolean;
}

const text = (call: Place["call"], plain?: string): Place => ({ way: "text", call, plain });
const mailbox = (call: Place["call"]): Place => ({ way: "mailbox", call });
const label = (call: Place["call"]): Place => ({ way: "label", call });
const word = (call: Place["call"], plain?: string): Place => ({ way: "word", call, plain });
const message = (call: Place["call"]): Place => ({ way: "message", call });
const sasl = (call: Place["call"]): Place => ({ way: "sasl", call });
const raw = (call: Place["call"], plain: string): Place => ({ way: "raw", call, plain });
const kept = (call: Place["call"]): Place => ({ way: "kept", call });
const ids = (call: Place["call"]): Place => ({ way: "raw", call, plain: "1:3,5" });

const limit = { quotaRoot: "root", resource: "STORAGE", limit: 10 };

/** By the names of the calls; those that take no strings have an empty list. */
export const PLACES: Readonly<Record<string, readonly Place[]>> = {
  addFlags: [
    word((c, v) => c.addFlags(1, v)),
    word((c, v) => c.addFlags(1, ["\\Seen", v])),
    ids((c, v) => c.addFlags(v, "x")),
  ],
  addGmailLabels: [
    label((c, v) => c.addGmailLabels(1, [v])),
    ids((c, v) => c.addGmailLabels(v, "x")),
  ],
  append: [
    mailbox((c, v) => c.append(v, "x")),
    message((c, v) => c.append("x", v)),
    word((c, v) => c.append("x", "y", { flags: [v] })),
  ],
  capabilities: [],
  closeFolder: [],
  copy: [mailbox((c, v) => c.copy(1, v)), ids((c, v) => c.copy(v, "x"))],
  createFolder: [mailbox((c, v) => c.createFolder(v))],
  deleteFolder: [mailbox((c, v) => c.deleteFolder(v))],
  deleteMessages: [ids((c, v) => c.deleteMessages(v))],
  enable: [],
  expunge: [{ way: "raw", plain: "1:3,5", optional: true, call: (c, v) => c.expunge(v) }],
  fetch: [
    ids((c, v) => c.fetch(v, "FLAGS")),
    raw((c, v) => c.fetch(1, v), "BODY[TEXT]"),
    raw((c, v) => c.fetch(1, ["UID", v]), "BODY[TEXT]"),
    raw((c, v) => c.fetch(1, "FLAGS", { modifiers: v }), "CHANGEDSINCE 5"),
    raw((c, v) => c.fetch(1, "FLAGS", { modifiers: ["VANISHED", v] }), "CHANGEDSINCE 5"),
  ],
  fetchEach: [
    ids((c, v) => c.fetchEach(v, "FLAGS")),
    raw((c, v) => c.fetchEach(1, v), "BODY[TEXT]"),
    raw((c, v) => c.fetchEach(1, "FLAGS", { modifiers: v }), "CHANGEDSINCE 5"),
  ],
  findSpecialFolder: [kept((c, v) => c.findSpecialFolder(v))],
  folderExists: [mailbox((c, v) => c.folderExists(v))],
  folderStatus: [
    mailbox((c, v) => c.folderStatus(v, "MESSAGES")),
    word((c, v) => c.folderStatus("x", v), "MESSAGES"),
    word((c, v) => c.folderStatus("x", ["UIDNEXT", v]), "MESSAGES"),
  ],
  getFlags: [ids((c, v) => c.getFlags(v))],
  getGmailLabels: [ids((c, v) => c.getGmailLabels(v))],
  getQuota: [mailbox((c, v) => c.getQuota(v))],
  getQuotaByRoot: [text((c, v) => c.getQuotaByRoot(v))],
  getQuotaRoot: [mailbox((c, v) => c.getQuotaRoot(v))],
  getacl: [mailbox((c, v) => c.getacl(v))],
  gmailSearch: [
    text((c, v) => c.gmailSearch(v)),
    word((c, v) => c.gmailSearch("x", { charset: v }), "UTF-8"),
  ],
  hasCapability: [kept((c, v) => c.hasCapability(v))],
  id: [
    text((c, v) => c.id({ name: v })),
    { way: "text", isName: true, call: (c, v) => c.id({ [v]: "x" }) },
  ],
  idle: [],
  idleCheck: [],
  idleDone: [],
  listFolders: [mailbox((c, v) => c.listFolders(v)), mailbox((c, v) => c.listFolders("", v))],
  listSubFolders: [
    mailbox((c, v) => c.listSubFolders(v)),
    mailbox((c, v) => c.listSubFolders("", v)),
  ],
  listen: [],
  logout: [],
  move: [mailbox((c, v) => c.move(1, v)), ids((c, v) => c.move(v, "x"))],
  multiappend: [
    mailbox((c, v) => c.multiappend(v, ["x", "y"])),
    message((c, v) => c.multiappend("x", ["y", v])),
    word((c, v) => c.multiappend("x", [{ msg: "y", flags: v }])),
  ],
  namespace: [],
  noop: [],
  removeFlags: [word((c, v) => c.removeFlags(1, v)), ids((c, v) => c.removeFlags(v, "x"))],
  removeGmailLabels: [
    label((c, v) => c.removeGmailLabels(1, v)),
    ids((c, v) => c.removeGmailLabels(v, "x")),
  ],
  renameFolder: [
    mailbox((c, v) => c.renameFolder(v, "x")),
    mailbox((c, v) => c.renameFolder("x", v)),
  ],
  run: [],
  search: [
    raw((c, v) => c.search(v), "ALL"),
    raw((c, v) => c.search([v]), "ALL"),
    text((c, v) => c.search(["SUBJECT", v])),
    text((c, v) => c.search(["HEADER", "X-Y", v])),
    text((c, v) => c.search(["HEADER", v, "x"])),
    text((c, v) => c.search(["NOT", ["OR", ["FROM", v], ["TO", "x"]]])),
    word((c, v) => c.search(["KEYWORD", v])),
    ids((c, v) => c.search(["UID", v])),
    raw((c, v) => c.search(["SINCE", v]), "01-Jan-2020"),
    raw((c, v) => c.search(["LARGER", v]), "100"),
    word((c, v) => c.search(["SUBJECT", "ü"], { charset: v }), "UTF-8"),
    text((c, v) => c.search({ subject: v })),
    text((c, v) => c.search({ from: v, seen: true })),
    text((c, v) => c.search({ header: { "X-Y": v } })),
    word((c, v) => c.search({ keyword: v })),
    ids((c, v) => c.search({ uid: v })),
  ],
  selectFolder: [
    mailbox((c, v) => c.selectFolder(v)),
    mailbox((c, v) => c.selectFolder(v, { readonly: true })),
  ],
  setFlags: [word((c, v) => c.setFlags(1, [v, "y"])), ids((c, v) => c.setFlags(v, "x"))],
  setGmailLabels: [
    label((c, v) => c.setGmailLabels(1, ["x", v])),
    ids((c, v) => c.setGmailLabels(v, "x")),
  ],
  setQuota: [
    text((c, v) => c.setQuota([{ ...limit, quotaRoot: v }])),
    word((c, v) => c.setQuota([{ ...limit, resource: v }])),
  ],
  setacl: [
    mailbox((c, v) => c.setacl(v, "bob", "lr")),
    text((c, v) => c.setacl("x", v, "lr")),
    // No rights at all are DELETEACL.
    { way: "text", plain: "lrs", special: "", call: (c, v) => c.setacl("x", "bob", v) },
  ],
  shutdown: [],
  sort: [
    raw((c, v) => c.sort(v), "REVERSE DATE"),
    raw((c, v) => c.sort(["ARRIVAL", v]), "REVERSE DATE"),
    text((c, v) => c.sort("DATE", ["SUBJECT", v])),
    raw((c, v) => c.sort("DATE", v), "ALL"),
    word((c, v) => c.sort("DATE", "ALL", { charset: v }), "UTF-8"),
  ],
  starttls: [],
  subscribeFolder: [mailbox((c, v) => c.subscribeFolder(v))],
  thread: [
    kept((c, v) => c.thread(v)),
    text((c, v) => c.thread("REFERENCES", ["SUBJECT", v])),
    raw((c, v) => c.thread("REFERENCES", v), "ALL"),
    word((c, v) => c.thread("REFERENCES", "ALL", { charset: v }), "UTF-8"),
  ],
  uidExpunge: [ids((c, v) => c.uidExpunge(v))],
  unselectFolder: [],
  unsubscribeFolder: [mailbox((c, v) => c.unsubscribeFolder(v))],
  watch: [],
  xlistFolders: [mailbox((c, v) => c.xlistFolders(v)), mailbox((c, v) => c.xlistFolders("", v))],
};

/** Those that want somebody to log in first; each is tried on a client of its own. */
export const LOGINS: Readonly<Record<string, readonly Place[]>> = {
  login: [text((c, v) => c.login(v, "secret")), text((c, v) => c.login("ann", v))],
  oauth2Login: [
    sasl((c, v) => c.oauth2Login(v, "token")),
    sasl((c, v) => c.oauth2Login("ann", v)),
    sasl((c, v) => c.oauth2Login("ann", "token", { vendor: v })),
    kept((c, v) => c.oauth2Login("ann", "token", { mech: v })),
  ],
  oauthbearerLogin: [
    sasl((c, v) => c.oauthbearerLogin("ann", v)),
  ],
  plainLogin: [
    sasl((c, v) => c.plainLogin(v, "secret")),
    sasl((c, v) => c.plainLogin("ann", v)),
    sasl((c, v) => c.plainLogin("ann", "secret", v)),
  ],
  saslLogin: [
    kept((c, v) => c.saslLogin(v, () => "x")),
    sasl((c, v) => c.saslLogin("X-CALLBACK", () => v)),
  ],
};
