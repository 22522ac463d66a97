/** Gets what the library logs. `console` is a logger. */
export interface Logger {
  /** Everything sent and received, with secrets removed and long texts cut. */
  debug(message: string): void;
  /** Something that a user may want to know. */
  info(message: string): void;
  /** Something that is probably a mistake. */
  warn(message: string): void;
}

/** A logger that begins every line with a name. What the logger throws is ignored. */
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
