import { InvalidArgumentError, LoginError } from "../model/errors.ts";
import { decodeBase64, encodeBase64 } from "../wire/base64.ts";
import { encodeUtf8, tryUtf8 } from "../util/bytes.ts";
import { canBind, type ChannelBinding } from "./channel_bindings.ts";
import { escapeName, gs2Header } from "./names.ts";
import { readable } from "./reason.ts";
import type { SaslConnection, SaslMechanism } from "./sasl.ts";
import { saslPrep } from "./saslprep.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The hash function of a SCRAM mechanism. */
export type ScramHash = "SHA-1" | "SHA-256" | "SHA-512";

/** The length of each hash, in bits. */
const BITS: Record<ScramHash, number> = { "SHA-1": 160, "SHA-256": 256, "SHA-512": 512 };

/** With fewer iterations, the password could be guessed from the proof (RFC 7677 section 4). */
const MIN_ITERATIONS = 4096;
/** More than real servers ask for, and still quick to compute. */
const MAX_ITERATIONS = 1_000_000;

/** Attributes at a message's end that may be ignored: any but `m` (RFC 5802 section 7). */
const EXTENSIONS = "(?:,[A-Za-ln-z]=[^,]+)*";

const SERVER_FIRST = new RegExp(
  `^r=([!-+\\--~]+),s=([A-Za-z0-9+/]+={0,2}),i=([1-9][0-9]*)${EXTENSIONS}$`,
);
const SERVER_FINAL = new RegExp(`^v=([A-Za-z0-9+/]+={0,2})${EXTENSIONS}$`);

const EMPTY: Bytes = new Uint8Array(0);

/** Who logs in. */
export interface ScramCredentials {
  /** The user's name. */
  readonly user: string;
  /** The password. */
  readonly password: string;
  /** Another user to act for. */
  readonly authorizationIdentity?: string;
}

/** Who logs in, as SCRAM sends it. */
export interface PreparedCredentials {
  /** The user's name. */
  readonly user: string;
  /** The password in bytes. */
  readonly password: Uint8Array<ArrayBuffer>;
  /** Another user to act for; empty for nobody. */
  readonly authorizationIdentity: string;
  /** What neither a log nor an error may show. */
  readonly secrets: readonly string[];
}

/** Prepares and checks credentials (RFC 5802 section 5.1). */
export function prepareCredentials(
  { user, password, authorizationIdentity = "" }: ScramCredentials,
): PreparedCredentials {
  const other = prepareName(authorizationIdentity, "the authorization identity");
  const name = prepareName(user, "the user's name");
  if (name === "") throw new InvalidArgumentError("the user's name can't be empty");
  return {
    user: name,
    password: encodeUtf8(saslPrep(password, "the password")),
    authorizationIdentity: other,
    secrets: [password],
  };
}

/** Refuses a name that SASLprep makes empty: an empty name means another user. */
function prepareName(name: string, what: string): string {
  const prepared = saslPrep(name, what);
  if (prepared !== "" || name === "") return prepared;
  throw new InvalidArgumentError(`${what} holds no visible character`);
}

/** A nonce for one run. */
export function newNonce(): string {
  return encodeBase64(crypto.getRandomValues(new Uint8Array(18)));
}

/**
 * What an error of the server about channel binding means (RFC 5802 section 7); `null` for another.
 * `type` is the binding in use.
 */
function explain(error: string, name: string, type = "none"): string | null {
  if (error === "channel-bindings-dont-match") {
    return `${error}: the server sees another TLS connection than this one, so somebody may sit ` +
      "in between; or TLS ends at a proxy in front of the server";
  }
  if (error === "unsupported-channel-binding-type") {
    return `${error}: the server does not know ${type}`;
  }
  if (error === "channel-binding-not-supported") {
    return `${error}: the server can't see the TLS connection; do without the -PLUS mechanism`;
  }
  if (error === "server-does-support-channel-binding") {
    return `${error}: the server offers ${name}-PLUS, but the list of mechanisms that arrived ` +
      "here lacks it, so somebody in between may have removed it";
  }
  return null;
}

