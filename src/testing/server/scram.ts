import { saslPrep } from "../../auth/saslprep.ts";
import { encodeUtf8 } from "../../util/bytes.ts";
import { encodeBase64 } from "../../wire/base64.ts";
import type { Account } from "../account.ts";
import { bad, no } from "../refusal.ts";
import type { Exchange } from "./mechanisms.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** As few as SCRAM allows: tests should be quick (RFC 7677 section 4). */
const ITERATIONS = 4096;

const CLIENT_FIRST = /^([ny],(?:a=([^,]+))?,)(n=([^,]+),r=([!-+--~]+))$/;
const CLIENT_FINAL = /^(c=([A-Za-z0-9+/=]+),r=([!-+--~]+)),p=([A-Za-z0-9+/=]+)$/;

/** The server's side of SCRAM (RFC 5802 section 5) with one of WebCrypto's hash functions. */
export function scram(hash: "SHA-1" | "SHA-256" | "SHA-512") {
  return async (exchange: Exchange): Promise<Account> => {
    const { session } = exchange;
    const first = CLIENT_FIRST.exec(await exchange.first());
    if (first === null) throw bad("not a first message of SCRAM");
    const [, header, identity = "", bare, name, clientNonce] = first;
    const user = unescapeName(name);
    const account = session.accounts.get(user);
    // Whether there is such a user is not told before the proof (RFC 5802 section 5.1).
    if (account?.scram === false) throw no("no secret for SCRAM", "AUTHENTICATIONFAILED");
    const nonce = clientNonce + encodeBase64(crypto.getRandomValues(new Uint8Array(18)));
    const salt = encodeUtf8(`salt of ${user}`);
    const serverFirst = `r=${nonce},s=${encodeBase64(salt)},i=${ITERATIONS}`;
    const final = CLIENT_FINAL.exec(await exchange.ask(serverFirst));
    if (final === null) throw bad("not a final message of SCRAM");
    const [, withoutProof, binding, finalNonce, proof] = final;
    if (finalNonce !== nonce || binding !== encodeBase64(encodeUtf8(header))) {
      throw no("the nonce or the channel binding is another one", "AUTHENTICATIONFAILED");
    }
    const message = encodeUtf8(`${bare},${serverFirst},${withoutProof}`);
    const password = saslPrep(account?.password ?? crypto.randomUUID(), "the password");
    const keys = await keysOf(hash, encodeUtf8(password), salt, message);
    if (account === undefined || keys.proof !== proof) {
      throw no("wrong user name or password", "AUTHENTICATIONFAILED");
    }
    if (identity !== "" && unescapeName(identity) !== user) {
      throw no("nobody may act for another here", "AUTHORIZATIONFAILED");
    }
    await exchange.ask(`v=${keys.signature}`);
    return account;
  };
}

/** The proofs of both sides, in base64 (RFC 5802 section 3). */
async function keysOf(
  hash: string,
  password: Bytes,
  salt: Bytes,
  message: Bytes,
): Promise<{ readonly proof: string; readonly signature: string }> {
  const { subtle } = crypto;
  const hmac = async (secret: Bytes, data: Bytes): Promise<Bytes> => {
    const key = await subtle.importKey("raw", secret, { name: "HMAC", hash }, false, ["sign"]);
    return new Uint8Array(await subtle.sign("HMAC", key, data));
  };
  const digest = async (data: Bytes): Promise<Bytes> =>
    new Uint8Array(await subtle.digest(hash, data));
  const key = await subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  const bits = (await digest(message)).length * 8;
  const parameters = { name: "PBKDF2", hash, salt, iterations: ITERATIONS };
  const salted = new Uint8Array(await subtle.deriveBits(parameters, key, bits));
  const clientKey = await hmac(salted, encodeUtf8("Client Key"));
  const signature = await hmac(await digest(clientKey), message);
  const serverKey = await hmac(salted, encodeUtf8("Server Key"));
  return {
    proof: encodeBase64(clientKey.map((byte, i) => byte ^ signature[i])),
    signature: encodeBase64(await hmac(serverKey, message)),
  };
}

function unescapeName(name: string): string {
  return name.replaceAll("=2C", ",").replaceAll("=3D", "=");
}
