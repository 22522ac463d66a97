import { describe, it } from "node:test";
import { assertEquals, assertStrictEquals } from "@std/assert";
import { joinParameters } from "../../src/wire/parameters.ts";
import { parseFetchResponse } from "../../mod.ts";

const joined = (params: Record<string, string>) => ({ ...joinParameters(params) });

describe("parameters that were split or encoded (RFC 2231)", () => {
  for (
    const [what, params, expected] of [
      ["encoded", { "filename*": "UTF-8''Gr%C3%BC%C3%9Fe.pdf" }, { filename: "Grüße.pdf" }],
      ["with a language", { "title*": "us-ascii'en-us'This%20is%20it" }, { title: "This is it" }],
      ["in another charset", { "name*": "iso-8859-1''%FCber" }, { name: "über" }],
      ["in a charset that nobody knows", { "name*": "x-what''%C3%BC" }, { name: "ü" }],
      ["without a charset", { "name*": "''a%20b" }, { name: "a b" }],
      ["without the quotes", { "name*": "a%20b" }, { name: "a b" }],
      ["with stray percent signs", { "name*": "utf-8''100%!%4" }, { name: "100%!%4" }],
      ["split", { "url*0": "ftp://", "url*1": "cs.utk.edu" }, { url: "ftp://cs.utk.edu" }],
      ["in any order", { "url*1": "b", "url*2": "c", "url*0": "a" }, { url: "abc" }],
      [
        "split and encoded in part",
        {
          "title*0*": "us-ascii'en'This%20is%20",
          "title*1*": "%2A%2A%2Afun%2A%2A%2A ",
          "title*2": "isn't it!",
        },
        { title: "This is ***fun*** isn't it!" },
      ],
      [
        "split within a character",
        { "filename*0*": "utf-8''Gr%C3", "filename*1*": "%BC%C3%9Fe" },
        { filename: "Grüße" },
      ],
      ["beside a plain one", { filename: "Gr__e", "filename*": "utf-8''Gr%C3%BC%C3%9Fe" }, {
        filename: "Grüße",
      }],
      ["and others", { charset: "utf-8", "x**": "y" }, { charset: "utf-8", "x**": "y" }],
    ] as readonly (readonly [string, Record<string, string>, Record<string, string>])[]
  ) it(what, () => assertEquals(joined(params), expected));

  it("others are as they were", () => {
    const params = { charset: "utf-8" };
    assertStrictEquals(joinParameters(params), params);
  });

  it("O5 are found under their names in a BODYSTRUCTURE", () => {
    const line = '1 (UID 1 BODYSTRUCTURE ("application" "pdf" ("name*" "utf-8\'\'%C3%BC") ' +
      'NIL NIL "base64" 10 NIL ("attachment" ("filename*0*" "utf-8\'\'a" "filename*1" "b")) NIL))';
    const [, { BODYSTRUCTURE }] = [...parseFetchResponse([line])][0];
    const { params, disposition } = BODYSTRUCTURE as {
      params: object;
      disposition: { params: object };
    };
    assertEquals([{ ...params }, { ...disposition.params }], [{ name: "ü" }, { filename: "ab" }]);
  });
});