/** One run of SCRAM with a given nonce, as the RFCs' examples have it. */
export function scram(
  hash: ScramHash,
  credentials: ScramCredentials,
  nonce: string,
  binding: ChannelBinding | null = null,
): ScramExchange {
  return new ScramExchange(hash, prepareCredentials(credentials), nonce, binding);
}

/** The message that comes next; `proving` while the keys are derived. */
type Step = "first" | "proving" | "final" | "done" | "failed";

/** One run of SCRAM (RFC 5802 section 5). It has succeeded only at the step `done`. */
export class ScramExchange implements SaslMechanism {
  readonly name: string;
  readonly #hash: ScramHash;
  readonly #credentials: PreparedCredentials;
  readonly #nonce: string;
  readonly #binding: ChannelBinding | null;
  /** The client's first message without the header. */
  readonly #bare: string;
  /** What the header says about channel binding. */
  #flag: string;
  #step: Step = "first";
  #serverSignature: Bytes = EMPTY;
  #error: string | null = null;
  #reason: string | null = null;

  /** With a binding, it is the -PLUS variant. */
  constructor(
    hash: ScramHash,
    credentials: PreparedCredentials,
    nonce: string,
    binding: ChannelBinding | null = null,
  ) {
    this.name = binding === null ? `SCRAM-${hash}` : `SCRAM-${hash}-PLUS`;
    this.#hash = hash;
    this.#credentials = credentials;
    this.#nonce = nonce;
    this.#binding = binding;
    this.#bare = `n=${escapeName(credentials.user)},r=${nonce}`;
    this.#flag = binding === null ? "n" : `p=${binding.type}`;
  }

  /** The error that the server named, such as `invalid-proof`; `null` if it named none. */
  get error(): string | null {
    return this.#error;
  }

  /** Whether the server has the proof and has not answered it by one of its own. */
  get refusesProof(): boolean {
    return this.#step === "final";
  }

