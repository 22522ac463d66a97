import { streamsOf } from "../../connection/streams.ts";
import type { CompressedDuplex, Duplex, OpenedStreams } from "../../model/transport.ts";
import { bad } from "../refusal.ts";
import type { ServerCommand } from "./command.ts";
import type { Session } from "./server_session.ts";

/** Makes other streams out of those of a session. */
export type ChangeStreams = (duplex: Duplex) => Promise<OpenedStreams>;

/** What compresses the connection of a session. */
const LAYERS = new WeakMap<Session, CompressedDuplex>();

/** COMPRESS (RFC 4978): both sides compress after its OK. */
export const compress: ServerCommand = {
  name: "COMPRESS",
  state: "authenticated",
  capability: "COMPRESS=DEFLATE",
  async run(session, args): Promise<void> {
    if (args.sp().keyword() !== "DEFLATE") throw bad("there is only DEFLATE");
    args.end();
    if (LAYERS.has(session)) throw bad("COMPRESS is active already");
    if (session.input.pending) throw bad("nothing may follow before compression is on");
    const { loadCompression } = await import("../../../transports/shared/deflated_duplex.ts");
    const over = await loadCompression();
    // deno-lint-ignore require-await
    session.change = async (duplex) => {
      const layer = over(streamsOf(byStreams(duplex)), NOTHING, { received: 0, sent: 0 });
      // Any command may turn out to be UNAUTHENTICATE.
      layer.endSoon(true);
      LAYERS.set(session, layer);
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
  const layer = LAYERS.get(session);
  if (layer === undefined) return;
  session.change = async (): Promise<OpenedStreams> => {
    LAYERS.delete(session);
    return await layer.end();
  };
}
