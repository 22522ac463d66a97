// Starts the servers and the drivers, each with a time limit and killed by its own id.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { fileForNode, root } from "./build.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const bin = join(root, "tests", "tools", "node_modules", ".bin");

/** A driver that takes longer than this hangs. */
const LIMIT_MS = 60_000;

const FILES = {
  ours: "ours.mjs",
  imapflow: "imapflow.mjs",
  "node-imap": "node_imap.mjs",
  floor: "floor.mjs",
  bare: "bare.mjs",
  line: "line.mjs",
  compression: "compression.mjs",
};

function command(driver, runtime) {
  const file = join(here, "drivers", FILES[driver]);
  const map = "--import-map=tests/import_map.json";
  switch (runtime) {
    case "deno": {
      // imapflow is found in node_modules, which the import map would turn off.
      const how = driver === "imapflow" ? "--node-modules-dir=manual" : map;
      const flags = [
        "--allow-all",
        "--no-check",
        "--quiet",
        "--v8-flags=--expose-gc",
        how,
      ];
      return [join(bin, "deno"), "run", ...flags, file];
    }
    case "bun":
      return [join(bin, "bun"), "run", file];
    default: {
      // node-imap uses APIs that Node warns about.
      const flags = ["--no-deprecation", "--expose-gc"];
      return [
        process.execPath,
        ...flags,
        fileForNode(FILES[driver]),
      ];
    }
  }
}

/** Runs a workload once, and returns what the driver prints, or `{ error }`. */
export function runDriver(driver, runtime, workload, port) {
  const [program, ...args] = command(driver, runtime);
  const child = spawn(program, [...args, workload, `${port}`], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  return new Promise((done) => {
    let output = "";
    let errors = "";
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, LIMIT_MS);
    child.stdout.on("data", (chunk) => output += chunk);
    child.stderr.on("data", (chunk) => errors += chunk);
    child.on("error", (error) => errors += error);
    child.on("close", (code) => {
      clearTimeout(timer);
      if (late) done({ error: `no result within ${LIMIT_MS / 1000} seconds` });
      else if (code !== 0) {
        done({ error: errors.trim() || `exit code ${code}` });
      } else done(JSON.parse(output.trim().split("\n").at(-1)));
    });
  });
}

/** Starts a server; returns the lines that it prints and how to talk to it. */
function start(program, ...args) {
  const child = spawn(program, args, {
    cwd: root,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })
    [Symbol.asyncIterator]();
  const nextLine = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error("a server ended");
    return value;
  };
  return { child, nextLine };
}

/** A replay server; `trips()` returns the round trips since it was last called. */
export async function startServer(...args) {
  const script = join(here, "replay_server.mjs");
  const { child, nextLine } = start(process.execPath, script, ...args);
  return {
    port: Number(await nextLine()),
    async trips() {
      child.stdin.write("trips\n");
      return Number(await nextLine());
    },
    stop: () => child.kill("SIGKILL"),
  };
}

/** A private Dovecot, or `{ missing }` with the reason. */
export async function startDovecot() {
  const { child, nextLine } = start(
    join(bin, "tsx"),
    join(here, "dovecot.mjs"),
  );
  const line = await nextLine();
  const port = Number(line);
  if (!(port > 0)) return { missing: line };
  const ended = new Promise((resolve) => child.once("close", resolve));
  return {
    port,
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
