// The fastest way on each runtime to send bytes and to read until a line with a certain tag: the
// floor under every client.

/** Notices the line with a tag, and looks only at the end of each chunk. */
class TagWatch {
  #carry = "";

  /** Whether the chunk ends with the tagged line. */
  ends(chunk, tag) {
    const tail = this.#carry +
      latin1(chunk.subarray(Math.max(0, chunk.length - 1000)));
    this.#carry = tail.slice(-1000);
    if (!tail.endsWith("\n")) return false;
    return tail.startsWith(
      `${tag} `,
      tail.lastIndexOf("\n", tail.length - 2) + 1,
    );
  }
}

const decoder = new TextDecoder("latin1");
const latin1 = (bytes) => decoder.decode(bytes);

/** For runtimes that call back with each chunk. */
class Pushed {
  #watch = new TagWatch();
  #waiting = null;
  write;
  close;

  onChunk(chunk) {
    if (this.#waiting === null || !this.#watch.ends(chunk, this.#waiting.tag)) {
      return;
    }
    const { resolve } = this.#waiting;
    this.#waiting = null;
    resolve();
  }

  /** Sends bytes, if any, and reads until the tagged line. */
  exchange(bytes, tag) {
    return new Promise((resolve) => {
      this.#waiting = { tag, resolve };
      if (bytes !== null) this.write(bytes);
    });
  }
}

async function connectNode(port) {
  const { connect } = await import("node:net");
  const session = new Pushed();
  const greeted = session.exchange(null, "*");
  const socket = connect({ host: "127.0.0.1", port });
  socket.setNoDelay(true);
  socket.on("data", (chunk) => session.onChunk(chunk));
  session.write = (bytes) => socket.write(bytes);
  session.close = () => socket.destroy();
  await greeted;
  return session;
}

async function connectBun(port) {
  const session = new Pushed();
  const greeted = session.exchange(null, "*");
  let left = new Uint8Array(0);
  const flush = (socket) => left = left.subarray(socket.write(left));
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: { data: (_, chunk) => session.onChunk(chunk), drain: flush },
  });
  session.write = (bytes) => {
    left = bytes;
    flush(socket);
  };
  session.close = () => socket.end();
  await greeted;
  return session;
}

/** For Deno, which is asked for each chunk. */
class Pulled {
  #conn;
  #watch = new TagWatch();
  #buffer = new Uint8Array(256 * 1024);

  constructor(conn, bufferSize) {
    this.#conn = conn;
    this.#buffer = new Uint8Array(bufferSize);
  }

  async exchange(bytes, tag) {
    const sent = bytes === null ? null : this.#send(bytes);
    for (;;) {
      const count = await this.#conn.read(this.#buffer);
      if (count === null) throw new Error("the server hung up");
      if (this.#watch.ends(this.#buffer.subarray(0, count), tag)) break;
    }
    await sent;
  }

  async #send(bytes) {
    for (let at = 0; at < bytes.length;) {
      at += await this.#conn.write(bytes.subarray(at));
    }
  }

  close() {
    this.#conn.close();
  }
}

async function connectDeno(port, bufferSize) {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  conn.setNoDelay(true);
  const session = new Pulled(conn, bufferSize);
  await session.exchange(null, "*");
  return session;
}

/** A connection that has received its greeting. */
export function connect(port, bufferSize = 256 * 1024) {
  if (globalThis.Bun) return connectBun(port);
  return globalThis.Deno ? connectDeno(port, bufferSize) : connectNode(port);
}
