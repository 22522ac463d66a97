import type { Profile } from "./generator.ts";

/** What is tried on a server that can do without anything. */
export const IN_MEMORY: Profile = {
  without: [[], [], ["MOVE"], ["MOVE"], ["UIDPLUS"], ["MOVE", "UIDPLUS"], ["UNSELECT"]],
  terse: false,
};

/** What is tried on a server that has everything, of which the client may not know. */
export const LIVE: Profile = { without: [[], ["MOVE"]], terse: true };
