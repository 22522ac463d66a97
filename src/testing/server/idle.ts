import { decodeAscii } from "../../util/bytes.ts";
import type { ServerCommand } from "./command.ts";
import { bad, Goodbye } from "../refusal.ts";

/** IDLE (RFC 2177): changes in the folder are sent at once. */
export const idle: ServerCommand = {
  name: "IDLE",
  state: "authenticated",
  capability: "IDLE",
  async run(session, args): Promise<void> {
    args.end();
    session.output.line("+ idling");
    session.idling = true;
    session.tellSoon();
    const line = await session.input.line();
    session.idling = false;
    if (line === null) throw new Goodbye("the connection ended");
    if (decodeAscii(line).toUpperCase() !== "DONE\r\n") throw bad("expected DONE");
  },
};
