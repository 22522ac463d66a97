// A busy program sees timers and data late: data that arrived in time must count.
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { assertEquals, assertInstanceOf } from "@std/assert";
import { ImapClient, TimeoutError } from "../../../mod.ts";
import { outcome, test } from "../../support/fake_server.ts";

/** How many seconds the server has to answer. */
const PATIENCE = 0.5;

/** Blocks the event loop for longer than the server has. */
function beBusy(): void {
  const end = performance.now() + 1.5 * PATIENCE * 1000;
  while (performance.now() < end);
}

/** Plays a server over TCP that answers each line, and runs a client of it. */
async function visit(
  answer: (line: string, socket: Socket) => void,
  play: (client: ImapClient) => Promise<void>,
): Promise<void> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      for (const line of bytes.toString().split("\r\n").slice(0, -1)) answer(line, socket);
    });
    socket.write("* PREAUTH [CAPABILITY IMAP4rev1 IDLE] hello\r\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = await ImapClient.connect({
    host: "127.0.0.1",
    port,
    ssl: false,
    timeout: { connect: 30, read: PATIENCE },
  });
  try {
    await play(client);
  } finally {
    client.shutdown();
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

/** Answers, and blocks the whole program before anybody can read the answer. */
function answersAndIsBusy(line: string, socket: Socket): void {
  const [tag, name] = line.split(" ");
  if (name === "IDLE") socket.write("+ idling\r\n");
  else if (tag === "DONE") socket.write("A1 OK done\r\n", beBusy);
  else if (name === "SEARCH") socket.write(`* SEARCH 1 2\r\n${tag} OK done\r\n`, beBusy);
  else socket.write(`${tag} OK done\r\n`, beBusy);
}

test("a program busy for longer than the timeout: the answer came in time → it counts [fault D5]", async () => {
  for (let i = 0; i < 3; i++) {
    await visit(answersAndIsBusy, async (client) => {
      assertEquals((await client.noop()).text, "done");
    });
  }
});

test("logout of a busy program → the answer counts [fault D5]", async () => {
  await visit(answersAndIsBusy, async (client) => assertEquals(await client.logout(), "done"));
});

test("idleDone of a busy program → the answer counts [fault D5]", async () => {
  await visit(answersAndIsBusy, async (client) => {
    await client.idle();
    assertEquals((await client.idleDone()).text, "done");
  });
});

test("idleCheck in a busy program: updates came in time → returned [fault D5]", async () => {
  const tellAndBeBusy = (line: string, socket: Socket) => {
    if (line.endsWith("IDLE")) {
      socket.write("+ idling\r\n");
      setTimeout(() => socket.write("* 5 EXISTS\r\n", beBusy), 20);
    }
  };
  await visit(tellAndBeBusy, async (client) => {
    await client.idle();
    const [news] = await client.idleCheck({ timeout: PATIENCE });
    assertEquals(news?.type, "EXISTS");
  });
});

test("a busy program and a silent server → still a TimeoutError [fault D5]", async () => {
  await visit(beBusy, async (client) => {
    assertInstanceOf(await outcome(client.noop()), TimeoutError);
    assertInstanceOf(await outcome(client.noop()), TimeoutError);
  });
});

test("a program that is busy again and again, and a silent server → TimeoutError [fault D5]", async () => {
  await visit(() => {}, async (client) => {
    const timer = setInterval(beBusy, 1);
    try {
      assertInstanceOf(await outcome(client.noop()), TimeoutError);
    } finally {
      clearInterval(timer);
    }
  });
});
