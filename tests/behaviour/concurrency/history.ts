// The record of a program's run.
import type { Mailbox, Op } from "./program.ts";

/** How a call ended. */
export type Outcome =
  /** With a result, as far as the model can predict it. */
  | {
    readonly kind: "ok";
    /** The values by id: flags, what was fetched, new UIDs. */
    readonly values?: Values;
    /** The ids that were found, in ascending order. */
    readonly found?: readonly number[];
    /** How many messages a selected folder has. */
    readonly exists?: number;
  }
  /** `IllegalStateError`. For `fetchEach`: with the messages that came before. */
  | { readonly kind: "refused"; readonly values?: Values }
  | { readonly kind: "readonly" | "no" | "unfit" }
  /** `TimeoutError`: somebody else held a folder for too long. */
  | { readonly kind: "late" }
  /** Aborted by its signal; `unsent` if that was too early for anything to be sent. */
  | { readonly kind: "aborted"; readonly unsent: boolean }
  /** `PartialCopyError` or `PartialMoveError`; `aborted` if the signal was the root cause. */
  | { readonly kind: "partial"; readonly values: Values; readonly aborted: boolean }
  /** What must never happen. */
  | { readonly kind: "error"; readonly error: string };

/** What was reported about messages, by id. */
export type Values = ReadonlyMap<number, string>;

/** A call that was made. */
export interface Entry {
  readonly name: string;
  readonly by: "client" | "other";
  /** The number of the task; -1 for the prelude. */
  readonly task: number;
  readonly op: Op;
  /** The opening whose folder it was made in; `null`: it was made on the client. */
  readonly within: string | null;
  /** The ids that it named, in ascending order. */
  readonly ids: readonly number[];
  /** The search that the ids are from, if they remember it. */
  readonly source: string | null;
  /** When it was made and when it ended, in one order of all such moments. */
  readonly made: number;
  readonly ended: number;
  readonly outcome: Outcome;
}

/** All calls of a run, and the content of the folders after it. */
export interface History {
  readonly entries: readonly Entry[];
  readonly left: Mailbox;
}

/** An outcome in readable form. */
export function showOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case "ok": {
      const { values, found, exists } = outcome;
      if (found !== undefined) return `found [${found}]`;
      if (exists !== undefined) return `ok, ${exists} messages`;
      return values === undefined ? "ok" : `ok ${showValues(values)}`;
    }
    case "aborted":
      return outcome.unsent ? "aborted before it was sent" : "aborted";
    case "partial":
      return `done in part ${showValues(outcome.values)}${outcome.aborted ? ", aborted" : ""}`;
    case "refused":
      return `refused${outcome.values === undefined ? "" : ` ${showValues(outcome.values)}`}`;
    case "error":
      return `ERROR ${outcome.error}`;
    default:
      return outcome.kind;
  }
}

function showValues(values: Values): string {
  return `{${[...values].map(([id, value]) => `${id}: ${value}`).join(", ")}}`;
}
