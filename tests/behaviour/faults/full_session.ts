import { ImapClient } from "../../../src/client/imap_client.ts";
import type { ConnectOptions } from "../../../src/client/connect.ts";
import { type MemoryAccount, MemoryServer } from "../../../src/testing/mod.ts";
import { plainly } from "./plainly.ts";
import { readAll } from "../../support/bytes.ts";

/** The value of a session's step as plain text, or the error that it ended with. */
export interface Told {
  readonly step: string;
  readonly value?: string;
  readonly error?: unknown;
}

/** What a step works with. */
interface Course {
  readonly client: ImapClient;
  /** How another client reaches the same server. */
  readonly other: ConnectOptions;
  /** How long to wait for changes, in seconds. */
  readonly newsWithin: number;
  /** Records what a step has received before it ends. */
  readonly note: (step: string, value: unknown) => void;
}

type Step = readonly [name: string, run: (course: Course) => Promise<unknown>];

/** Only the extensions that the session uses are kept, so that announcing them takes few bytes. */
const LEFT_OUT = [
  ...["LITERAL+", "SASL-IR", "ID", "ENABLE", "NAMESPACE", "UNSELECT", "SPECIAL-USE", "CHILDREN"],
  ...["SORT", "THREAD=ORDEREDSUBJECT", "THREAD=REFERENCES", "QUOTA", "CONDSTORE", "STATUS=SIZE"],
];
const DATE = new Date(Date.UTC(2024, 1, 29, 12, 0, 0));
const SMALL = "Date: Thu, 29 Feb 2024 12:00:00 +0000\r\nFrom: Bo <bo@x.org>\r\nSubject: Hi\r\n" +
  "Message-ID: <1@x>\r\n\r\nhey\r\n";
/** Longer than what the client keeps in the text of a response: 4096 bytes. */
const LARGE = "Subject: Long\r\nMessage-ID: <2@x>\r\n\r\n" + "0123456789abcdef\r\n".repeat(226);

/** A server with the mail that the session works on. */
export function filledServer(): MemoryServer {
  const server = new MemoryServer({ capabilities: { omit: LEFT_OUT } });
  const ann = server.addUser("ann", "secret");
  ann.createFolder("Kept");
  fill(ann);
  return server;
}

function fill(account: MemoryAccount): void {
  account.append("INBOX", SMALL, { date: DATE, flags: ["\\Seen"] });
  account.append("INBOX", LARGE, { date: DATE });
  account.append("INBOX", "Subject: C\r\n\r\nc\r\n", { date: DATE, flags: ["\\Flagged"] });
}

const STEPS: readonly Step[] = [
  ["login", ({ client }) => client.login("ann", "secret")],
  ["capabilities", ({ client }) => client.capabilities()],
  ["list", ({ client }) => client.listFolders()],
  ["select", ({ client }) => client.selectFolder("INBOX")],
  ["search", ({ client }) => client.search(["UNSEEN"])],
  ["fetch", ({ client }) => client.fetch("1:3", ["ENVELOPE", "FLAGS"])],
  ["fetch literals", ({ client }) => client.fetch("1:2", ["BODY.PEEK[]", "RFC822.SIZE"])],
  ["fetch streams", fetchStreams],
  ["store", ({ client }) => client.addFlags(1, ["\\Answered", "$x"])],
  ["append", ({ client }) => client.append("Kept", "Subject: D\n\nd\n", { date: DATE })],
  ["multiappend", ({ client }) => client.multiappend("Kept", ["Subject: E\n\n", "Subject: F\n\n"])],
  ["copy", ({ client }) => client.copy(1, "Kept")],
  ["move", ({ client }) => client.move(2, "Kept")],
  ["delete", ({ client }) => client.deleteMessages(3, { silent: true })],
  ["expunge", ({ client }) => client.expunge()],
  ["idle", ({ client }) => client.idle()],
  ["idleCheck", takeNews],
  ["idleDone", ({ client }) => client.idleDone()],
  ["status", ({ client }) => client.folderStatus("Kept", ["MESSAGES", "UIDNEXT"])],
  ["close", ({ client }) => client.closeFolder()],
  ["logout", ({ client }) => client.logout()],
];

/** Each message is recorded as far as it has arrived, since an error may follow. */
async function fetchStreams({ client, note }: Course): Promise<number> {
  let count = 0;
  const items = ["BODY.PEEK[]", "RFC822.SIZE", "FLAGS"] as const;
  for await (const message of client.fetchEach("1:2", items, { stream: true })) {
    const body = await readAll(message["BODY[]"]);
    // What follows a long section is available once the section was read.
    const { SEQ, UID, FLAGS } = message;
    const size = message["RFC822.SIZE"];
    note(`streamed message ${++count}`, { SEQ, UID, FLAGS, size, body });
  }
  return count;
}

/** A message arrives over another, healthy connection. */
async function takeNews({ client, other: options, newsWithin }: Course): Promise<unknown> {
  const other = await ImapClient.connect(options);
  await other.login("ann", "secret");
  await other.append("INBOX", "Subject: G\n\ng\n", { date: DATE });
  await other.logout();
  const news: unknown[] = [];
  while (news.length < 2) {
    const more = await client.idleCheck({ timeout: newsWithin });
    if (more.length === 0) return "no news";
    news.push(...more);
  }
  return news;
}

/** The result of a session. */
export interface SessionReport {
  /** The result of each step, in order, up to the first that failed. */
  readonly told: readonly Told[];
  /** The client, if it could connect. */
  readonly client: ImapClient | null;
}

/** Options for a session. */
export interface SessionOptions {
  readonly connect: ConnectOptions;
  /** How another client reaches the same server. */
  readonly other: ConnectOptions;
  /** How long to wait for changes, in seconds. */
  readonly newsWithin?: number;
  /** Called when a step begins, with the client once there is one. */
  readonly begin?: (step: string, client: ImapClient | null) => void;
}

/** Does one thing of each kind that a client can do, until all are done or one fails. */
export async function runSession(
  { connect, other, newsWithin = 30, begin }: SessionOptions,
): Promise<SessionReport> {
  const told: Told[] = [];
  let client: ImapClient | null = null;
  const note = (step: string, value: unknown) => told.push({ step, value: plainly(value) });
  const tell = async (step: string, run: () => Promise<unknown>): Promise<boolean> => {
    begin?.(step, client);
    try {
      note(step, await run());
      return true;
    } catch (error) {
      told.push({ step, error });
      return false;
    }
  };
  let isFine = await tell("connect", async () => {
    client = await ImapClient.connect(connect);
    return client.welcome;
  });
  for (let at = 0; isFine && at < STEPS.length; at++) {
    const [name, run] = STEPS[at];
    isFine = await tell(name, () => run({ client: client!, other, newsWithin, note }));
  }
  return { told, client };
}
