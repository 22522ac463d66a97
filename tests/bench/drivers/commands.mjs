// How much each workload asks for, the same for every driver.
import { FIRST_UID } from "../mail.mjs";

export { APPEND_SIZE, BODIES, BODY_SIZE, bodyBytes, LARGE, UPLOAD_SIZE } from "../mail.mjs";
export { PARTS, textBytes } from "../mail.mjs";

export const SEARCHES = 50;
/** How many commands are sent at once, and how many times. */
export const MANY = 1000;
export const MANY_ROUNDS = 10;
export const APPENDS = 1000;

/** The UIDs of the first messages. */
export function firstUids(count) {
  return Array.from({ length: count }, (_, at) => FIRST_UID + at);
}
