// Reads a JUnit report, the only form of result that Deno, Bun and Node all write.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * What tests prove that passed in every report of a folder. `read` returns what a part of a test's
 * name says that it proves.
 */
export function provenInAll(folder, read) {
  const reports = readdirSync(folder).filter((name) => name.endsWith(".xml"));
  const proven = reports.map((name) => {
    const tests = readTests(readFileSync(join(folder, name), "utf8"));
    const passed = tests.filter(({ outcome }) => outcome === "passed");
    return new Set(passed.flatMap(({ names }) => names.flatMap(read)));
  });
  const [first = new Set(), ...others] = proven;
  return new Set([...first].filter((name) => others.every((it) => it.has(name))));
}

/** The tests of a report without the groups: Deno reports groups as tests too. */
export function readTests(xml) {
  const cases = [...xml.matchAll(/<testcase((?:[^"<]|"[^"]*")*?)(?:\/>|>(.*?)<\/testcase>)/gs)]
    .map(([, attributes, inside = ""]) => ({
      name: / name="([^"]*)"/.exec(attributes)[1],
      inside,
    }));
  const groups = new Set();
  for (const { name } of cases) {
    const parts = name.split(" &gt; ");
    for (let length = 1; length < parts.length; length++) {
      groups.add(parts.slice(0, length).join(" &gt; "));
    }
  }
  // Node reports a file without tests as a passed test.
  const isFile = ({ name, inside }) => /\.test\.(ts|mjs)$/.test(name) && inside === "";
  return cases.filter((it) => !groups.has(it.name) && !isFile(it)).map(({ name, inside }) => ({
    /** The names of the groups around it, and its own name. */
    names: name.split(" &gt; "),
    outcome: inside.includes("<failure")
      ? "failed"
      : inside.includes("<skipped")
      ? "skipped"
      : "passed",
  }));
}
