import type { Command } from "../../connection/command.ts";
import { ProtocolError } from "../../model/errors.ts";
import { encodeUtf8 } from "../../util/bytes.ts";
import { fullText } from "../../model/text.ts";

/** Gets told how an IDLE proceeds. */
export interface IdleListener {
  /** The server has agreed, and sends updates from now on. */
  begun(): void;
  /** It ends, since its time is over or another command waits. */
  ending(): void;
}

/** An IDLE, which lasts until it is interrupted. */
export type IdleCommand = Command<string> & { interrupt(): void };

/** IDLE (RFC 2177, RFC 9051 section 6.3.13). */
export function idle(listener: IdleListener): IdleCommand {
  let begun = false;
  let ending = false;
  let finish = () => {};
  const finished = new Promise<void>((resolve) => finish = resolve);
  return {
    name: "IDLE",
    needs: "IDLE",
    state: "authenticated",
    /** Between `+` and DONE, the server need not send anything. */
    get patience(): number | undefined {
      return begun && !ending ? 0 : undefined;
    },
    interrupt(): void {
      if (ending) return;
      ending = true;
      listener.ending();
      finish();
    },
    async respond(): Promise<Uint8Array> {
      // There is only one DONE to send, so a second `+` is ignored.
      if (begun) await new Promise(() => {});
      begun = true;
      // If it was ended before the `+`, DONE had to wait for that (RFC 2177 section 3).
      if (!ending) listener.begun();
      await finished;
      return encodeUtf8("DONE");
    },
    result(done): string {
      if (!begun) throw new ProtocolError(`Unexpected IDLE response: ${done.status} ${done.text}`);
      return fullText(done);
    },
  };
}
