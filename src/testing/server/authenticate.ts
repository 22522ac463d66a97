import { decodeAscii, decodeUtf8 } from "../../util/bytes.ts";
import type { ServerCommand } from "./command.ts";
import { MECHANISMS } from "./mechanisms.ts";
import { binaryOf, fromBinary } from "../output.ts";
import { bad, Goodbye, no } from "../refusal.ts";
import type { Session } from "./server_session.ts";

/**
 * AUTHENTICATE (RFC 3501 section 6.2.2), with an initial response by SASL-IR (RFC 4959). By
 * default, PLAIN is the only mechanism.
 */
export const authenticate: ServerCommand = {
  name: "AUTHENTICATE",
  state: "not authenticated",
  async run(session, args): Promise<string> {
    const name = args.sp().keyword();
    let response: string | null = null;
    if (args.peek() >= 0) {
      if (!session.has("SASL-IR")) throw bad("there is no SASL-IR");
      response = args.sp().match(/^(?:=|[A-Za-z0-9+/]+={0,2})/, "base64")[0];
    }
    args.end();
    const mechanism = MECHANISMS.get(name);
    if (mechanism === undefined || !session.has(`AUTH=${name}`)) {
      throw no(`${name} is not offered`, "CANNOT");
    }
    const ask = async (challenge: string) => {
      return decodeBase64(await exchange(session, btoa(binaryOf(challenge))));
    };
    const first = async () => response === null ? await ask("") : decodeBase64(response);
    session.logIn(await mechanism({ session, hasFirst: response !== null, first, ask }));
    return `CAPABILITY ${session.capabilities.join(" ")}`;
  },
};

/** Sends a challenge and waits for the response. */
async function exchange(session: Session, challenge: string): Promise<string> {
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
