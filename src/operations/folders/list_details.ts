import { getMetadata } from "../../commands/access/metadata.ts";
import { myRights } from "../../commands/access/my_rights.ts";
import { forFolder } from "../../commands/folders/for_folder.ts";
import type { DetailedRow } from "../../commands/folders/list_details.ts";
import { status } from "../../commands/folders/status.ts";
import type { Command } from "../../connection/command.ts";
import { ImapError, ProtocolError } from "../../model/errors.ts";
import type { Text } from "../../model/text.ts";
import { run, type Scope } from "../scope.ts";
import type { Listed } from "./list_by_options.ts";
import type { ListedFolder, ListFoldersOptions } from "./list_options.ts";
import { usesOf } from "./special_uses.ts";

export { listByOptions } from "./list_by_options.ts";

/** How many folders are asked about at a time. */
const AT_ONCE = 64;

/** The folders of a list. What LIST did not return is asked for, many folders at a time. */
export async function withDetails(
  scope: Scope,
  listed: Listed,
  options: ListFoldersOptions,
): Promise<readonly ListedFolder<ListFoldersOptions>[]> {
  await new Questions(scope, listed).askAll();
  const { rows, asked } = listed;
  return rows.map(({ listing, details: { status, myRights, metadata } }) => ({
    ...listing,
    ...(options.specialUse && { specialUse: usesOf(listing.flags) }),
    ...(asked.status !== undefined && { status }),
    ...(asked.myRights && { myRights }),
    ...(asked.metadata !== undefined && { metadata }),
  } as ListedFolder<ListFoldersOptions>));
}

/** STATUS, MYRIGHTS and GETMETADATA for many folders. */
class Questions {
  readonly #scope: Scope;
  readonly #listed: Listed;
  /** By the names of the commands: which were answered, and which the server did not understand. */
  readonly #answered = new Set<string>();
  readonly #bad = new Map<string, ImapError>();

  constructor(scope: Scope, listed: Listed) {
    this.#scope = scope;
    this.#listed = listed;
  }

  /**
   * Asks about the folders in order. One that refuses, or is gone by now, spoils only its own row;
   * what the server understands for none of them is thrown.
   */
  async askAll(): Promise<void> {
    const { rows, asked, got } = this.#listed;
    const items = got.status === undefined ? asked.status : undefined;
    const entries = got.metadata === undefined ? asked.metadata : undefined;
    const rights = asked.myRights && !got.myRights;
    const { news } = this.#scope.client.connection.session;
    if (items === undefined && entries === undefined && !rights) return;
    const waiting = rows.filter(isAskable).values();
    const askOn = async (): Promise<void> => {
      for (const row of waiting) {
        const { details } = row;
        await Promise.all([
          items && this.#ask(row, (name) => status(name, items, news)).then((found) => {
            details.status = found;
          }),
          rights && this.#ask(row, myRights).then((found) => {
            details.myRights = found;
          }),
          entries && this.#ask(row, (name) => getMetadata(name, entries.values())).then((found) => {
            details.metadata = found === null ? null : new Map(found.values);
          }),
        ]);
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, rows.length) }, askOn));
    for (const [name, error] of this.#bad) if (!this.#answered.has(name)) throw error;
  }

  /** One folder's answer; `null` if the server refuses or answers nonsense. */
  async #ask<Result>(
    { raw, listing }: DetailedRow,
    make: (folder: Text) => Command<Result>,
  ): Promise<Result | null> {
    // Bytes name the folder most exactly, but not all can be sent.
    const command = make(raw.every((byte) => byte < 128) ? raw : listing.name);
    const onBad = (error: ImapError): void => void this.#bad.set(command.name, error);
    try {
      return await this.#run(forFolder(command, raw, onBad));
    } catch (error) {
      // Some servers (Exchange) spell the name differently in the answer: alone, it is still plain.
      if (!(error instanceof ProtocolError) || this.#isOver) throw error;
      return await this.#run(make(listing.name)).catch((error) => {
        if (!(error instanceof ProtocolError) || this.#isOver) throw error;
        return null;
      });
    }
  }

  get #isOver(): boolean {
    return this.#scope.client.connection.failure !== null;
  }

  async #run<Result>(command: Command<Result>): Promise<Result | null> {
    try {
      const result = await run(this.#scope, command);
      this.#answered.add(command.name);
      return result;
    } catch (error) {
      // Only a refusal is of just this class.
      if (error instanceof ImapError && error.constructor === ImapError) return null;
      throw error;
    }
  }
}

function isAskable({ listing }: DetailedRow): boolean {
  return !listing.flags.some((flag) => /^\\(?:NonExistent|Noselect)$/i.test(flag));
}
