import { IllegalStateError, LoginError } from "../model/errors.ts";
import type { ChannelBindingType } from "../model/transport.ts";
import { BINDING_TYPES, firstBinding } from "./channel_bindings.ts";
import type { SaslConnection, SaslMechanism } from "./sasl.ts";
import {
  newNonce,
  type PreparedCredentials,
  ScramExchange,
  type ScramHash,
} from "./scram_exchange.ts";

/**
 * SCRAM with channel binding (RFC 5802 section 6). If the server says that it does not know a type
 * of binding, the login starts again with the next one that the connection yields.
 */
export class ScramPlus implements SaslMechanism {
  readonly name: string;
  readonly #hash: ScramHash;
  readonly #credentials: PreparedCredentials;
  /** The types that were not tried yet. */
  #left: readonly ChannelBindingType[] = BINDING_TYPES;
  readonly #tried: ChannelBindingType[] = [];
  #run: ScramExchange | null = null;

  constructor(hash: ScramHash, credentials: PreparedCredentials) {
    this.name = `SCRAM-${hash}-PLUS`;
    this.#hash = hash;
    this.#credentials = credentials;
  }

  async bind(connection: SaslConnection): Promise<void> {
    const binding = await firstBinding(connection, this.#left);
    if (binding === null) throw this.#unbound();
    const { type } = binding;
    this.#left = this.#left.slice(this.#left.indexOf(type) + 1);
    this.#tried.push(type);
    this.#run = new ScramExchange(this.#hash, this.#credentials, newNonce(), binding);
  }

  initialResponse(): Uint8Array {
    return this.#bound.initialResponse();
  }

  respond(challenge: Uint8Array): Promise<Uint8Array> {
    return this.#bound.respond(challenge);
  }

  finish(): void {
    this.#bound.finish();
  }

  secrets(): readonly string[] {
    return this.#credentials.secrets;
  }

  reason(): string | null {
    const { error, refusesProof } = this.#bound;
    if (error !== null || !refusesProof) return this.#bound.reason();
    // Cyrus gives no reason.
    return `if the password is right, the server may not accept the channel binding ${this.#last}`;
  }

  again(): boolean {
    return this.#bound.error === "unsupported-channel-binding-type" && this.#left.length > 0;
  }

  get #bound(): ScramExchange {
    if (this.#run !== null) return this.#run;
    throw new IllegalStateError(`${this.name} must be bound to a connection first`);
  }

  get #last(): string {
    return this.#tried.at(-1)!;
  }

  #unbound(): LoginError {
    const tried = this.#tried.join(", ");
    const why = tried === ""
      ? "the connection yields no channel binding that the server accepts; see the guide on logging in"
      : `the server does not accept the channel bindings that the connection yields (${tried})`;
    return new LoginError(`${this.name} failed: ${why}`);
  }
}
