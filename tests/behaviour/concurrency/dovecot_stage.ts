import { setImmediate, setTimeout } from "node:timers/promises";
import { ImapClient } from "@imapclient/imapclient";
import { type Dovecot, DOVECOT_USERS } from "../../support/servers/dovecot.ts";
import type { SystemFlag } from "../../support/servers/maildir.ts";
import type { Mail, Op, Program } from "./program.ts";
import { microtasks, ownFlags, type Scene, type Stage, textOf } from "./scene.ts";

/** Where the other session moves messages that it removes. */
const ELSEWHERE = "Elsewhere";

/** A stage on a running Dovecot, where each program has its own folders; and how to close it. */
export async function dovecotStage(dovecot: Dovecot): Promise<{ stage: Stage; close(): void }> {
  dovecot.addMail("ann", ELSEWHERE, []);
  const other = await open(dovecot);
  let programs = 0;
  const stage: Stage = async (program, said) => {
    const prefix = `p${programs++}-`;
    addMail(dovecot, program, prefix);
    // Only this gives the messages their UIDs, before those of any that are added later.
    for (const name of Object.keys(program.folders)) await other.folderStatus(`${prefix}${name}`);
    const client = await open(dovecot, program, said);
    return new DovecotScene(client, other, program, prefix);
  };
  return { stage, close: () => other.shutdown() };
}

function addMail(dovecot: Dovecot, { folders }: Program, prefix: string): void {
  for (const [name, mails] of Object.entries(folders)) {
    const texts = mails.map(({ mark, flags }) => {
      return { text: textOf(mark), flags: flags as readonly SystemFlag[] };
    });
    dovecot.addMail("ann", `${prefix}${name}`, texts);
  }
}

async function open(
  { host, port }: Dovecot,
  program?: Program,
  said?: (line: string) => void,
): Promise<ImapClient> {
  const { idsAtOnce, numbers, without } = program?.settings ?? {};
  const client = await ImapClient.connect({
    ...{ host, port, ssl: false, id: false },
    ...(idsAtOnce === undefined ? {} : { limits: { ids: idsAtOnce } }),
    ...(said === undefined ? {} : { logger: { debug: said, info: said, warn: said } }),
    useUid: !numbers,
  });
  await client.login("ann", DOVECOT_USERS.ann);
  if (without !== undefined) await forget(client, without);
  return client;
}

/** Makes a client believe that its server lacks capabilities. */
async function forget(client: ImapClient, names: readonly string[]): Promise<void> {
  await client.run({
    name: "NOOP",
    effect(session): void {
      session.capabilities = session.capabilities!.filter((name) => !names.includes(name));
    },
    result: () => {},
  });
}

class DovecotScene implements Scene {
  readonly client: ImapClient;
  readonly #other: ImapClient;
  readonly #program: Program;
  readonly #prefix: string;

  constructor(client: ImapClient, other: ImapClient, program: Program, prefix: string) {
    this.client = client;
    this.#other = other;
    this.#program = program;
    this.#prefix = prefix;
  }

  readonly nameOf = (folder: string): string => `${this.#prefix}${folder}`;

  async meddle(op: Op): Promise<void> {
    const other = this.#other;
    if (op.kind !== "append" && op.kind !== "vanish" && op.kind !== "flag") return;
    const folder = this.nameOf(op.folder);
    if (op.kind === "append") return void await other.append(folder, textOf(op.mark));
    await other.selectFolder(folder);
    const ids = await other.search(["SUBJECT", op.mark]);
    if (op.kind === "flag") await other.addFlags(ids, "\\Flagged");
    else await other.move(ids, ELSEWHERE);
  }

  async left(): Promise<Record<string, readonly Mail[]>> {
    const left: Record<string, readonly Mail[]> = {};
    for (const name of Object.keys(this.#program.folders)) {
      await this.#other.selectFolder(this.nameOf(name), { readonly: true });
      const messages = await this.#other.fetch("1:*", ["FLAGS", "ENVELOPE"]);
      left[name] = [...messages].map(([uid, { FLAGS, ENVELOPE }]) => {
        return { uid, mark: ENVELOPE.subject ?? "", flags: ownFlags(FLAGS) };
      }).sort((one, other) => one.uid - other.uid);
    }
    return left;
  }

  /** Takes about as long as this many turns in memory, measured by what the server does. */
  async pause(turns: number): Promise<void> {
    if (turns > 100) await setTimeout(turns / 100);
    else if (turns > 5) { for (let i = 0; i < turns; i += 5) await setImmediate(); }
    else await microtasks(turns);
  }

  close(): Promise<void> {
    this.client.shutdown();
    return Promise.resolve();
  }
}
