import { hmacMd5 } from "../../auth/md5.ts";
import { encodeUtf8 } from "../../util/bytes.ts";
import type { Account } from "../account.ts";
import { accountByToken, TOKEN_ERROR } from "../bearer.ts";
import { bad, no } from "../refusal.ts";
import { checkCredentials } from "./login.ts";
import { scram } from "./scram.ts";
import type { Session } from "./server_session.ts";

/** One AUTHENTICATE. */
export interface Exchange {
  readonly session: Session;
  /** Whether the client's first message came with the command. */
  readonly hasFirst: boolean;
  /** The client's first message. */
  first(): Promise<string>;
  /** Sends a challenge, and returns the answer. */
  ask(challenge: string): Promise<string>;
}

/** The account that a mechanism gives access to. */
type Mechanism = (exchange: Exchange) => Account | Promise<Account>;

/** All mechanisms by name. */
export const MECHANISMS: ReadonlyMap<string, Mechanism> = new Map<string, Mechanism>([
  ["PLAIN", plain],
  ["LOGIN", login],
  ["CRAM-MD5", cramMd5],
  ["SCRAM-SHA-1", scram("SHA-1")],
  ["SCRAM-SHA-256", scram("SHA-256")],
  ["SCRAM-SHA-512", scram("SHA-512")],
  ["ANONYMOUS", anonymous],
  ["XOAUTH2", (exchange) => bearer(exchange, "XOAUTH2")],
  ["OAUTHBEARER", (exchange) => bearer(exchange, "OAUTHBEARER")],
]);

/** PLAIN (RFC 4616). */
async function plain({ session, first }: Exchange): Promise<Account> {
  const [authorization, user, password, ...more] = (await first()).split("\0");
  if (password === undefined || more.length > 0) throw bad("not a message of PLAIN");
  const account = checkCredentials(session, user, password);
  if (authorization !== "" && authorization !== user) {
    throw no("nobody may act for another here", "AUTHORIZATIONFAILED");
  }
  return account;
}

/** LOGIN (draft-murchison-sasl-login); some clients send the name with the command. */
async function login({ session, hasFirst, first, ask }: Exchange): Promise<Account> {
  const user = hasFirst ? await first() : await ask("User Name\0");
  return checkCredentials(session, user, await ask("Password\0"));
}

/** CRAM-MD5 (RFC 2195). */
async function cramMd5({ session, hasFirst, ask }: Exchange): Promise<Account> {
  if (hasFirst) throw bad("the server begins");
  const challenge = `<${crypto.randomUUID()}@memory.invalid>`;
  const [, user, digest] = /^(.*) ([0-9a-f]{32})$/s.exec(await ask(challenge)) ?? [];
  if (digest === undefined) throw bad("not a message of CRAM-MD5");
  const account = session.accounts.get(user);
  const wanted = hmacMd5(encodeUtf8(account?.password ?? ""), encodeUtf8(challenge));
  const isRight = [...wanted].map((byte) => byte.toString(16).padStart(2, "0")).join("") === digest;
  if (account !== undefined && isRight) return account;
  throw no("wrong user name or password", "AUTHENTICATIONFAILED");
}

/** ANONYMOUS (RFC 4505): strangers share the account `anonymous`. */
async function anonymous({ session, first }: Exchange): Promise<Account> {
  await first();
  const account = session.accounts.get("anonymous");
  if (account === undefined) throw no("there is no user anonymous", "AUTHENTICATIONFAILED");
  return account;
}

/**
 * XOAUTH2 or OAUTHBEARER: the client is told what is wrong with the token before the login fails.
 */
async function bearer({ session, first, ask }: Exchange, mechanism: string): Promise<Account> {
  const message = await first();
  const { account, isExpired } = accountByToken(session.accounts, mechanism, message);
  if (account !== null) return account;
  await ask(TOKEN_ERROR);
  if (isExpired) throw no("the token has expired", "EXPIRED");
  throw no("the token is not valid", "AUTHENTICATIONFAILED");
}
