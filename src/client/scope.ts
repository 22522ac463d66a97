import type { CallRequest } from "../connection/call.ts";

/**
 * What a call's meaning depends on, taken when the call is made. Whoever changes the client's
 * settings, or selects another folder, changes calls made after that only.
 */
export interface Scope extends CallRequest {
  /** Whether message ids are UIDs. */
  readonly uid: boolean;
  /** Whether dates print in local time. */
  readonly normaliseTimes: boolean;
}
