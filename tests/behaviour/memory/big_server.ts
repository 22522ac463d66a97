// A server with large answers that cost it nothing: it repeats a few bytes.
import { type AddressInfo, createServer, type Socket } from "node:net";

const PIECE = new Uint8Array(256 * 1024).fill(97);
const MESSAGE = "Subject: one of many\r\nFrom: Ann <ann@example.org>\r\n\r\n";
/** How many messages of a FETCH are sent at a time. */
const BATCH = 500;

/** A running server. */
export interface BigServer {
  readonly port: number;
  stop(): void;
}

/** Listens on a port of the loopback interface. */
export async function startBigServer(): Promise<BigServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    serve(socket).catch(() => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: (server.address() as AddressInfo).port, stop };
}

async function serve(socket: Socket): Promise<void> {
  socket.on("error", () => {}).setEncoding("latin1");
  socket.write("* PREAUTH [CAPABILITY IMAP4rev1 IDLE] big\r\n");
  for await (const chunk of socket) {
    for (const line of String(chunk).split("\r\n").slice(0, -1)) await answer(socket, line);
  }
}

/** For `UID FETCH 1:5 (BODY[])`, the folder's name is the size of each message. */
async function answer(socket: Socket, line: string): Promise<void> {
  const [tag, ...words] = line.split(" ");
  const command = words.join(" ");
  const fetched = /^UID FETCH (?:(\d+):)?(\d+) \((.*)\)$/.exec(command);
  const selected = /^SELECT "(\d+)"$/.exec(command);
  if (selected !== null) sizes.set(socket, Number(selected[1]));
  if (command === "LOGOUT") socket.write("* BYE bye\r\n");
  if (command === 'SELECT "BYE"') return void socket.end("* BYE enough\r\n");
  if (command === 'SELECT "CUT"') return void socket.destroy();
  if (command === 'SELECT "SILENCE"') return;
  if (command === "IDLE") return void socket.write("+ idling\r\n");
  if (fetched !== null && fetched[3] === "BODY[]") await sendMessage(socket, Number(fetched[2]));
  else if (fetched !== null) await sendRows(socket, Number(fetched[2]));
  await write(socket, line === "DONE" ? "A0 OK\r\n" : `${tag} OK done\r\n`);
}

const sizes = new WeakMap<Socket, number>();

async function sendMessage(socket: Socket, uid: number): Promise<void> {
  const size = sizes.get(socket) ?? 0;
  await write(socket, `* 1 FETCH (UID ${uid} BODY[] {${size}}\r\n`);
  for (let left = size; left > 0; left -= PIECE.length) {
    await write(socket, left < PIECE.length ? PIECE.subarray(0, left) : PIECE);
  }
  await write(socket, ")\r\n");
}

async function sendRows(socket: Socket, count: number): Promise<void> {
  for (let first = 1; first <= count; first += BATCH) {
    let text = "";
    for (let uid = first; uid < first + BATCH && uid <= count; uid++) {
      text += `* ${uid} FETCH (UID ${uid} FLAGS (\\Seen) BODY[HEADER] {${MESSAGE.length}}\r\n`;
      text += `${MESSAGE})\r\n`;
    }
    await write(socket, text);
  }
}

/** Writes, and waits if the other side does not read. */
async function write(socket: Socket, data: string | Uint8Array): Promise<void> {
  if (socket.destroyed) throw new Error("the client is gone");
  if (socket.write(data)) return;
  await new Promise<void>((resolve) => {
    const goOn = () => {
      socket.off("drain", goOn).off("close", goOn);
      resolve();
    };
    socket.on("drain", goOn).on("close", goOn);
  });
}
