// Any value in any place is either refused before a byte is sent, or the server sees exactly one
// command with exactly that value. The server here reads strictly by the RFCs.
import { after, describe } from "node:test";
import { it as plainTest } from "node:test";
import { assertEquals } from "@std/assert";
import { ImapClient } from "../../../src/client/imap_client.ts";
import { CommandWriter } from "../../../src/wire/writer.ts";
import { test } from "../../support/fake_server.ts";
import { METHODS, PLACES } from "./methods.ts";
import { WRITER_METHODS } from "./session_places.ts";
import { tried, tryTexts } from "./trial.ts";

/** An object's functions by name, without those of Object. */
function functionsOf(object: object): Map<string, (...args: never[]) => unknown> {
  const found = new Map<string, (...args: never[]) => unknown>();
  for (let it = object; it !== Object.prototype; it = Object.getPrototypeOf(it)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(it))) {
      if (typeof value === "function" && !found.has(name)) found.set(name, value);
    }
  }
  found.delete("constructor");
  return found;
}

/** How many parameters a function has, including those with a default, from its source. */
function parametersOf(method: (...args: never[]) => unknown): number {
  const source = method.toString();
  let [depth, count, text] = [0, 0, ""];
  for (const char of source.slice(source.indexOf("(") + 1)) {
    if (")]}".includes(char) && depth-- === 0) break;
    if ("([{".includes(char)) depth++;
    if (char === "," && depth === 0) {
      count++;
      text = "";
    } else text += char;
  }
  return text.trim() === "" ? count : count + 1;
}

describe("injection", () => {
  after(() => {
    const { values, sent } = tried;
    console.log(
      `injection: ${Object.keys(METHODS).length} methods, ${PLACES.length} places, ` +
        `${values} texts: ${sent} commands were sent`,
    );
  });

  plainTest("Z1 every method of the client has its entry", () => {
    const found = [...functionsOf(ImapClient.prototype).keys()];
    assertEquals(found.sort(), Object.keys(METHODS).sort());
    assertEquals(
      [...functionsOf(CommandWriter.prototype).keys()].sort(),
      [...WRITER_METHODS].sort(),
    );
  });

  plainTest("Z1 every parameter is known", () => {
    for (const [name, method] of functionsOf(ImapClient.prototype)) {
      assertEquals(parametersOf(method), METHODS[name].parameters, name);
    }
  });

  for (const [name, { places }] of Object.entries(METHODS)) {
    if (places.length === 0) continue;
    test(`Z1 ${name}: a text is refused, or sent in its place`, () => tryTexts(places));
  }
});
