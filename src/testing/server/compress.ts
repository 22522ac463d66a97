import { loadCompression } from "../../client/connect.ts";
import { streamsOf } from "../../connection/streams.ts";
import type { Duplex, OpenedStreams } from "../../model/transport.ts";
import { bad } from "../refusal.ts";
import type { ServerCommand } from "./command.ts";
import type { Session } from "./server_session.ts";

/** Makes other streams out of those of a session. */
export type ChangeStreams = (duplex: Duplex) => Promise<OpenedStreams>;

/** COMPRESS (RFC 4978): both sides compress after its OK. */
export const compress: ServerCommand = {
  name: "COMPRESS",
  state: "authenticated",
  capability: "COMPRESS=DEFLATE",
  async run(session, args): Promise<void> {
    if (args.sp().keyword() !== "DEFLATE") throw bad("there is only DEFLATE");
    args.end();
    if (session.compression !== null) throw bad("COMPRESS is active already");
    if (session.input.pending) throw bad("nothing may follow before compression is on");
    const over = await loadCompression();
    // deno-lint-ignore require-await
    session.change = async (duplex) => {
      const layer = over(streamsOf(byStreams(duplex)), NOTHING, { received: 0, sent: 0 });
      // Any command may turn out to be UNAUTHENTICATE.
      layer.endSoon(true);
      session.compression = layer;
      return { duplex: layer, rest: NOTHING };
    };
  },
};

const NOTHING = new Uint8Array(0);

/** The session has used the streams: nothing else may be used then. */
function byStreams(duplex: Duplex): Duplex {
  const { readable, writable, secure } = duplex;
  return { readable, writable, secure, close: () => duplex.close() };
}

/** Ends the compression of a session, if there is any, after the answer to UNAUTHENTICATE. */
export function endCompression(session: Session): void {
  const { compression } = session;
  if (compression === null) return;
  session.change = async (): Promise<OpenedStreams> => {
    session.compression = null;
    return await compression.end();
  };
}
