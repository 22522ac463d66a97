import type { Profile } from "./generator.ts";

/** Programs for a server that can lack any capability. */
export const IN_MEMORY: Profile = {
  without: [
    ...[[], [], ["REPLACE"], ["MOVE", "REPLACE"], ["MOVE"], ["MOVE", "REPLACE"]],
    ...[["UIDPLUS"], ["MOVE", "UIDPLUS"], ["REPLACE", "UIDPLUS"], ["UNSELECT"]],
  ],
  terse: false,
};

/** Programs for a server that has every capability, but whose client may not know it. */
export const LIVE: Profile = { without: [["REPLACE"], ["MOVE", "REPLACE"]], terse: true };
