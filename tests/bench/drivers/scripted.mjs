// A server in the same process, which answers with prepared chunks: what remains is the client.
import { ImapClient } from "../../../mod.ts";

const CAPABILITIES = "IMAP4rev1 COMPRESS=DEFLATE";
const encode = (text) => new TextEncoder().encode(text);
const decode = (bytes) => new TextDecoder("latin1").decode(bytes);
const GREETING = encode(`* OK [CAPABILITY ${CAPABILITIES}] ready\r\n`);

/** A duplex whose answers are prepared. */
class Scripted {
  secure = true;
  /** What a write is answered with. */
  #answer;
  #chunks = [GREETING];
  #at = 0;
  #waiting = null;

  constructor(answer) {
    this.#answer = answer;
  }

  /** From now on, each command is answered with the next of these lists of chunks. */
  replay(answers) {
    let at = 0;
    this.#answer = (bytes) => isWhole(bytes) ? answers[at++] : [];
  }

  read() {
    if (this.#at < this.#chunks.length) return Promise.resolve(this.#chunks[this.#at++]);
    return new Promise((resolve) => this.#waiting = resolve);
  }

  write(bytes) {
    const chunks = this.#answer(bytes);
    if (chunks.length > 0) this.#send(chunks);
    return Promise.resolve();
  }

  #send(chunks) {
    this.#chunks = [...this.#chunks.slice(this.#at), ...chunks];
    this.#at = 0;
    if (this.#waiting === null) return;
    const resolve = this.#waiting;
    this.#waiting = null;
    resolve(this.#chunks[this.#at++]);
  }

  close() {
    this.#waiting?.(null);
  }
}

/** Whether a command, plain or compressed, ends with these bytes. */
function isWhole(bytes) {
  const [a, b, c, d] = bytes.subarray(-4);
  return d === 0x0a || a === 0x00 && b === 0x00 && c === 0xff && d === 0xff;
}

/** Answers what a client says before it is measured. */
function answerFirst(bytes) {
  const [tag, name] = decode(bytes).trim().split(" ");
  const before = name === "SELECT" ? "* 20000 EXISTS\r\n* OK [UIDVALIDITY 1] valid\r\n" : "";
  const code = name === "LOGIN" ? `[CAPABILITY ${CAPABILITIES}] ` : "";
  return [encode(`${before}${tag} OK ${code}done\r\n`)];
}

/** The tag of the first command after `openScripted`. */
export const FIRST_TAG = 4;

/** A duplex that replays, by itself. */
export function scripted(answers) {
  const duplex = new Scripted(() => []);
  duplex.replay(answers);
  duplex.read();
  return duplex;
}

/** A client with a folder selected, compressed or not, whose further commands get these answers. */
export async function openScripted(answers, isCompressed) {
  const duplex = new Scripted(answerFirst);
  const client = await ImapClient.connect({ transport: () => Promise.resolve(duplex) });
  await client.login("ann", "secret");
  await client.selectFolder("INBOX");
  client.useUid = false;
  await (isCompressed ? client.compress() : client.noop());
  duplex.replay(answers);
  return client;
}
