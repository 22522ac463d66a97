import { type MessageLocation, messageLocation } from "../../model/message_url.ts";
import { encodeUtf8, LPAREN, SP } from "../../util/bytes.ts";
import type { Account } from "../account.ts";
import type { Arguments } from "../arguments.ts";
import type { Folder } from "../folder.ts";
import { astring, binaryOf } from "../output.ts";
import { bad, no } from "../refusal.ts";
import type { ServerCommand } from "./command.ts";
import { cut, locate, type Located } from "./located.ts";
import type { Session } from "./server_session.ts";
import { decodedPart, partStructure } from "./decoded_part.ts";

/** What each RESETKEY and SELECT says (RFC 4467 section 8). */
export const URLMECH = "URLMECH INTERNAL";

/** A URL without its token (`authimapurlrump` of RFC 5092 section 11). */
const RUMP =
  /^imap:\/\/([^/@;]+)(?:;AUTH=[^/@]+)?@[^/@]+(\/.+?)(?:;EXPIRE=([^;/]+))?;URLAUTH=([^;:/]+)$/i;
/** `date-time` of RFC 3339. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;
/** Who may use a URL: an application, perhaps on behalf of a user (RFC 5593 section 4). */
const ACCESS = /^([a-z][a-z0-9.-]*)(?:\+(.+))?$/i;

interface Rump {
  readonly user: string;
  readonly location: MessageLocation;
  /** When it expires, in milliseconds. */
  readonly expires: number;
  /** `authuser`, `anonymous`, `user`, or the name of an application, in lower case. */
  readonly application: string;
  /** The user after the plus sign. */
  readonly onBehalfOf: string | null;
}

/** GENURLAUTH (RFC 4467 section 7). */
export const genUrlAuth: ServerCommand = {
  name: "GENURLAUTH",
  state: "authenticated",
  capability: "URLAUTH",
  async run(session, args): Promise<void> {
    const rumps: string[] = [];
    do {
      rumps.push(args.sp().text());
      if (args.sp().keyword() !== "INTERNAL") throw no("there is only INTERNAL");
    } while (args.peek() >= 0);
    const urls: string[] = [];
    for (const text of rumps) {
      const folder = checkRump(session, text);
      let key = KEYS.get(folder);
      if (key === undefined) KEYS.set(folder, key = newKey());
      urls.push(`${text}:INTERNAL:${await tokenOf(key, text)}`);
    }
    session.untagged(`GENURLAUTH ${urls.map((url) => astring(binaryOf(url))).join(" ")}`);
  },
};

/** URLFETCH (RFC 4467 section 7), with what URLAUTH=BINARY adds (RFC 5524). */
export const urlFetch: ServerCommand = {
  name: "URLFETCH",
  state: "authenticated",
  capability: "URLAUTH",
  async run(session, args): Promise<void> {
    const requests: UrlRequest[] = [];
    do requests.push(readRequest(session, args.sp())); while (args.peek() >= 0);
    const found = await Promise.all(requests.map(({ url }) => resolve(session, url)));
    const { output } = session;
    output.text("* URLFETCH");
    requests.forEach(({ url, names }, at) => {
      output.text(` ${astring(binaryOf(url))} `);
      const content = found[at];
      if (content === null) output.text("NIL");
      else if (names.length === 0) output.literal(cut(content.it.bytes, content.location));
      else tellItems(session, content, names);
    });
    output.line("");
  },
};

/** RESETKEY (RFC 4467 section 7): URLs made before are no longer valid. */
export const resetKey: ServerCommand = {
  name: "RESETKEY",
  state: "authenticated",
  capability: "URLAUTH",
  run(session, args): string | void {
    if (args.peek() < 0) {
      for (const folder of session.account.allFolders) KEYS.delete(folder);
      return;
    }
    const folder = session.account.get(args.sp().mailbox());
    while (args.take(SP)) {
      if (args.keyword() !== "INTERNAL") throw no("there is only INTERNAL");
    }
    args.end();
    KEYS.set(folder, newKey());
    folder.tell(`OK [${URLMECH}] URLs made before are no longer valid`, session.openView);
    return URLMECH;
  },
};

/** The key of each folder that has one (RFC 4467 section 2.2). */
const KEYS = new WeakMap<Folder, Uint8Array<ArrayBuffer>>();

function newKey(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(32));
}

