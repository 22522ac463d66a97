// An IMAP server that answers from prepared bytes. It is its own process, so that the cost of a
// client can be told from the server's. It prints its port, and ends with its standard input.
import { createServer } from "node:net";
import { constants, createDeflateRaw, createInflateRaw } from "node:zlib";
import { answer, GREETING } from "./answers.mjs";
import { APPEND_SIZE, bodyBytes, UPLOAD_SIZE } from "./mail.mjs";

const UIDS_OF_APPENDS = 1_000_000;
const EXPECTED = new Map(
  [APPEND_SIZE, UPLOAD_SIZE].map((size) => [size, bodyBytes(size)]),
);

/**
 * With `--patient=5`, answers wait until the client has been silent for 5 milliseconds, as on a
 * slow line. Each such wait is a round trip.
 */
const patience = Number(
  process.argv.find((arg) => arg.startsWith("--patient="))?.slice(
    "--patient=".length,
  ) ?? 0,
);
const trips = { count: 0 };

/** With `--compress`, the server has COMPRESS, and compresses as it sends, as Dovecot does. */
const compresses = process.argv.includes("--compress");

class Session {
  loggedIn = false;
  compresses = compresses;
  #socket;
  /** What is written: the socket, or what compresses for it. */
  #sink;
  #output = [];
  #timer;
  /** The command so far, without its literals. */
  #line = "";
  /** The literal in progress. */
  #literal = { size: 0, left: 0, right: true };
  #appended = 0;
  /** Whether the output answers an APPEND: only these round trips are counted. */
  #answersAppend = false;
  /** What the next line belongs to, if it is not a command. */
  #expects = null;

  constructor(socket) {
    this.#socket = this.#sink = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.#read(chunk));
    socket.on("error", () => {});
    socket.write(GREETING);
  }

  #read(chunk) {
    for (let at = 0; at < chunk.length;) {
      at = this.#literal.left > 0 ? this.#readLiteral(chunk, at) : this.#readLine(chunk, at);
    }
    if (this.#output.length === 0) return;
    if (patience === 0) return this.#flush();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#flush(), patience);
  }

  #flush() {
    if (this.#output.length === 0) return;
    if (this.#answersAppend) trips.count++;
    this.#answersAppend = false;
    const output = this.#output;
    this.#output = [];
    this.#socket.cork();
    for (const piece of joined(output)) this.#sink.write(piece);
    if (this.#sink !== this.#socket) this.#sink.flush(constants.Z_SYNC_FLUSH);
    this.#socket.uncork();
  }

  /** What follows is compressed, in both directions (RFC 4978). */
  #compress(tag) {
    this.#output.push(`${tag} OK Begin compression.\r\n`);
    this.#flush();
    const [inflate, deflate] = [createInflateRaw(), createDeflateRaw()];
    this.#socket.removeAllListeners("data").on("data", (chunk) => inflate.write(chunk));
    inflate.on("data", (chunk) => this.#read(chunk));
    deflate.on("data", (chunk) => this.#socket.write(chunk));
    this.#sink = deflate;
  }

  #readLiteral(chunk, at) {
    const { size, left } = this.#literal;
    const end = Math.min(chunk.length, at + left);
    const expected = EXPECTED.get(size);
    if (
      expected?.compare(chunk, at, end, size - left, size - left + end - at) !==
        0
    ) {
      this.#literal.right = false;
    }
    this.#literal.left -= end - at;
    return end;
  }

  #readLine(chunk, at) {
    const end = chunk.indexOf(10, at) + 1;
    this.#line += chunk.latin1Slice(at, end === 0 ? chunk.length : end);
    if (end === 0) return chunk.length;
    const literal = /\{(\d+)(\+?)\}\r\n$/.exec(this.#line);
    if (literal === null) {
      const line = this.#line.slice(0, -2);
      this.#line = "";
      this.#obey(line);
      return end;
    }
    this.#line = this.#line.slice(0, literal.index);
    this.#literal = {
      size: Number(literal[1]),
      left: Number(literal[1]),
      right: true,
    };
    this.#answersAppend = true;
    if (literal[2] === "") this.#output.push("+ OK\r\n");
    return end;
  }

  #obey(line) {
    if (this.#expects !== null) {
      const { tag, text } = this.#expects;
      this.#expects = null;
      this.#output.push(`${tag} OK ${text}\r\n`);
      return;
    }
    const [, tag, name, args] = /^(\S+) ((?:UID )?\S+) ?(.*)$/i.exec(line);
    const known = name.toUpperCase();
    if (known === "APPEND") this.#append(tag);
    else if (known === "COMPRESS" && compresses) this.#compress(tag);
    else if (known === "IDLE") {
      this.#goOn(tag, "Idle completed.", "+ idling\r\n");
    } else if (known === "AUTHENTICATE") this.#authenticate(tag, args);
    else this.#output.push(...answer(tag, known, args, this));
    if (known === "LOGOUT") setImmediate(() => this.#socket.end());
  }

  #append(tag) {
    this.#answersAppend = true;
    const uid = UIDS_OF_APPENDS + ++this.#appended;
    this.#output.push(
      this.#literal.right
        ? `${tag} OK [APPENDUID 1700000000 ${uid}] Append completed.\r\n`
        : `${tag} NO these are not the bytes to be appended\r\n`,
    );
  }

  #authenticate(tag, args) {
    const { length } = args.split(" ");
    this.loggedIn = true;
    // If the client knows SASL-IR, the response follows the mechanism.
    if (length > 1) this.#output.push(`${tag} OK Logged in\r\n`);
    else this.#goOn(tag, "Logged in", "+ \r\n");
  }

  #goOn(tag, text, invitation) {
    this.#expects = { tag, text };
    this.#output.push(invitation);
  }
}

/** Joins short pieces, since each write costs a client a packet. */
function joined(pieces) {
  const found = [];
  let short = [];
  const gather = () => {
    if (short.length > 0) found.push(Buffer.concat(short));
    short = [];
  };
  for (const piece of pieces) {
    if (piece.length < 65_536) {
      short.push(typeof piece === "string" ? Buffer.from(piece) : piece);
    } else {
      gather();
      found.push(piece);
    }
  }
  gather();
  return found;
}

const server = createServer((socket) => new Session(socket));
server.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () => {
  console.log(server.address().port);
});
// A line on standard input asks for the round trips since the last one.
process.stdin.on("data", () => {
  console.log(trips.count);
  trips.count = 0;
});
process.stdin.on("end", () => process.exit());
