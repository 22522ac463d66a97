// A command without a connection: what it writes, and how it reads an answer.
import type { Command } from "../../src/connection/command.ts";
import type { ImapErrorDetails } from "../../src/model/errors.ts";
import { CommandWriter, type WriterOptions } from "../../src/wire/writer.ts";
import { read, text } from "./wire.ts";

export const PLAIN: WriterOptions = { nonSynchronising: -1, utf8: false, folderEncode: true };

/** The arguments that a command sends, with `↵` for a line end and `…` where it waits for `+`. */
export function sent(command: Command<unknown>, options: Partial<WriterOptions> = {}): string {
  return written((out) => command.write?.(out), options).trimStart();
}

/** What a function writes, shown in the same way. */
export function written(
  write: (out: CommandWriter) => void,
  options: Partial<WriterOptions> = {},
): string {
  const out = new CommandWriter({ ...PLAIN, ...options });
  write(out);
  const parts = out.finish().map(({ bytes, waits }) => text(bytes) + (waits ? "…" : ""));
  return parts.join("").replace(/\r\n$/, "").replaceAll("\r\n", "↵");
}

/** The result of a command for these lines; the last one is the tagged response. */
export function answer<Result>(command: Command<Result>, ...lines: readonly string[]): Result {
  for (const line of lines) {
    const response = read(line);
    if (response.kind === "untagged") command.accept?.(response);
    else if (response.kind === "tagged") {
      if (response.status === "OK") return command.result(response);
      const details: ImapErrorDetails = { responseCode: response.code, text: response.text };
      throw command.refused?.(response, `${command.name} failed: ${response.text}`, details);
    }
  }
  throw new Error("no tagged response");
}

/** Whether a command claims each of these untagged responses. */
export function claims(command: Command<unknown>, ...lines: readonly string[]): boolean[] {
  return lines.map((line) => {
    const response = read(line);
    return response.kind === "untagged" && (command.accept?.(response) ?? false);
  });
}
