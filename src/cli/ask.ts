import process from "node:process";
import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/** The user cancelled a question. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

/** Asks for a line on the terminal. Throws {@linkcode Cancelled} at Ctrl-C and Ctrl-D. */
export async function ask(question: string): Promise<string> {
  try {
    return await read(question, process.stdout);
  } catch (error) {
    process.stdout.write("\n");
    throw error;
  }
}

/** Asks for a line that is not shown while it is typed. */
export async function askHidden(question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    return await read(question, nowhere);
  } finally {
    process.stdout.write("\n");
  }
}

async function read(question: string, output: NodeJS.WritableStream): Promise<string> {
  const lines = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 });
  try {
    return await new Promise((resolve, reject) => {
      lines.once("SIGINT", () => reject(new Cancelled("interrupted")));
      lines.once("close", () => reject(new Cancelled("nothing was given")));
      lines.question(output === process.stdout ? question : "", resolve);
      // Only after the terminal has stopped echoing.
      if (output !== process.stdout) process.stdout.write(question);
    });
  } finally {
    lines.close();
  }
}
