/**
 * Makes a step of connecting abortable where its runtime takes no signal.
 *
 * @module
 */

/**
 * Waits for a step. If the signal aborts first, `abandon` is called to end what the step works on,
 * and the promise rejects with the signal's reason. The step's own result is then ignored.
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
