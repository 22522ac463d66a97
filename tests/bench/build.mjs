// Builds this client to JavaScript, and measures the cost of loading it and its size.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
export const root = dirname(dirname(here));
const tools = join(root, "tests", "tools", "node_modules");
// Inside node_modules, so that git and the checks ignore it.
const built = join(here, "node_modules", ".built");
const imapflow = join(tools, "imapflow", "dist", "esm", "imap-flow.js");

/** The drivers that load this client's source: Node runs what `setUp` builds of them. */
const OWN = ["ours.mjs", "line.mjs", "compression.mjs"];

/** The path of a driver's file for Node. */
export function fileForNode(file) {
  return OWN.includes(file) ? join(built, file) : join(here, "drivers", file);
}

/** Installs the clients that only the benchmark needs, and builds this one. */
export function setUp() {
  const { dependencies } = JSON.parse(
    readFileSync(join(here, "package.json"), "utf8"),
  );
  const isThere = ([name, version]) => {
    const manifest = join(here, "node_modules", name, "package.json");
    return existsSync(manifest) &&
      JSON.parse(readFileSync(manifest, "utf8")).version === version;
  };
  if (!Object.entries(dependencies).every(isThere)) {
    const quiet = [
      "--no-package-lock",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
    ];
    execFileSync("npm", ["install", ...quiet], { cwd: here, stdio: "inherit" });
  }
  mkdirSync(built, { recursive: true });
  for (const file of OWN) bundle(join(here, "drivers", file), join(built, file));
}

function esbuild(...args) {
  execFileSync(join(tools, ".bin", "esbuild"), ["--log-level=error", ...args], {
    cwd: root,
  });
}

function bundle(entry, outfile, ...more) {
  const where = ["--platform=node", "--format=esm", "--external:cloudflare:*"];
  esbuild(entry, "--bundle", ...where, `--outfile=${outfile}`, ...more);
}

/** Bundles a client, and returns the files that are loaded with it. */
function bundled(name, entry, ...more) {
  const folder = join(built, name);
  const source = join(built, `${name}.entry.mjs`);
  writeFileSync(source, entry);
  const metafile = join(built, `${name}.json`);
  const how = [
    "--bundle",
    "--splitting",
    "--platform=node",
    "--format=esm",
    ...more,
  ];
  const out = [
    `--outdir=${folder}`,
    "--out-extension:.js=.mjs",
    `--metafile=${metafile}`,
  ];
  esbuild(source, ...how, "--external:cloudflare:*", ...out);
  const { outputs } = JSON.parse(readFileSync(metafile, "utf8"));
  const isEntry = (path) => outputs[path].entryPoint?.endsWith(`${name}.entry.mjs`);
  const files = new Set();
  // What is imported on demand, such as other runtimes' adapters, is not loaded.
  const visit = (path) => {
    if (files.has(path)) return;
    files.add(path);
    for (const { path: other, kind } of outputs[path].imports) {
      if (kind === "import-statement" && outputs[other]) visit(other);
    }
  };
  visit(Object.keys(outputs).find(isEntry));
  return [...files].map((path) => join(root, path));
}

const all = (path) => `export * from ${JSON.stringify(path)};\n`;
const one = (name, path) => `export { ${name} } from ${JSON.stringify(path)};\n`;
const nodeTransport = one("nodeTransport", join(root, "transports", "node", "mod.ts"));

/** What `importMs` loads for each client: this one as one file, imapflow as installed. */
export function packages() {
  return {
    ours: bundled("all", all(join(root, "mod.ts")) + nodeTransport)[0],
    imapflow,
  };
}

/** How long a fresh Node takes to load a module. */
export function importMs(path) {
  const code = `const start = performance.now();
    await import(${JSON.stringify(pathToFileURL(path).href)});
    console.log(performance.now() - start); process.exit(0);`;
  const args = ["--input-type=module", "--eval", code];
  return Number(execFileSync(process.execPath, args, { timeout: 20_000 }));
}

/** The size of each client's bundle, minified and gzipped, in KiB. */
export function gzipKib() {
  const kib = (name, entry) => {
    const files = bundled(name, entry, "--minify");
    return gzipSync(Buffer.concat(files.map((file) => readFileSync(file))), {
      level: 9,
    }).length /
      1024;
  };
  const client = one("ImapClient", join(root, "src", "client", "imap_client.ts"));
  return {
    ours: kib("ours", client + nodeTransport),
    imapflow: kib("imapflow", all(imapflow)),
  };
}
