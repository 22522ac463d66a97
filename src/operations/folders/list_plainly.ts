import { type DetailedRow, noDetails } from "../../commands/folders/list_details.ts";
import { listingOf, type ListName, listRows } from "../../commands/folders/list.ts";
import { folderKey } from "../../connection/selected_folder.ts";
import type { Text } from "../../model/text.ts";
import { toText } from "../../model/text.ts";
import { nameDecoder, run, type Scope } from "../scope.ts";

/** What to list where there is no LIST-EXTENDED. */
export interface PlainRequest {
  /** The folder above those to list. */
  readonly directory: Text;
  /** The patterns. */
  readonly patterns: readonly Text[];
  /** Lists the folders that the user is subscribed to, and no others. */
  readonly onlySubscribed: boolean;
  /** Marks the folders that the user is subscribed to. */
  readonly subscribed: boolean;
  /** Lists folders too that are only above some that the user is subscribed to. */
  readonly above: boolean;
}

type Rows = Map<string, DetailedRow>;

/** LIST and LSUB in place of LIST with options (RFC 5258): one of each for each pattern, merged. */
export async function listPlainly(
  scope: Scope,
  { directory, patterns, onlySubscribed, subscribed, above }: PlainRequest,
): Promise<readonly DetailedRow[]> {
  const rows: Rows = new Map();
  for (const pattern of patterns) {
    const [listed, subscriptions] = await Promise.all([
      rowsOf(scope, "LIST", directory, pattern),
      subscribed ? rowsOf(scope, "LSUB", directory, pattern) : new Map() as Rows,
    ]);
    const isLevels = toText(pattern).endsWith("%");
    for (const [key, row] of listed) {
      const own = subscriptions.get(key);
      const isAbove = own !== undefined && isLevels && isNoselect(own);
      const isOwn = own !== undefined && !isAbove;
      if (onlySubscribed && !isOwn && !(above && isAbove)) continue;
      rows.set(key, isOwn ? marked(row, "\\Subscribed") : isAbove && above ? parent(row) : row);
    }
    if (!onlySubscribed) continue;
    // What a subscription is for may be gone.
    for (const [key, row] of subscriptions) {
      if (listed.has(key) || rows.has(key)) continue;
      const isAbove = isLevels && isNoselect(row);
      if (isAbove && !above) continue;
      const gone = { ...row, listing: { ...row.listing, flags: ["\\NonExistent"] } };
      rows.set(key, isAbove ? parent(gone) : marked(gone, "\\Subscribed"));
    }
  }
  return [...rows.values()];
}

async function rowsOf(
  scope: Scope,
  name: ListName,
  directory: Text,
  pattern: Text,
): Promise<Rows> {
  const decode = nameDecoder(scope);
  const { news } = scope.client.connection.session;
  const rows = await run(
    scope,
    listRows(name, { directory, pattern, news }, (response) => ({
      listing: listingOf(response, decode),
      raw: response.name,
      details: noDetails(),
    })),
  );
  return new Map(rows.map((row) => [folderKey(row.raw)!, row]));
}

/**
 * Whether LSUB lists a folder only because of those below it, which the pattern does not reach (RFC
 * 3501 section 6.3.9).
 */
function isNoselect({ listing: { flags } }: DetailedRow): boolean {
  return flags.some((flag) => /^\\Noselect$/i.test(flag));
}

function marked(row: DetailedRow, flag: string): DetailedRow {
  return { ...row, listing: { ...row.listing, flags: [...row.listing.flags, flag] } };
}

function parent(row: DetailedRow): DetailedRow {
  return { ...row, listing: { ...row.listing, childInfo: ["SUBSCRIBED"] } };
}
