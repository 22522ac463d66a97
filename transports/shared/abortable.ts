/**
 * Gives a step of connecting the signal that its own runtime does not take.
 *
 * @module
 */

/**
 * Waits for a step. When the signal aborts first, `abandon` ends what the step works on, and the
 * promise rejects with the signal's reason; whatever becomes of the step then goes unheard.
 */
export async function abortable<Result>(
  signal: AbortSignal,
  abandon: () => void,
  step: Promise<Result>,
): Promise<Result> {
  let onAbort!: () => void;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = (): void => {
      abandon();
      reject(signal.reason);
    };
  });
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort);
  try {
    return await Promise.race([aborted, step]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
