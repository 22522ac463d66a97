// A client that talks to a strict server, which reads every byte and refuses every command.
import { ImapClient } from "../../../src/client/imap_client.ts";
import type { ConnectOptions } from "../../../src/client/connect.ts";
import { memoryPair } from "../../../transports/memory/mod.ts";
import { fromBase64, readCommand, type Seen, shown } from "./grammar.ts";
import { type Allowed, Incomplete, latin1, type Word, Wrong } from "./scanner.ts";

/** The state of a session. */
export type State = "greeted" | "authenticated" | "selected";

/** What the server offers, and what is enabled. */
export interface Setting extends Allowed {
  readonly name: string;
  /** In addition to what all settings offer. */
  readonly capabilities: string;
}

const CAPABILITIES =
  "IMAP4rev1 ID ENABLE UTF8=ACCEPT IDLE ACL QUOTA METADATA NAMESPACE SORT CONDSTORE " +
  "SAVEDATE OBJECTID FILTERS SEARCH=FUZZY MULTISEARCH " +
  "THREAD=REFERENCES X-GM-EXT-1 XLIST UIDPLUS MOVE MULTIAPPEND UNSELECT CONDSTORE WITHIN " +
  "LANGUAGE I18NLEVEL=2 CATENATE URL-PARTIAL REPLACE URLAUTH NOTIFY " +
  "SPECIAL-USE ANNOTATE-EXPERIMENT-1 CREATE-SPECIAL-USE LIST-EXTENDED LIST-STATUS LIST-METADATA AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER AUTH=X-TEST";

const LITERALS = [
  { name: "no literals unasked", capabilities: "", nonSynchronising: -1 },
  { name: "LITERAL+", capabilities: " LITERAL+ SASL-IR", nonSynchronising: Infinity },
  { name: "LITERAL-", capabilities: " LITERAL-", nonSynchronising: 4096 },
];

/** Every way of sending literals, with and without UTF8=ACCEPT, folder names encoded or not. */
export const SETTINGS: readonly Setting[] = LITERALS.flatMap((literals) => {
  return [false, true].flatMap((utf8) => {
    return [true, false].map((folderEncode) => {
      const name = `${literals.name}, UTF-8 ${utf8 ? "on" : "off"}, folderEncode ${folderEncode}`;
      return { ...literals, name, utf8, folderEncode };
    });
  });
});

/** A command that the server received. */
export type Came = Omit<Seen, "used">;

/** The client, and what the server has received from it. */
export class WatchedClient {
  readonly client: ImapClient;
  readonly #server: StrictServer;

  private constructor(client: ImapClient, server: StrictServer) {
    this.client = client;
    this.#server = server;
  }

  /** Connects, and proceeds to that state. */
  static async open(
    setting: Setting,
    state: State,
    options: ConnectOptions = {},
  ): Promise<WatchedClient> {
    const [ours, theirs] = memoryPair();
    const server = new StrictServer(theirs, setting);
    const transport = () => Promise.resolve(ours);
    const greeting = state === "greeted" ? "OK" : "PREAUTH";
    void server.run(`* ${greeting} [CAPABILITY ${CAPABILITIES}${setting.capabilities}] hello`);
    const client = await ImapClient.connect({ transport, enable: [], ...options });
    if (state !== "greeted") {
      client.folderEncode = setting.folderEncode;
      server.agrees = true;
      if (setting.utf8) await client.enable("UTF8=ACCEPT");
      if (state === "selected") await client.selectFolder("INBOX");
      server.agrees = false;
    }
    server.forget();
    return new WatchedClient(client, server);
  }

  /** Whether the server says OK to commands. */
  set agrees(agrees: boolean) {
    this.#server.agrees = agrees;
  }

  /** The commands since the last call; throws if one was wrong. */
  take(): readonly Came[] {
    const { seen, wrong, held } = this.#server;
    this.#server.forget();
    if (wrong !== null) throw wrong;
    if (held.length > 0) throw new Wrong(`there is more: ${shown(held)}`);
    return seen;
  }
}

