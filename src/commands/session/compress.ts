import type { Command } from "../../connection/command.ts";
import { fullText } from "../../model/text.ts";
import type { CommandWriter } from "../../wire/writer.ts";

/** COMPRESS (RFC 4978): everything after its OK is compressed, in both directions. */
export function compressDeflate(): Command<string> {
  return {
    name: "COMPRESS",
    needs: "COMPRESS=DEFLATE",
    state: "authenticated",
    write: (out: CommandWriter): void => void out.sp().atom("DEFLATE"),
    result: fullText,
  };
}
