/** Where the library tells what it does; `console` is one. */
export interface Logger {
  /** Everything sent and received, secrets removed and long literals cut. */
  debug(message: string): void;
  /** What a user may want to know. */
  info(message: string): void;
  /** What is probably a mistake. */
  warn(message: string): void;
}

/** A logger with a name in front of every line; one that throws does no harm. */
export function namedLogger(logger: Logger | undefined, name: string): Logger | null {
  if (logger === undefined) return null;
  const at = (level: keyof Logger) => (message: string) => {
    try {
      logger[level](`imapclient.${name}: ${message}`);
    } catch {
      // A log that can't be written is no reason to break a session.
    }
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn") };
}
