import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import type { ScramHash } from "../../src/auth/scram_exchange.ts";

/** The hash functions as `node:crypto` names them, and how many bytes they have. */
export const SCRAM_HASHES = {
  "SHA-1": ["sha1", 20],
  "SHA-256": ["sha256", 32],
  "SHA-512": ["sha512", 64],
} as const;

/** A server, with another implementation of the algorithms. */
export class ScramServer {
  readonly #hash: string;
  readonly #length: number;
  readonly #password: string;
  #first = "";
  #bare = "";

  constructor(hash: ScramHash, password: string) {
    [this.#hash, this.#length] = SCRAM_HASHES[hash];
    this.#password = password;
  }

  /** Its first message, in answer to the client's. */
  challenge(clientFirst: string, salt: Uint8Array, iterations: number, extensions = ""): string {
    this.#bare = /^(?:n|y|p=[^,]*),[^,]*,(.*)$/s.exec(clientFirst)![1];
    const nonce = /,r=([^,]*)$/.exec(this.#bare)![1];
    const saltText = Buffer.from(salt).toString("base64");
    return this.#first = `r=${nonce}server,s=${saltText},i=${iterations}${extensions}`;
  }

  /** Its last message, in answer to the client's proof; `null` if the proof is wrong. */
  verify(clientFinal: string): string | null {
    const [, withoutProof, proof] = /^(.*),p=([^,]*)$/s.exec(clientFinal)!;
    const [, saltText, iterations] = /,s=([^,]*),i=([0-9]*)/.exec(this.#first)!;
    const salt = Buffer.from(saltText, "base64");
    const salted = pbkdf2Sync(this.#password, salt, Number(iterations), this.#length, this.#hash);
    const message = `${this.#bare},${this.#first},${withoutProof}`;
    const stored = this.#digest(this.#hmac(salted, "Client Key"));
    const signature = this.#hmac(stored, message);
    const clientKey = Buffer.from(proof, "base64").map((byte, i) => byte ^ signature[i]);
    if (!this.#digest(clientKey).equals(stored)) return null;
    return `v=${this.#hmac(this.#hmac(salted, "Server Key"), message).toString("base64")}`;
  }

  /** What the client's last message says about the connection: the header and the binding. */
  static channelOf(clientFinal: string): string {
    return Buffer.from(/^c=([^,]*),/.exec(clientFinal)![1], "base64").toString("latin1");
  }

  #hmac(key: Uint8Array, text: string): Buffer {
    return createHmac(this.#hash, key).update(text).digest();
  }

  #digest(data: Uint8Array): Buffer {
    return createHash(this.#hash).update(data).digest();
  }
}
