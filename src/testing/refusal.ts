/** Why a command was not carried out: what its tagged response says. */
export class Refusal extends Error {
  /** What the response says. */
  readonly status: "NO" | "BAD";
  /** The response code, such as `TRYCREATE`; `null` without one. */
  readonly code: string | null;

  constructor(status: "NO" | "BAD", text: string, code: string | null) {
    super(text);
    this.status = status;
    this.code = code;
  }
}

/** The command is well formed, but can't be done. */
export function no(text: string, code: string | null = null): Refusal {
  return new Refusal("NO", text, code);
}

/** The command breaks the grammar, or does not fit the session's state. */
export function bad(text: string): Refusal {
  return new Refusal("BAD", text, null);
}

/** The session ends without a word. */
export class HangUp extends Error {}

/** The session can't go on: the server says BYE with this text and hangs up. */
export class Goodbye extends Error {}
