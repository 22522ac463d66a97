// All methods of the client, and the places of their arguments.
import { FOLDER_METHODS } from "./folder_places.ts";
import { MESSAGE_METHODS } from "./message_places.ts";
import type { Method, Place } from "./place.ts";
import { SEARCH_METHODS } from "./search_places.ts";
import { SESSION_METHODS } from "./session_places.ts";

/** The methods by name. */
export const METHODS: Readonly<Record<string, Method>> = {
  ...SESSION_METHODS,
  ...FOLDER_METHODS,
  ...SEARCH_METHODS,
  ...MESSAGE_METHODS,
};

/** All places. */
export const PLACES: readonly Place[] = Object.values(METHODS).flatMap(({ places }) => places);
