import { decodeAscii, decodeUtf8 } from "../../wire/bytes.ts";
import type { ServerCommand } from "../command.ts";
import { fromBinary } from "../output.ts";
import { bad, Goodbye, no } from "../refusal.ts";
import type { Session } from "../session.ts";
import { checkCredentials } from "./login.ts";

/** AUTHENTICATE (RFC 3501 section 6.2.2), with an initial response by SASL-IR (RFC 4959). */
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
    if (mechanism !== "PLAIN" || !session.has("AUTH=PLAIN")) {
      throw no(`${mechanism} is not offered`);
    }
    const message = decodeBase64(response ?? await ask(session));
    const [authorization, user, password, ...more] = message.split("\0");
    if (password === undefined || more.length > 0) throw bad("not a message of PLAIN");
    const account = checkCredentials(session, user, password);
    if (authorization !== "" && authorization !== user) {
      throw no("nobody may act for another here", "AUTHORIZATIONFAILED");
    }
    session.logIn(account);
    return `CAPABILITY ${session.capabilities.join(" ")}`;
  },
};

/** Sends an empty challenge and waits for the response. */
async function ask(session: Session): Promise<string> {
  await session.output.line("+ ").flush();
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
