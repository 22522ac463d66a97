import { checkedEntries } from "../../commands/access/metadata.ts";
import {
  type AskedDetails,
  type DetailedRow,
  listDetails,
} from "../../commands/folders/list_details.ts";
import { statusNeeds } from "../../commands/folders/status.ts";
import { missingCapability, type Session } from "../../connection/session.ts";
import { InvalidArgumentError, named } from "../../model/errors.ts";
import { type Text, toTexts, upperAscii } from "../../model/text.ts";
import { checkNeeds } from "../needs.ts";
import { nameDecoder, run, type Scope } from "../scope.ts";
import { checkedSelection, type ListFoldersOptions } from "./list_options.ts";
import { listPlainly } from "./list_plainly.ts";
import { usesOf } from "./special_uses.ts";

/** The folders of a list, and what is known about them. */
export interface Listed {
  /** The folders. */
  readonly rows: readonly DetailedRow[];
  /** The details that the caller asked for. */
  readonly asked: AskedDetails;
  /** Of these, the ones that LIST was asked for. */
  readonly got: AskedDetails;
}

/** Which folders to list. */
interface Request {
  readonly directory: Text;
  readonly patterns: readonly Text[];
  readonly select: ReadonlySet<string>;
  readonly options: ListFoldersOptions;
}

const USE = "SPECIAL-USE";

/**
 * LIST with options (RFC 5258): what the server lacks is put together from LIST and LSUB, or there
 * is a `CapabilityError` and nothing is sent.
 */
export async function listByOptions(
  scope: Scope,
  directory: Text,
  pattern: Text | Iterable<Text>,
  options: ListFoldersOptions,
): Promise<Listed> {
  const { session } = scope.client.connection;
  const select = checkedSelection(options);
  const request = { directory, patterns: checkedPatterns(pattern), select, options };
  const asked = askedDetails(options);
  if (asked.status !== undefined) checkNeeds(scope, statusNeeds(asked.status));
  const got = detailsOfList(asked, session);
  const hasUses = checkUses(request, session);
  if (session.has("LIST-EXTENDED")) {
    const rows = await listExtended(scope, request, hasUses, got);
    // IMAP4rev2 has special uses, but can't be asked for them alone (RFC 9051 appendix E).
    return { rows: hasUses ? rows : usedOnly(rows, select), asked, got };
  }
  checkPlain(request, session);
  const { subscribed } = options;
  const isOne = request.patterns.length === 1 && !select.has("SUBSCRIBED") && !subscribed;
  const rows = isOne
    ? await run(
      scope,
      listDetails(
        { directory, pattern: request.patterns[0], news: session.news },
        got,
        nameDecoder(scope),
      ),
    )
    : await listPlainly(scope, {
      directory,
      patterns: request.patterns,
      onlySubscribed: select.has("SUBSCRIBED"),
      subscribed: subscribed || select.has("SUBSCRIBED"),
      above: select.has("RECURSIVEMATCH"),
    });
  return { rows: usedOnly(rows, select), asked, got: isOne ? got : {} };
}

function checkedPatterns(pattern: Text | Iterable<Text>): readonly Text[] {
  if (typeof pattern === "string" || pattern instanceof Uint8Array) return [pattern];
  if (typeof pattern !== "object" || pattern === null || !(Symbol.iterator in pattern)) {
    throw new InvalidArgumentError(`expected a pattern or several, not ${named(pattern)}`);
  }
  const all = [...pattern];
  if (all.length === 0) throw new InvalidArgumentError("no pattern of names");
  return all;
}

function askedDetails({ status, myRights, metadata }: ListFoldersOptions): AskedDetails {
  const items = status === undefined ? undefined : toTexts(status).map(upperAscii);
  if (items?.length === 0) throw new InvalidArgumentError("no status items named");
  return {
    status: items,
    myRights,
    metadata: metadata === undefined
      ? undefined
      : checkedEntries(typeof metadata === "string" ? [metadata] : metadata),
  };
}

/** The details that LIST itself can return. Throws if the rest can't be had either. */
function detailsOfList(asked: AskedDetails, session: Session): AskedDetails {
  const { status, myRights, metadata } = asked;
  if (myRights && !session.has("ACL")) throw missingCapability("ACL");
  if (metadata !== undefined && !session.has("METADATA")) throw missingCapability("METADATA");
  return {
    status: session.has("LIST-STATUS") ? status : undefined,
    myRights: myRights && session.has("LIST-MYRIGHTS"),
    metadata: session.has("LIST-METADATA") ? metadata : undefined,
  };
}

/** Whether the server has the options of SPECIAL-USE. Throws if it can't tell special uses. */
function checkUses({ select, options }: Request, session: Session): boolean {
  const isAsked = options.specialUse || select.has(USE);
  const has = session.has(USE);
  const isEnough = session.rev2 && !(select.has(USE) && select.has("RECURSIVEMATCH"));
  if (isAsked && !has && !isEnough) throw missingCapability(USE);
  return has;
}

async function listExtended(
  scope: Scope,
  { directory, patterns, select, options }: Request,
  hasUses: boolean,
  details: AskedDetails,
): Promise<readonly DetailedRow[]> {
  const { subscribed, children, specialUse } = options;
  const returns: string[] = [];
  if (subscribed) returns.push("SUBSCRIBED");
  if (children) returns.push("CHILDREN");
  if (specialUse && hasUses) returns.push(USE);
  const request = {
    directory,
    pattern: patterns[0],
    patterns: patterns.length > 1 ? patterns : undefined,
    select: [...select].filter((name) => hasUses || name !== USE),
    returns,
    news: scope.client.connection.session.news,
  };
  return await run(scope, listDetails(request, details, nameDecoder(scope)));
}

/** Throws if a server without LIST-EXTENDED can't list these. */
function checkPlain({ select, options }: Request, session: Session): void {
  const isBeyond = select.has("REMOTE") || select.has("RECURSIVEMATCH") && select.has(USE);
  if (isBeyond) throw missingCapability("LIST-EXTENDED");
  if (options.children && !session.has("CHILDREN")) {
    throw missingCapability(["LIST-EXTENDED", "CHILDREN"]);
  }
}

/** The folders with a special use, if only these are to be listed. */
function usedOnly(
  rows: readonly DetailedRow[],
  select: ReadonlySet<string>,
): readonly DetailedRow[] {
  return select.has(USE) ? rows.filter(({ listing }) => usesOf(listing.flags).length > 0) : rows;
}
