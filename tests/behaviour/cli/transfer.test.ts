import { type AddressInfo, createServer, type Socket } from "node:net";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { assertEquals, assertMatch } from "@std/assert";
import { KEYS, runShell, Terminal, terminalMissing } from "./terminal.ts";

const PIECE = new Uint8Array(100_000).fill(97);
const PIECES = 30;

/** A server with a logged-in user, which sends each message slowly, over three seconds. */
async function serve(socket: Socket): Promise<void> {
  socket.on("error", () => {}).setEncoding("latin1");
  socket.write("* PREAUTH [CAPABILITY IMAP4rev1] slow\r\n");
  for await (const line of socket) {
    const [tag, ...words] = String(line).trim().split(" ");
    if (words[1] === "FETCH") await sendMessage(socket);
    if (words[0] === "SELECT") socket.write("* 1 EXISTS\r\n");
    if (words[0] === "LOGOUT") socket.write("* BYE\r\n");
    socket.write(`${tag} OK done\r\n`);
  }
}

async function sendMessage(socket: Socket): Promise<void> {
  socket.write(`* 1 FETCH (UID 1 BODY[] {${PIECES * PIECE.length}}\r\n`);
  for (let i = 0; i < PIECES && !socket.destroyed; i++) {
    socket.write(PIECE);
    await sleep(100);
  }
  socket.write(")\r\n");
}

describe("a long transfer in the shell", () => {
  const server = createServer((socket) => void serve(socket).catch(() => {}));
  let place: string[];
  const download = "(await c.fetch(1, ['BODY[]'])).get(1)['BODY[]'].length";

  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    place = ["-H", "127.0.0.1", "-P", `${port}`, "--insecure", "-u", "ann", "-p", "x"];
  });
  after(() => server.close());

  it(
    "shows bytes, rate and time left, and can be interrupted",
    { skip: terminalMissing },
    async () => {
      const terminal = new Terminal(place);
      try {
        await terminal.expect(/is "c"\n> $/);
        await terminal.run("c.selectFolder('INBOX')");
        terminal.type(download);
        await terminal.expect(/received \d\.\d MB of 3\.0 MB, [\d.]+ [kM]B\/s, \d+ s left/);
        assertEquals((await terminal.expect(/3000000\n> $/)).split("\n").at(-2), "3000000");
        terminal.type(download);
        await terminal.expect(/received \d\.\d MB of 3\.0 MB/);
        terminal.press(KEYS.ctrlC);
        await terminal.expect(/interrupted\n> $/);
        // The rest of the answer is dropped, and the connection works as before.
        assertEquals(await terminal.run("c.noop().then((it) => it.text)"), "'done'");
        terminal.press(KEYS.ctrlD);
        assertEquals(await terminal.end(), 0);
      } finally {
        terminal.kill();
      }
    },
  );

  it("shows nothing without a terminal", async () => {
    const code = `await c.selectFolder('INBOX'); ${download}`;
    const { status, stdout, stderr } = await runShell([...place, "-e", code]);
    assertEquals([status, stderr], [0, ""]);
    assertMatch(new TextDecoder().decode(stdout), /^3000000\n$/);
  });
});
