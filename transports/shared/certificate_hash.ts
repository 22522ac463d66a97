/**
 * Which hash function a certificate was signed with: its signature algorithm is read from the DER.
 *
 * @module
 */

/** The hash functions of `tls-server-end-point` that web cryptography has. */
export type CertificateHash = "SHA-256" | "SHA-384" | "SHA-512";

/**
 * The hash function of each signature algorithm, and of each hash algorithm, by the bytes of its
 * object identifier. MD5 and SHA-1 are replaced by SHA-256 (RFC 5929 section 4.1).
 */
const HASHES: Readonly<Record<string, CertificateHash>> = {
  // RSA (RFC 8017 appendix A.2.4), with MD5, SHA-1, SHA-256, SHA-384 and SHA-512.
  "2a864886f70d010104": "SHA-256",
  "2a864886f70d010105": "SHA-256",
  "2a864886f70d01010b": "SHA-256",
  "2a864886f70d01010c": "SHA-384",
  "2a864886f70d01010d": "SHA-512",
  // ECDSA (RFC 5758 section 3.2), with SHA-1, SHA-256, SHA-384 and SHA-512.
  "2a8648ce3d0401": "SHA-256",
  "2a8648ce3d040302": "SHA-256",
  "2a8648ce3d040303": "SHA-384",
  "2a8648ce3d040304": "SHA-512",
  // DSA (RFC 5758 section 3.1), with SHA-1 and SHA-256.
  "2a8648ce380403": "SHA-256",
  "608648016503040302": "SHA-256",
  // The hash functions alone, as RSASSA-PSS names them.
  "2b0e03021a": "SHA-256",
  "608648016503040201": "SHA-256",
  "608648016503040202": "SHA-384",
  "608648016503040203": "SHA-512",
};

/** RSASSA-PSS (RFC 4055 section 3.1), whose parameters name the hash functions. */
const PSS = "2a864886f70d01010a";

/** More bytes than any of these object identifiers has. */
const LONGEST = 16;

const SEQUENCE = 0x30;
const OBJECT_IDENTIFIER = 0x06;
const HASH_PARAMETER = 0xa0;
const MASK_PARAMETER = 0xa1;

/** One element of DER: its tag, its content, and what follows it. */
interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly rest: Uint8Array;
}

/**
 * The hash function for the `tls-server-end-point` of a certificate in DER; `null` if its signature
 * algorithm uses none, several, or one that is not known here, as well as for anything that is not
 * a certificate.
 */
export function certificateHash(der: Uint8Array): CertificateHash | null {
  // Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }
  const certificate = read(der, SEQUENCE);
  const signed = certificate && read(certificate.content, SEQUENCE);
  const algorithm = signed && read(signed.rest, SEQUENCE);
  const identifier = algorithm && read(algorithm.content, OBJECT_IDENTIFIER);
  if (algorithm === null || identifier === null) return null;
  return hex(identifier.content) === PSS ? pssHash(identifier.rest) : hashOf(algorithm.content);
}

/** The hash function of an AlgorithmIdentifier that names it, given its content. */
function hashOf(algorithm: Uint8Array): CertificateHash | null {
  const identifier = read(algorithm, OBJECT_IDENTIFIER);
  return identifier && (HASHES[hex(identifier.content)] ?? null);
}

/** The hash function of RSASSA-PSS, if it is the one of the mask too. Both are SHA-1 by default. */
function pssHash(parameters: Uint8Array): CertificateHash | null {
  const given = read(parameters, SEQUENCE);
  if (given === null) return null;
  let [hash, mask]: (CertificateHash | null)[] = ["SHA-256", "SHA-256"];
  for (let it = read(given.content); it !== null; it = read(it.rest)) {
    const algorithm = read(it.content, SEQUENCE);
    if (it.tag === HASH_PARAMETER) hash = algorithm && hashOf(algorithm.content);
    if (it.tag === MASK_PARAMETER) mask = algorithm && maskHash(algorithm.content);
  }
  return hash === mask ? hash : null;
}

/** The hash function of a mask generation function: its parameter. */
function maskHash(algorithm: Uint8Array): CertificateHash | null {
  const identifier = read(algorithm, OBJECT_IDENTIFIER);
  const hash = identifier && read(identifier.rest, SEQUENCE);
  return hash && hashOf(hash.content);
}

/** Reads the first element, which must have the tag if one is given; `null` if there is none. */
function read(bytes: Uint8Array, tag = bytes[0]): Element | null {
  if (bytes.length < 2 || bytes[0] !== tag) return null;
  let start = 2;
  let length = bytes[1];
  if (length >= 0x80) {
    const size = length & 0x7f;
    // A certificate is never longer than three bytes can tell.
    if (size === 0 || size > 3 || bytes.length < 2 + size) return null;
    start += size;
    length = bytes.subarray(2, start).reduce((sum, byte) => sum * 256 + byte, 0);
  }
  const end = start + length;
  if (end > bytes.length) return null;
  return { tag, content: bytes.subarray(start, end), rest: bytes.subarray(end) };
}

/** The bytes of an object identifier as text; those that are too long to be known are cut. */
function hex(bytes: Uint8Array): string {
  const known = bytes.subarray(0, LONGEST);
  return Array.from(known, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
