/** The folder that message ids were found in, and when. */
export interface FoundIn {
  /** The folder's name in the form in which names are compared; `null` if it is unknown. */
  readonly folder: string | null;
  /** Its UIDVALIDITY; `null` if the server did not say. */
  readonly uidValidity: number | null;
  /** The session that they were found in. */
  readonly session: object;
  /** The number of the selection there. */
  readonly selection: number;
  /** How many messages had been removed since it was selected; the next removal shifts numbers. */
  readonly expunges: number;
  /** Whether the ids are UIDs. */
  readonly uid: boolean;
}

/** Kept apart from the ids, so that these compare and print like any others. */
const places = new WeakMap<object, FoundIn>();

/** Remembers where ids were found. */
export function rememberFoundIn<Ids extends object>(ids: Ids, place: FoundIn | undefined): Ids {
  if (place !== undefined) places.set(ids, place);
  return ids;
}

/** Where ids were found, if a search found them. */
export function foundIn(ids: unknown): FoundIn | undefined {
  return typeof ids === "object" && ids !== null ? places.get(ids) : undefined;
}
