/** Why a command was not carried out: the content of its tagged response. */
export class Refusal extends Error {
  /** The status of the response. */
  readonly status: "NO" | "BAD";
  /** The response code, such as `TRYCREATE`; `null` if there is none. */
  readonly code: string | null;

  constructor(status: "NO" | "BAD", text: string, code: string | null) {
    super(text);
    this.status = status;
    this.code = code;
  }
}

/** The command is well formed but can't be carried out. */
export function no(text: string, code: string | null = null): Refusal {
  return new Refusal("NO", text, code);
}

/** The command breaks the grammar or does not fit the session's state. */
export function bad(text: string): Refusal {
  return new Refusal("BAD", text, null);
}

/** The session ends without a response. */
export class HangUp extends Error {}

/** The session can't go on: the server says BYE with this text and hangs up. */
export class Goodbye extends Error {}
