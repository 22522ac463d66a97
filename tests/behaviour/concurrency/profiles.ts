import type { Profile } from "./generator.ts";

/** Programs for a server that can lack any capability. */
export const IN_MEMORY: Profile = {
  without: [[], [], ["MOVE"], ["MOVE"], ["UIDPLUS"], ["MOVE", "UIDPLUS"], ["UNSELECT"]],
  terse: false,
};

/** Programs for a server that has every capability, but whose client may not know it. */
export const LIVE: Profile = { without: [[], ["MOVE"]], terse: true };
