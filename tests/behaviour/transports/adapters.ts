// The TCP transports of the three runtimes, each skipped where it cannot run.
import { spawnSync } from "node:child_process";
import { bunTransport } from "../../../transports/bun/mod.ts";
import { denoTransport } from "../../../transports/deno/mod.ts";
import { nodeTransport } from "../../../transports/node/mod.ts";
import { skipLive } from "../../support/skip.ts";
import type { Adapter } from "./tcp_adapter.ts";

const inDeno = "Deno" in globalThis;
const inBun = "Bun" in globalThis;

const noCertificates = skipLive(
  spawnSync("openssl", ["version"]).error ? "there is no openssl to make certificates" : false,
);

const ALL_BINDINGS: Adapter["bindings"] = ["tls-exporter", "tls-unique", "tls-server-end-point"];

const all: readonly Adapter[] = [
  {
    name: "nodeTransport",
    transport: nodeTransport,
    skip: false,
    // Deno's node:tls buffers everything that arrives.
    bounded: !inDeno,
    prompt: true,
    // Deno's node:tls has neither of the others.
    bindings: inDeno ? ["tls-server-end-point"] : ALL_BINDINGS,
    bindsUnasked: true,
  },
  {
    name: "denoTransport",
    transport: denoTransport,
    skip: inDeno ? false : "needs Deno",
    bounded: true,
    // Deno waits for the end of the handshake before it closes.
    prompt: false,
    bindings: ["tls-server-end-point"],
    bindsUnasked: false,
  },
  {
    name: "bunTransport",
    transport: bunTransport,
    skip: inBun ? false : "needs Bun",
    bounded: true,
    prompt: true,
    bindings: ALL_BINDINGS,
    bindsUnasked: true,
  },
];

/** The adapters that the suites run on. */
export const ADAPTERS: readonly Adapter[] = all.map((adapter) => {
  return { ...adapter, skip: adapter.skip || noCertificates };
});
