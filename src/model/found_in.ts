import { IllegalStateError } from "./errors.ts";

/** The folder that message ids were found in, and when. */
export interface FoundIn {
  /** The folder's name in the form in which names are compared; `null` if it is unknown. */
  readonly folder: string | null;
  /** Its UIDVALIDITY; `null` if the server did not say. */
  readonly uidValidity: number | null;
  /** Stands for the login on the connection that they were found by. */
  readonly session: object;
  /** The number of the selection there. */
  readonly selection: number;
  /** How many messages had been removed since it was selected; the next removal shifts numbers. */
  readonly expunges: number;
  /** Whether the ids are UIDs. */
  readonly uid: boolean;
  /** The saved result of a search that they are, which must still be the one that is saved. */
  readonly saved?: object;
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

/**
 * Where ids belong that come of two sets: to the folder where either was found, since ids that
 * nobody found may be from anywhere. Throws {@linkcode IllegalStateError} if both were found, and
 * the same id may mean another message in each.
 */
export function placeOfBoth(
  one: FoundIn | undefined,
  other: FoundIn | undefined,
): FoundIn | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  if (one.uid === other.uid && isSamePlace(one, other)) return one;
  throw new IllegalStateError(
    "the message ids of the two sets were found in different folders, or at different times: " +
      "search again",
  );
}

function isSamePlace(one: FoundIn, other: FoundIn): boolean {
  if (one.session === other.session && one.selection === other.selection) {
    return one.uid || one.expunges === other.expunges;
  }
  return one.uid && one.folder !== null && one.folder === other.folder &&
    one.uidValidity !== null && one.uidValidity === other.uidValidity;
}
