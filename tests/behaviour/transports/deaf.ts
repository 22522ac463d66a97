import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** Listens, but is stopped before it can accept a connection. */
const SCRIPT = `
  const server = require("node:net").createServer();
  server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
    require("node:fs").writeSync(1, server.address().port + "\\n");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
`;

/** A port on which the system does not answer, since its queue of connections is full. */
export async function deafListener(): Promise<{ port: number; close(): Promise<void> }> {
  const child = spawn("node", ["-e", SCRIPT], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(child.stdout, "data");
  const port = Number(String(line));
  const waiting: Socket[] = [];
  for (let i = 0; i < 6; i++) {
    const socket = connect(port, "127.0.0.1").on("error", () => {});
    waiting.push(socket);
    await new Promise<void>((resolve) => {
      socket.once("connect", resolve);
      setTimeout(resolve, 100);
    });
  }
  return {
    port,
    close: async () => {
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
      for (const socket of waiting) socket.destroy();
    },
  };
}
