/** Which of a server's extensions the tests tried, and with what result. */
export class Coverage {
  #offered: readonly string[] = [];
  /** Each with whether all its tests passed. */
  readonly #tried = new Map<string, boolean>();
  readonly #missing = new Set<string>();

  /** Takes the server's capabilities. */
  offers(capabilities: readonly string[]): void {
    this.#offered = capabilities.filter((name) => !isTriedByItself(name));
  }

  /** Takes the result of a test of an extension. */
  tried(name: string, passed: boolean): void {
    this.#tried.set(name, passed && this.#tried.get(name) !== false);
  }

  /** Takes an extension that a test needs and the server lacks. */
  lacks(name: string): void {
    this.#missing.add(name);
  }

  /** What there is to say, a line each. */
  lines(): readonly string[] {
    const tried = [...this.#tried];
    const parts: readonly (readonly [string, Iterable<string>])[] = [
      ["that the server has and that passed", named(tried.filter(([, passed]) => passed))],
      ["that the server has and that failed", named(tried.filter(([, passed]) => !passed))],
      ["that the server has and no test tried", this.#offered.filter((it) => !this.#isTried(it))],
      ["that the server lacks", this.#missing],
    ];
    return parts.map(([what, names]) => `extensions ${what}: ${[...names].join(", ") || "none"}`);
  }

  #isTried(capability: string): boolean {
    return this.#tried.has(capability) || this.#tried.has(capability.split("=")[0]);
  }
}

function named(tried: readonly (readonly [string, boolean])[]): string[] {
  return tried.map(([name]) => name);
}

/** Whether every session uses it, or it is about logging in, which the file decides. */
function isTriedByItself(capability: string): boolean {
  return /^(?:IMAP4.*|AUTH=.*|LITERAL[+-]|SASL-IR|STARTTLS|LOGINDISABLED)$/.test(capability) &&
    capability !== "IMAP4REV2";
}
