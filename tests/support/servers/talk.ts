import type { Readable, Writable } from "node:stream";

/**
 * Says one line after the other, as soon as the server waits for one, and gives all that the server
 * said. A line is a command without its tag, or what the server asked for by `+`.
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
    // The greeting, which is the first line, and everything that ends or halts a command.
    const prompts = said.match(/^\* .*\r\n|(?<=\n)[a+] .*\r\n/g) ?? [];
    if (sent < lines.length && prompts.length > sent) {
      const tag = prompts.at(-1)!.startsWith("+") ? "" : "a ";
      input.write(`${tag}${lines[sent++]}\r\n`);
    }
  }
  return said;
}
