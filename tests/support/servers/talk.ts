import type { Readable, Writable } from "node:stream";

/**
 * Sends the lines one after the other, each when the server waits for one, and returns everything
 * that the server sent. A line is a command without its tag, or what the server asked for with `+`.
 */
export async function talk(
  output: Readable,
  input: Writable,
  lines: readonly string[],
): Promise<string> {
  let said = "";
  let sent = 0;
  for await (const bytes of output) {
    said += bytes;
    // The greeting, which is the first line, and every line that completes a command or asks for
    // more.
    const prompts = said.match(/^\* .*\r\n|(?<=\n)[a+] .*\r\n/g) ?? [];
    if (sent < lines.length && prompts.length > sent) {
      const tag = prompts.at(-1)!.startsWith("+") ? "" : "a ";
      input.write(`${tag}${lines[sent++]}\r\n`);
    }
  }
  return said;
}
