import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";

const PAGES = [".", ".github", "docs"].flatMap((folder) =>
  readdirSync(folder).filter((name) => name.endsWith(".md")).map((name) => join(folder, name))
);

/** A page without its blocks of code. */
function prose(page: string): string {
  return readFileSync(page, "utf8").replace(/^ *(`{3,})[^]*?^ *\1$/gm, "");
}

/** The anchors of a page's headings, in GitHub's form. */
function anchors(page: string): string[] {
  return [...prose(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-")
  );
}

/** The target of a link, if it does not exist. */
function isBroken(page: string, link: string): boolean {
  const [path, anchor] = link.split("#");
  const target = path === "" ? page : join(dirname(page), path);
  if (!existsSync(target)) return true;
  return anchor !== undefined && !anchors(target).includes(anchor);
}

describe("the guide", () => {
  for (const page of PAGES) {
    it(`${page}: its links → lead to a page and a heading that are there`, () => {
      const links = [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link);
      const inside = links.filter((link) => !/^[a-z]+:/.test(link));
      assertEquals(inside.filter((link) => isBroken(page, link)), []);
    });

    it(`${page}: files that it names → are there`, () => {
      const named = [...prose(page).matchAll(/`((?:src|transports|tests|docs|\.ci)\/[\w./-]*)`/g)];
      assertEquals(named.map(([, path]) => path).filter((path) => !existsSync(path)), []);
    });
  }
});
