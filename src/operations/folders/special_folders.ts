import type { Command } from "../../connection/command.ts";
import { type FolderListing, list } from "../../commands/folders/list.ts";
import { namespace } from "../../commands/folders/namespace.ts";
import { ImapAbortError, ImapError } from "../../model/errors.ts";
import type { FolderName } from "../../model/folder_name.ts";
import type { Session } from "../../connection/session.ts";
import type { SpecialNames } from "./special_folder_names.ts";
import { lazyImport } from "../../util/lazy_import.ts";
import { decodeUtf7 } from "../../mime/utf7.ts";

/** How to ask the server about its folders. */
export interface SpecialFolderSearch {
  /** What the server can do. */
  readonly session: Session;
  /** Runs a command. */
  run<Result>(command: Command<Result>): Promise<Result>;
  /** Reads the name of a folder. */
  decode(name: Uint8Array): FolderName;
}

/**
 * Finds the folder with a special use: the first that is marked with it (RFC 6154), else one with a
 * usual name. If the server refuses to tell more than its folders, that is enough.
 */
export async function findSpecialFolder(
  use: string,
  { session, run, decode }: SpecialFolderSearch,
): Promise<FolderName | null> {
  const all = { directory: "", pattern: "*", news: session.news };
  const folders = await run(list("LIST", all, decode));
  let found = markedFolder(folders, use);
  // Some servers show their marks only when asked for them (RFC 6154 section 2).
  if (!found && session.has("SPECIAL-USE") && session.has("LIST-EXTENDED")) {
    const marked = list("LIST", { ...all, returns: ["SPECIAL-USE"] }, decode);
    found = markedFolder(await unlessRefused(run(marked)) ?? [], use);
  }
  const names = found ? null : (await folderNames()).namesOf(use);
  if (names !== null && names.usual.length > 0) {
    const named = session.has("NAMESPACE") ? await unlessRefused(run(namespace(decode))) : null;
    const prefixes = named?.personal?.map(({ prefix }) => prefix) ??
      (named === null ? guessedPrefixes(folders) : []);
    found = popularFolder(folders, names, prefixes);
  }
  return found?.name ?? null;
}

/** Loaded on demand: there are many, and most servers mark their folders. */
const folderNames = lazyImport(() => import("./special_folder_names.ts"));

/** A result, or `null` if the server refused the command or answered nonsense. */
async function unlessRefused<Result>(asked: Promise<Result>): Promise<Result | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ImapError && !(error instanceof ImapAbortError)) return null;
    throw error;
  }
}

/** Where a server without NAMESPACE may keep the user's folders. */
function guessedPrefixes(folders: readonly FolderListing[]): string[] {
  const delimiters = new Set([".", ...folders.map(({ delimiter }) => delimiter ?? ".")]);
  return ["", ...[...delimiters].map((delimiter) => `INBOX${delimiter}`)];
}

/** The first folder that the server marks with an attribute, in whatever case. */
export function markedFolder(
  folders: readonly FolderListing[],
  flag: string,
): FolderListing | undefined {
  const wanted = flag.toLowerCase();
  return folders.find(({ flags }) => flags.some((it) => it.toLowerCase() === wanted));
}

/** Where Gmail keeps such folders. They are marked, but a proxy may remove the marks. */
const GMAIL = ["[Gmail]/", "[Google Mail]/"];

/**
 * The first folder with a usual name for this use, under one of these prefixes: an exact English
 * name first, then a name in any case and language.
 */
export function popularFolder(
  folders: readonly FolderListing[],
  { english, usual }: SpecialNames,
  prefixes: readonly FolderName[],
): FolderListing | undefined {
  const real = folders.filter(isReal);
  const own = prefixes.map(asText);
  const places = own.includes("") ? [...own, ...GMAIL] : own;
  return firstNamed(real, places, english, (name) => name) ??
    firstNamed(real, places, usual, folded);
}

function firstNamed(
  folders: readonly FolderListing[],
  prefixes: readonly string[],
  names: readonly string[],
  key: (name: string) => string,
): FolderListing | undefined {
  const byName = new Map<string, FolderListing>();
  for (const folder of folders) {
    const name = key(asText(folder.name));
    if (!byName.has(name)) byName.set(name, folder);
  }
  for (const prefix of prefixes) {
    for (const name of names) {
      const found = byName.get(key(`${prefix}${name}`));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** A name for comparison, without regard to case and to how accents are encoded. */
function folded(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

/** Whether a listed folder exists and can be selected. */
function isReal({ flags }: FolderListing): boolean {
  return !flags.some((flag) => /^\\(?:NonExistent|Noselect)$/i.test(flag));
}

/** A name that was not decoded is UTF-8 or modified UTF-7. */
function asText(name: FolderName): string {
  return typeof name === "string" ? name : decodeUtf7(new TextDecoder().decode(name));
}
