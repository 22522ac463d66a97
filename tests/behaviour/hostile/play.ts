import { ImapClient } from "../../../src/client/imap_client.ts";
import type { ConnectOptions } from "../../../src/client/connect.ts";
import { ImapAbortError } from "../../../src/model/errors.ts";
import { memoryPair } from "../../../transports/memory/mod.ts";
import { slowness, whenLate } from "../../support/patience.ts";
import { Villain } from "./villain.ts";

/** A class of errors. */
export type ErrorClass = new (...args: never[]) => Error;

/** One way in which a server misbehaves, and the result that it must have. */
export interface Behaviour {
  /** What the server does. */
  readonly name: string;
  /** What it sends to a client, and when. After the end of this function it is silent. */
  readonly server: (villain: Villain) => Promise<void>;
  /** What the client does. */
  readonly client: (visitor: Visitor) => Promise<unknown>;
  /** The error that the client's calls end with. Without it they must return `gives`. */
  readonly fails?: ErrorClass;
  /** A part of the error's message. */
  readonly says?: RegExp;
  /** Whether the client must have closed the connection by then. Default: if the error says so. */
  readonly closes?: boolean;
  /** The value that the client's part returns. */
  readonly gives?: unknown;
  /** What happens to the client, in words, for the name of the test. */
  readonly so?: string;
  /** The limit in seconds: at least ten times what it takes. */
  readonly within?: number;
  /** The client's timeout, in seconds. */
  readonly timeout?: number;
  /** By how many MiB the process may grow. If given, the behaviour runs in its own process. */
  readonly memory?: number;
  /** Whether it is also tried over a socket, or only so. */
  readonly tcp?: boolean | "only";
  /** Whether the connection in memory is one on which TLS could be started. */
  readonly plain?: boolean;
}

/** The result of a behaviour. */
export interface Played {
  readonly value?: unknown;
  readonly error?: unknown;
  /** The time that it took, or would have taken on an idle machine. */
  readonly seconds: number;
  /** What was left over: pending calls, open connections. */
  readonly leftOver: readonly string[];
}

/** The default limit of a behaviour in seconds: it only detects hangs. */
export const WITHIN = 10;
/** The timeout of a client whose timeout is not tested, in seconds. */
const PATIENCE = 60;
/** How long things may take to settle, in seconds. */
const REST = 3;

/** A way to reach a villain. */
export interface Lair {
  readonly options: ConnectOptions;
  /** Settles when all connections are over on the villain's side. */
  over(): Promise<unknown>;
  close(): Promise<void>;
}

/** A villain in this process. */
export function memoryLair({ server, plain }: Behaviour): Lair {
  const visits: Promise<void>[] = [];
  const transport = () => {
    const [near, far] = memoryPair();
    visits.push(new Villain(far).play(server));
    const startTls = () => Promise.reject(new Error("no villain gets that far"));
    return Promise.resolve(
      plain
        ? {
          readable: near.readable,
          writable: near.writable,
          secure: false,
          close: () => near.close(),
          startTls,
        }
        : near,
    );
  };
  const over = () => Promise.all(visits);
  return { options: { transport }, over, close: () => Promise.resolve() };
}

/** A client program that connects to a villain; each call is tracked until it has its answer. */
export class Visitor {
  /** The calls that have no answer yet. */
  readonly waiting: Set<string> = new Set();
  readonly #options: ConnectOptions;
  readonly #clients: ImapClient[] = [];
  readonly #left = new AbortController();

  constructor(options: ConnectOptions) {
    this.#options = options;
  }

  async connect(options: ConnectOptions = {}): Promise<ImapClient> {
    const client = await this.#watch(
      "connect",
      ImapClient.connect({ signal: this.#left.signal, ...this.#options, ...options }),
    );
    this.#clients.push(client);
    return this.#watched(client);
  }

  /** A client with a folder selected; see {@linkcode Villain.select}. */
  async select(options: ConnectOptions = {}): Promise<ImapClient> {
    const client = await this.connect(options);
    await client.selectFolder("INBOX");
    return client;
  }

  /** How many connections are not closed. */
  get open(): number {
    return this.#clients.filter((client) => !client.closed).length;
  }

  /** Closes all connections. */
  leave(): void {
    this.#left.abort();
    for (const client of this.#clients) client.shutdown();
  }

  #watched(client: ImapClient): ImapClient {
    return new Proxy(client, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => this.#watch(String(name), value.apply(target, args));
      },
      set: (target, name, value) => Reflect.set(target, name, value, target),
    });
  }

  #watch<T>(name: string, result: T): T {
    if (!(result instanceof Promise)) return result;
    const call = `${name} #${this.#count++}`;
    this.waiting.add(call);
    const settled = () => this.waiting.delete(call);
    result.then(settled, settled);
    return result;
  }

  #count = 0;
}

/** Whether a promise settles within this many seconds. */
async function settles(promise: Promise<unknown>, seconds: number): Promise<boolean> {
  let settle = (): void => {};
  const late = new Promise<boolean>((resolve) => {
    settle = whenLate(seconds * 1000, () => resolve(false));
  });
  const settled = promise.then(() => true, () => true);
  try {
    return await Promise.race([settled, late]);
  } finally {
    settle();
  }
}

/** Runs a client against the villain, to the end. */
export async function play(behaviour: Behaviour, lair: Lair): Promise<Played> {
  const { client, closes, within = WITHIN, timeout = PATIENCE } = behaviour;
  const visitor = new Visitor({ timeout, ...lair.options });
  const started = performance.now();
  let outcome: { value?: unknown; error?: unknown } = { error: `nothing within ${within} s` };
  const visit = client(visitor).then((value) => ({ value }), (error) => ({ error }));
  if (await settles(visit, within)) outcome = await visit;
  let seconds = (performance.now() - started) / 1000;
  if (seconds > within) seconds /= slowness();
  const leftOver: string[] = [];
  if (closes ?? outcome.error instanceof ImapAbortError) {
    if (visitor.open > 0) leftOver.push("a client that is not closed");
    if (!await settles(lair.over(), REST)) leftOver.push("a connection that is open");
  }
  visitor.leave();
  if (!await settles(lair.over(), REST)) leftOver.push("a connection that can't be closed");
  await settles(visit, REST);
  return { ...outcome, seconds, leftOver: [...leftOver, ...visitor.waiting] };
}
