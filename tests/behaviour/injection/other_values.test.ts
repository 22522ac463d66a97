// Values that are not plain text: bytes, letters that become ASCII, and values of other types.
import { after, describe } from "node:test";
import { test } from "../../support/fake_server.ts";
import { METHODS, PLACES } from "./methods.ts";
import { tried, tryBytes, tryMixed, tryOddValues, tryTurncoats } from "./trial.ts";

describe("injection of other values", () => {
  after(() => {
    const { values, odd, sent } = tried;
    console.log(
      `injection: ${values} times bytes, or letters that would become ASCII, and ${odd} values ` +
        `of other types: ${sent} commands were sent`,
    );
  });

  test("Z1 bytes are refused, or sent in their place [ext COMMAND-INJECTION]", () =>
    tryBytes(PLACES));
  test("Z1 non-ASCII letters do not become ASCII in upper case", () => tryTurncoats(PLACES));

  test("Z1 values that only some places accept are one command, or refused", () =>
    tryMixed(PLACES));

  for (const [name, { places }] of Object.entries(METHODS)) {
    if (places.length === 0) continue;
    test(`Z1 ${name}: a value that is not text is refused, or sent as its text`, () =>
      tryOddValues(places));
  }
});
