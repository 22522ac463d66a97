import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import { pathToFileURL } from "node:url";
import { assert } from "@std/assert";

/** A folder for examples. It is inside the package, since they import that by its name. */
export const folder: string = mkdtempSync(join("tests", "docs-"));
after(() => rmSync(folder, { recursive: true }));

/** A function of an example in the guide, with its waits removed. */
export async function example<Fn>(page: string, name: string): Promise<Fn> {
  const blocks = [...readFileSync(page, "utf8").matchAll(/```ts\n([^]*?)```/g)];
  const code = blocks.map(([, code]) => code).find((it) => it.includes(`function ${name}(`));
  assert(code !== undefined, `${name} in ${page}`);
  const file = join(folder, `${name}.ts`);
  writeFileSync(file, `${code.replaceAll("* 1000)", "* 0)")}\nexport { ${name} };\n`);
  return (await import(pathToFileURL(file).href))[name];
}