  /**
   * Without a binding, tells the server whether there could be one. If somebody in between has
   * removed the -PLUS variant from the server's list, the server notices by that (RFC 5802 section
   * 6). If it is in the list, the caller has chosen to do without.
   */
  async bind(connection: SaslConnection): Promise<void> {
    if (this.#binding !== null || connection.offers(`${this.name}-PLUS`)) return;
    if (await canBind(connection)) this.#flag = "y";
  }

  initialResponse(): Uint8Array {
    return encodeUtf8(this.#header + this.#bare);
  }

  async respond(challenge: Uint8Array): Promise<Uint8Array> {
    const step = this.#step;
    // Until the message turns out to be right.
    this.#step = "failed";
    const text = tryUtf8(challenge);
    if (text === null) throw this.#failure("the server's message is not UTF-8");
    if (step !== "first" && step !== "final") throw this.#failure("the server spoke out of turn");
    if (text.startsWith("e=")) return this.#refused(text);
    if (step === "first") return await this.#prove(text);
    return this.#verify(text);
  }

  finish(): void {
    if (this.#step === "done") return;
    this.#step = "failed";
    throw this.#failure("the server did not prove that it knows the password");
  }

  secrets(): readonly string[] {
    return this.#credentials.secrets;
  }

  reason(): string | null {
    if (this.#reason !== null || this.#flag !== "y" || this.#step !== "first") return this.#reason;
    // Dovecot gives no reason.
    return `the name is unknown, or has no secret for ${this.name}; if it has, the server may offer ` +
      `${this.name}-PLUS, which somebody in between has removed from its list`;
  }

  get #header(): string {
    return gs2Header(this.#credentials.authorizationIdentity, this.#flag);
  }

  /** The header and the data of the binding, in base64. */
  get #bound(): string {
    const header = encodeUtf8(this.#header);
    const data = this.#binding?.data ?? EMPTY;
    const bytes = new Uint8Array(header.length + data.length);
    bytes.set(header);
    bytes.set(data, header.length);
    return encodeBase64(bytes);
  }

  /** Takes the server's error, and answers it: the server sends NO only then. */
  #refused(text: string): Uint8Array {
    const [error] = text.slice("e=".length).split(",", 1);
    this.#error = error;
    const meaning = explain(error, this.name, this.#binding?.type);
    this.#reason = meaning ?? readable(text.slice("e=".length));
    return EMPTY;
  }

  /** Answers the server's first message with the proof that the client knows the password. */
  async #prove(serverFirst: string): Promise<Uint8Array> {
    const { nonce, salt, iterations } = this.#readFirst(serverFirst);
    const withoutProof = `c=${this.#bound},r=${nonce}`;
    const message = encodeUtf8(`${this.#bare},${serverFirst},${withoutProof}`);
    this.#step = "proving";
    const proof = await this.#sign(message, salt, iterations);
    // A challenge or an OK came while the keys were derived.
    if (this.#step !== "proving") throw this.#failure("the server did not wait for the proof");
    this.#step = "final";
    return encodeUtf8(`${withoutProof},p=${encodeBase64(proof)}`);
  }

  #readFirst(text: string): { nonce: string; salt: Bytes; iterations: number } {
    const [, nonce, saltText, count] = SERVER_FIRST.exec(text) ?? [];
    const salt = saltText === undefined ? null : base64Bytes(saltText);
    if (salt === null) throw this.#failure("the server's first message is malformed");
    if (!nonce.startsWith(this.#nonce) || nonce === this.#nonce) {
      throw this.#failure("the server's nonce does not continue the client's");
    }
    const iterations = Number(count);
    if (iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS) {
      const limits = `${MIN_ITERATIONS} to ${MAX_ITERATIONS}`;
      throw this.#failure(
        `the server asks for a number of iterations that is not within ${limits}`,
      );
    }
    return { nonce, salt, iterations };
  }

  /** Computes the client's proof, and keeps the server's signature (RFC 5802 section 3). */
  async #sign(message: Bytes, salt: Bytes, iterations: number): Promise<Bytes> {
    const salted = await this.#saltedPassword(salt, iterations);
    const clientKey = await this.#hmac(salted, encodeUtf8("Client Key"));
    const storedKey = new Uint8Array(await crypto.subtle.digest(this.#hash, clientKey));
    const clientSignature = await this.#hmac(storedKey, message);
    const serverKey = await this.#hmac(salted, encodeUtf8("Server Key"));
    this.#serverSignature = await this.#hmac(serverKey, message);
    return clientKey.map((byte, i) => byte ^ clientSignature[i]);
  }

  async #saltedPassword(salt: Bytes, iterations: number): Promise<Bytes> {
    const { subtle } = crypto;
    const key = await subtle.importKey("raw", this.#credentials.password, "PBKDF2", false, [
      "deriveBits",
    ]);
    const parameters = { name: "PBKDF2", hash: this.#hash, salt, iterations };
    try {
      return new Uint8Array(await subtle.deriveBits(parameters, key, BITS[this.#hash]));
    } catch (cause) {
      // Some runtimes have a limit of their own; that of Workers is 100,000.
      throw this.#failure(`this runtime can't derive keys with ${iterations} iterations`, cause);
    }
  }

  async #hmac(secret: Bytes, message: Bytes): Promise<Bytes> {
    const { subtle } = crypto;
    const algorithm = { name: "HMAC", hash: this.#hash };
    const key = await subtle.importKey("raw", secret, algorithm, false, ["sign"]);
    return new Uint8Array(await subtle.sign("HMAC", key, message));
  }

  /** Checks the server's proof that it knows the password. */
  #verify(text: string): Uint8Array {
    const [, signatureText] = SERVER_FINAL.exec(text) ?? [];
    const signature = signatureText === undefined ? null : base64Bytes(signatureText);
    if (signature === null) throw this.#failure("the server's final message is malformed");
    if (!equalBytes(signature, this.#serverSignature)) {
      throw this.#failure("the server does not know the password: its signature is wrong");
    }
    this.#step = "done";
    return EMPTY;
  }

  #failure(why: string, cause?: unknown): LoginError {
    return new LoginError(`${this.name} failed: ${why}`, { cause });
  }
}

/** Decodes base64 in the strict form of RFC 5802; `null` if the padding is wrong. */
function base64Bytes(text: string): Bytes | null {
  return text.length % 4 === 0 ? new Uint8Array(decodeBase64(text)) : null;
}

/** Compares bytes in a time that does not depend on where they differ. */
function equalBytes(a: Bytes, b: Bytes): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < b.length; i++) difference |= a[i] ^ b[i];
  return difference === 0;
}
