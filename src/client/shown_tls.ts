import type { TlsOptions } from "../model/transport.ts";
import { showAs } from "../util/inspect.ts";

/** TLS options that are printed, and made JSON, without the private key. */
export function shownWithoutKey(tls: TlsOptions): TlsOptions {
  const copy = { ...tls };
  const view = (it: TlsOptions) =>
    it.key === undefined ? { ...it } : { ...it, key: "**REDACTED**" };
  showAs({ prototype: copy }, view);
  Object.defineProperty(copy, "toJSON", { enumerable: false, value: () => view(copy) });
  return copy;
}
