/** The extensions that items of FETCH belong to; any one of several is enough. */
const NEEDS: ReadonlyMap<string, string | readonly string[]> = new Map<
  string,
  string | readonly string[]
>([
  ["ANNOTATION", "ANNOTATE-EXPERIMENT-1"],
  ["EMAILID", "OBJECTID"],
  ["MODSEQ", "CONDSTORE"],
  // A draft of RFC 8970 named the algorithm; servers of then know the item too.
  ["PREVIEW", ["PREVIEW", "PREVIEW=FUZZY"]],
  ["PREVIEW (LAZY)", "PREVIEW"],
  ["SAVEDATE", "SAVEDATE"],
  ["THREADID", "OBJECTID"],
  ["X-GM-LABELS", "X-GM-EXT-1"],
  ["X-GM-MSGID", "X-GM-EXT-1"],
  ["X-GM-THRID", "X-GM-EXT-1"],
]);

/** The capabilities without which a server does not know these items, which are in upper case. */
export function itemNeeds(items: readonly string[]): readonly (string | readonly string[])[] {
  return items.flatMap((item) => {
    const need = NEEDS.get(item) ?? NEEDS.get(item.slice(0, item.indexOf(" ")));
    return need === undefined ? [] : [need];
  });
}
