// Checks the imports of src/ and transports/. Prints each problem, and fails if there are any: a
// circle of imports at run time, a circle of types that is not within one folder, an import of a
// higher floor.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** The floors, from the ground up; docs/architecture.md describes them. */
const FLOORS = [
  ["src/util"],
  ["src/mime"],
  ["src/model"],
  ["transports"],
  ["src/wire"],
  ["src/auth"],
  ["src/connection"],
  ["src/commands"],
  ["src/operations"],
  ["src/client"],
  ["mod.ts"],
  ["src/testing", "src/config"],
  ["src/cli"],
];

function files() {
  const within = (folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(folder, name).replaceAll("\\", "/"));
  return ["mod.ts", ...within("src"), ...within("transports")];
}

function floorOf(file) {
  const floor = FLOORS.findIndex((places) =>
    places.some((place) => file === place || file.startsWith(`${place}/`))
  );
  if (floor < 0) throw new Error(`${file} is on no floor`);
  return floor;
}

/**
 * The imports of a file: the imported file, and whether it needs only types or is loaded lazily.
 */
function importsOf(file) {
  const text = readFileSync(join(root, file), "utf8")
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "");
  const resolve = (path) => normalize(join(dirname(file), path)).replaceAll("\\", "/");
  const found = [];
  const statement = /^(?:import|export)\s+(type\s)?([^;"]*?)from\s+"(\.[^"]+)";/gm;
  for (const [, type, names, path] of text.matchAll(statement)) {
    const list = /^\{([^}]*)\}\s*$/.exec(names)?.[1].split(",").filter((name) => name.trim());
    const isType = type !== undefined || (list?.every((name) => /^\s*type\s/.test(name)) ?? false);
    found.push({ from: file, to: resolve(path), isType, isLazy: false });
  }
  for (const [, path] of text.matchAll(/import\(\s*"(\.[^"]+)"\s*\)/g)) {
    found.push({ from: file, to: resolve(path), isType: false, isLazy: true });
  }
  return found;
}

/** The groups of files that import one another in circles (Tarjan's algorithm). */
function circles(edges) {
  const next = new Map();
  for (const { from, to } of edges) next.set(from, [...next.get(from) ?? [], to]);
  const [index, low, stack, found] = [new Map(), new Map(), [], []];
  const visit = (file) => {
    index.set(file, index.size);
    low.set(file, index.get(file));
    stack.push(file);
    for (const to of next.get(file) ?? []) {
      if (!index.has(to)) visit(to);
      if (stack.includes(to)) low.set(file, Math.min(low.get(file), low.get(to)));
    }
    if (low.get(file) !== index.get(file)) return;
    const group = stack.splice(stack.indexOf(file));
    if (group.length > 1) found.push(group);
  };
  for (const file of next.keys()) if (!index.has(file)) visit(file);
  return found;
}

const imports = files().flatMap(importsOf);
const faults = [
  ...imports.filter(({ from, to }) => floorOf(to) > floorOf(from))
    .map(({ from, to }) => `points up: ${from} -> ${to}`),
  ...circles(imports.filter(({ isType, isLazy }) => !isType && !isLazy))
    .map((group) => `a circle at run time: ${group.join(" ")}`),
  ...circles(imports).filter((group) => new Set(group.map(dirname)).size > 1)
    .map((group) => `a circle of types over several folders: ${group.join(" ")}`),
];
for (const fault of faults) console.log(fault);
process.exit(faults.length > 0 ? 1 : 0);