/** Reads strictly, and answers NO unless it `agrees`. */
class StrictServer {
  seen: Came[] = [];
  wrong: unknown = null;
  agrees = false;
  held: Uint8Array = new Uint8Array(0);
  readonly #setting: Setting;
  readonly #input: ReadableStreamDefaultReader<Uint8Array>;
  readonly #output: WritableStreamDefaultWriter<Uint8Array>;
  readonly #hangUp: () => void;

  constructor(duplex: ReturnType<typeof memoryPair>[0], setting: Setting) {
    this.#setting = setting;
    this.#input = duplex.readable.getReader();
    this.#output = duplex.writable.getWriter();
    this.#output.closed.catch(() => {});
    this.#hangUp = () => void duplex.close();
  }

  forget(): void {
    this.seen = [];
  }

  async run(greeting: string): Promise<void> {
    try {
      await this.#say(greeting);
      for (;;) await this.#answer(await this.#command());
    } catch (error) {
      if (!(error instanceof Hangup)) this.wrong = error;
      this.#hangUp();
    }
  }

  async #command(): Promise<Came> {
    let granted = 0;
    for (;;) {
      try {
        if (this.held.length === 0) throw new Incomplete(false);
        const { used, ...seen } = readCommand(this.held, this.#setting, granted);
        this.held = this.held.subarray(used);
        return seen;
      } catch (error) {
        if (!(error instanceof Incomplete)) throw error;
        if (error.asks) {
          granted++;
          await this.#say("+ go on");
        }
        await this.#more();
      }
    }
  }

  async #answer({ tag, words }: Came): Promise<void> {
    const all = words[0] === "AUTHENTICATE" && words.length === 2 ? await this.#ask(words) : words;
    // `watch` polls if IDLE is refused: that NOOP contains nothing from the caller.
    const isPoll = words.join() === "NOOP" && this.seen.at(-1)?.words.join() === "IDLE";
    // `append` repeats a message that is refused as UTF8 (~{n}), with the same words.
    const isAppend = words[0] === "APPEND" || words[0] === "UID REPLACE";
    const isRepeat = isAppend && String(words) === String(this.seen.at(-1)?.words);
    if (!isPoll && !isRepeat) this.seen.push({ tag, words: all });
    if (!this.agrees) return await this.#say(`${tag} NO no`);
    if (words[0] === "CAPABILITY") await this.#say(`* CAPABILITY ${CAPABILITIES}`);
    for (const line of ANSWERS[String(words[0])] ?? []) await this.#say(line);
    await this.#say(`${tag} OK yes`);
  }

  /** Asks for what did not come with AUTHENTICATE. */
  async #ask(words: readonly Word[]): Promise<readonly Word[]> {
    await this.#say("+ ");
    while (!this.held.includes(10)) await this.#more();
    const end = this.held.indexOf(10) + 1;
    const line = latin1(this.held.subarray(0, end));
    this.held = this.held.subarray(end);
    const text = line === "*\r\n" ? "*" : fromBase64(line.replace(/\r\n$/, ""));
    if (text === null) throw new Wrong(`not base64: ${JSON.stringify(line)}`);
    return [...words, text];
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#input.read();
    if (done) throw new Hangup();
    const joined = new Uint8Array(this.held.length + value.length);
    joined.set(this.held);
    joined.set(value, this.held.length);
    this.held = joined;
  }

  async #say(line: string): Promise<void> {
    await this.#output.write(new TextEncoder().encode(`${line}\r\n`));
  }
}

/** What the client needs besides OK. */
const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  ENABLE: ["* ENABLED UTF8=ACCEPT"],
  SELECT: ["* 1000 EXISTS"],
  "UID SEARCH": ["* SEARCH 1 2"],
};

class Hangup extends Error {}
