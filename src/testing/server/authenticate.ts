import { decodeAscii, decodeUtf8 } from "../../util/bytes.ts";
import type { Account } from "../account.ts";
import { accountByToken, takesToken, TOKEN_ERROR } from "../bearer.ts";
import type { ServerCommand } from "./command.ts";
import { fromBinary } from "../output.ts";
import { bad, Goodbye, no } from "../refusal.ts";
import type { Session } from "./server_session.ts";
import { checkCredentials } from "./login.ts";

/**
 * AUTHENTICATE (RFC 3501 section 6.2.2), with an initial response by SASL-IR (RFC 4959). By
 * default, PLAIN is the only mechanism.
 */
export const authenticate: ServerCommand = {
  name: "AUTHENTICATE",
  state: "not authenticated",
  async run(session, args): Promise<string> {
    const mechanism = args.sp().keyword();
    let response: string | null = null;
    if (args.peek() >= 0) {
      if (!session.has("SASL-IR")) throw bad("there is no SASL-IR");
      response = args.sp().match(/^(?:=|[A-Za-z0-9+/]+={0,2})/, "base64")[0];
    }
    args.end();
    if (mechanism !== "PLAIN" && !takesToken(mechanism) || !session.has(`AUTH=${mechanism}`)) {
      throw no(`${mechanism} is not offered`);
    }
    const message = decodeBase64(response ?? await ask(session, ""));
    session.logIn(
      mechanism === "PLAIN" ? plain(session, message) : await bearer(session, mechanism, message),
    );
    return `CAPABILITY ${session.capabilities.join(" ")}`;
  },
};

/** PLAIN (RFC 4616). */
function plain(session: Session, message: string): Account {
  const [authorization, user, password, ...more] = message.split("\0");
  if (password === undefined || more.length > 0) throw bad("not a message of PLAIN");
  const account = checkCredentials(session, user, password);
  if (authorization !== "" && authorization !== user) {
    throw no("nobody may act for another here", "AUTHORIZATIONFAILED");
  }
  return account;
}

/**
 * XOAUTH2 or OAUTHBEARER: the client is told what is wrong with the token before the login fails.
 */
async function bearer(session: Session, mechanism: string, message: string): Promise<Account> {
  const account = accountByToken(session.accounts, mechanism, message);
  if (account !== null) return account;
  await ask(session, btoa(TOKEN_ERROR));
  throw no("the token is not valid", "AUTHENTICATIONFAILED");
}

/** Sends a challenge and waits for the response. */
async function ask(session: Session, challenge: string): Promise<string> {
  await session.output.line(`+ ${challenge}`).flush();
  const line = await session.input.line();
  if (line === null) throw new Goodbye("the connection ended");
  const text = decodeAscii(line);
  if (text === "*\r\n") throw bad("cancelled");
  if (!text.endsWith("\r\n")) throw bad("a line ends with CRLF");
  return text.slice(0, -2);
}

function decodeBase64(text: string): string {
  if (text === "=") return "";
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) {
    throw bad("not base64");
  }
  return decodeUtf8(fromBinary(atob(text)));
}
