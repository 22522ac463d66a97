import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { annotate, type AnnotationValues } from "../../../../src/commands/messages/annotate.ts";
import { fetch, fetchRequest } from "../../../../src/commands/messages/fetch.ts";
import { InvalidArgumentError } from "../../../../src/model/errors.ts";
import { NumberSet } from "../../../../src/model/number_set.ts";
import { answer, claims, sent } from "../../../support/commands.ts";
import { text } from "../../../support/wire.ts";

const IDS = NumberSet.from("1:3");

function command(values: AnnotationValues, uid = true) {
  return annotate({ ids: IDS, values, uid });
}

describe("STORE ANNOTATION", () => {
  it("entries and attributes → sent [ext ANNOTATE]", () => {
    const values = {
      "/comment": { "value.priv": 'my "note"', "value.shared": null },
      "/1/vendor/Acme/x": { "value.shared": new Uint8Array([0, 255]) },
    };
    assertEquals(
      sent(command(values), { nonSynchronising: Infinity }),
      '1:3 ANNOTATION (/comment (value.priv "my \\"note\\"" value.shared NIL) ' +
        "/1/vendor/Acme/x (value.shared ~{2+}\u21b5\0\xff))",
    );
    const { name, needs, modifies } = command(values);
    assertEquals([name, needs, modifies], ["UID STORE", "ANNOTATE-EXPERIMENT-1", true]);
    assertEquals(command(values, false).name, "STORE");
  });

  it("OK → nothing; flags that change meanwhile → left to others", () => {
    const values = { "/comment": { "value.priv": "x" } };
    assertEquals(answer(command(values), "a OK").size, 0);
    const lines = ["* 1 FETCH (FLAGS ())", "* 1 FETCH (UID 1 ANNOTATION (/comment))"];
    assertEquals(claims(command(values), ...lines), [false, false]);
  });

  it("what can't be sent → InvalidArgumentError", () => {
    const wrong: readonly unknown[] = [
      {},
      null,
      [],
      "x",
      { "/comment": {} },
      { "/comment": "x" },
      { "comment": { "value.priv": "x" } },
      { "/a//b": { "value.priv": "x" } },
      { "/a/": { "value.priv": "x" } },
      { "/*": { "value.priv": "x" } },
      { "/é": { "value.priv": "x" } },
      { "/a\r\nb": { "value.priv": "x" } },
      { "/comment": { "value": "x" } },
      { "/comment": { "value.priv ": "x" } },
      { "/comment": { "val*.priv": "x" } },
      { "/comment": { "value.priv": 5 } },
      { "/comment": { "value.priv": undefined } },
      { "/comment": { "value.priv": "\ud800" } },
    ];
    for (const values of wrong) {
      const make = () => command(values as AnnotationValues);
      assertThrows(make, InvalidArgumentError, "", JSON.stringify(values));
    }
  });
});

describe("FETCH ANNOTATION", () => {
  const ITEM = "annotation ((/comment /Vendor/*) (value.priv size.shared))";

  function fetched(line: string) {
    const rows = answer(
      fetch(fetchRequest(NumberSet.from("1"), [ITEM], undefined, true)),
      line,
      "a OK",
    );
    return rows.get(1)! as unknown as {
      ANNOTATION: Record<string, Record<string, Uint8Array | null>>;
    };
  }

  it("an item → sent, and the case of names is kept [ext ANNOTATE]", () => {
    const request = fetchRequest(IDS, [ITEM], undefined, true);
    assertEquals(
      sent(fetch(request)),
      "1:3 (ANNOTATION ((/comment /Vendor/*) (value.priv size.shared)))",
    );
    const wrong = [
      "ANNOTATION",
      "ANNOTATION (/a)",
      "ANNOTATION (a value)",
      "ANNOTATION (/a value) x",
      "ANNOTATION (/a (value)",
      'ANNOTATION (/a" value)',
      "ANNOTATION (/a val*)",
      "ANNOTATION (/a value)\r\nA2 LOGOUT",
      "ANNOTATION ((/a  /b) value)",
    ];
    for (const item of wrong) {
      if (item === "ANNOTATION") continue; // a name as any other
      const send = () => sent(fetch(fetchRequest(IDS, [item], undefined, true)));
      assertThrows(send, InvalidArgumentError, "", item);
    }
  });

  it("an answer → values by entry and attribute [ext ANNOTATE]", () => {
    const { ANNOTATION } = fetched(
      '* 7 FETCH (UID 1 ANNOTATION (/comment (value.priv "my" size.shared "0") ' +
        "/altsubject (value.priv {2}\r\n)( value.shared NIL) " +
        '/comment (value.shared "all") /news))',
    );
    const shown = Object.entries(ANNOTATION).map(([entry, attributes]) => {
      const values = Object.entries(attributes).map((
        [name, value],
      ) => [name, value && text(value)]);
      return [entry, Object.fromEntries(values)];
    });
    assertEquals(shown, [
      ["/comment", { "value.priv": "my", "size.shared": "0", "value.shared": "all" }],
      ["/altsubject", { "value.priv": ")(", "value.shared": null }],
      ["/news", {}],
    ]);
  });

  it("a malformed answer → reading it throws, and the rest is there", () => {
    for (const wire of ["x", "(/a (b))", "(/a (b (c)))", "5"]) {
      const row = fetched(`* 7 FETCH (UID 1 ANNOTATION ${wire} FLAGS (a))`);
      assertThrows(() => row.ANNOTATION, Error, "", wire);
      assertEquals((row as unknown as { FLAGS: string[] }).FLAGS, ["a"]);
    }
    const odd = fetched('* 7 FETCH (UID 1 ANNOTATION (__proto__ (__proto__ "x")))');
    assertEquals(Object.keys(odd.ANNOTATION), ["__proto__"]);
  });
});