/** The token of a URL, in hexadecimal digits; the first two name the way it is made. */
async function tokenOf(secret: Uint8Array<ArrayBuffer>, rump: string): Promise<string> {
  const { subtle } = crypto;
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await subtle.importKey("raw", secret, algorithm, false, ["sign"]);
  const bytes = new Uint8Array(await subtle.sign("HMAC", key, encodeUtf8(rump)));
  return `01${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** The folder of a URL that is to get a token. Refuses what can't have one. */
function checkRump(session: Session, text: string): Folder {
  const rump = parseRump(text);
  if (rump === null) throw bad("not a URL of a message that ends in URLAUTH");
  const { user, location, application, onBehalfOf } = rump;
  if (user !== session.account.user) throw no("the URL must name you as its user");
  if (location.partial !== undefined && !session.has("URL-PARTIAL")) {
    throw bad("there is no URL-PARTIAL");
  }
  const needsUser = application === "submit" || application === "user";
  if (onBehalfOf !== null ? !session.accounts.has(onBehalfOf) : needsUser) {
    throw no("the URL is for nobody");
  }
  return session.account.get(location.folder);
}

function parseRump(text: string): Rump | null {
  const [, user, path, expires, access] = RUMP.exec(text) ?? [];
  const [, application, onBehalfOf] = ACCESS.exec(access ?? "") ?? [];
  const location = path === undefined ? null : messageLocation(path);
  const until = expires === undefined ? Infinity : TIME.test(expires) ? Date.parse(expires) : NaN;
  if (location === null || application === undefined || Number.isNaN(until)) return null;
  try {
    return {
      user: decodeURIComponent(user),
      location,
      expires: until,
      application: application.toLowerCase(),
      onBehalfOf: onBehalfOf === undefined ? null : decodeURIComponent(onBehalfOf),
    };
  } catch {
    return null;
  }
}

interface UrlRequest {
  readonly url: string;
  /** The items that are asked for, if any, in upper case. */
  readonly names: readonly string[];
}

const ITEMS = ["BODY", "BINARY", "BODYPARTSTRUCTURE"];

function readRequest(session: Session, args: Arguments): UrlRequest {
  const isExtended = session.has("URLAUTH=BINARY") || session.has("URLFETCH=BINARY");
  if (!isExtended || args.peek() !== LPAREN) return { url: args.text(), names: [] };
  let url: string | null = null;
  const names: string[] = [];
  args.list(() => {
    if (url === null) url = args.text();
    else names.push(args.keyword());
  });
  const isTwice = new Set(names).size < names.length;
  if (isTwice || names.includes("BODY") && names.includes("BINARY")) {
    throw bad("each item once, and not both BODY and BINARY");
  }
  if (names.some((name) => !ITEMS.includes(name))) throw bad("there is no such item");
  return { url: url!, names };
}

/** What a valid URL leads to. */
interface Content {
  readonly location: MessageLocation;
  readonly it: Located;
}

/** Checks a URL (RFC 4467 section 6). `null` if it is not valid, or there is no such message. */
async function resolve(session: Session, url: string): Promise<Content | null> {
  const [, text, token] = /^(.+):INTERNAL:([0-9a-f]{32,})$/i.exec(url) ?? [];
  const rump = text === undefined ? null : parseRump(text);
  if (rump === null || rump.expires < Date.now() || !mayUse(session.account, rump)) return null;
  const { user, location } = rump;
  const account = session.accounts.get(user);
  const folder = account?.find(location.folder);
  const key = folder && KEYS.get(folder);
  if (account === undefined || key === undefined) return null;
  if (await tokenOf(key, text) !== token.toLowerCase()) return null;
  const it = locate(account, location);
  return it === null ? null : { location, it };
}

/** Whether a URL is for this user (RFC 4467 section 3, RFC 5593 section 3.3). */
function mayUse(account: Account, { application, onBehalfOf }: Rump): boolean {
  if (application === "anonymous") return true;
  if (application === "authuser") return account.user !== "anonymous";
  if (application === "user") return account.user === onBehalfOf;
  return account.application === application;
}

/** Sends the items of RFC 5524 section 3.2. */
function tellItems({ output }: Session, content: Content, names: readonly string[]): void {
  const { it, location } = content;
  const binary = names.includes("BINARY") ? decodedPart(it) : null;
  const shown: (() => void)[] = [];
  if (names.includes("BODYPARTSTRUCTURE")) {
    shown.push(() => void output.text(`(BODYPARTSTRUCTURE ${partStructure(it, binary)})`));
  }
  const bytes = names.includes("BINARY") ? binary : it.bytes;
  const name = names.find((name) => name !== "BODYPARTSTRUCTURE");
  if (name !== undefined) {
    shown.push(() => {
      output.text(`(${name} `);
      if (bytes === null) output.text("NIL");
      else output.literal(cut(bytes, location));
      output.text(")");
    });
  }
  shown.forEach((show, at) => {
    if (at > 0) output.text(" ");
    show();
  });
}
