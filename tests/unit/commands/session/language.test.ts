import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { listLanguages, setLanguage } from "../../../../src/commands/session/language.ts";
import { InvalidArgumentError, ProtocolError } from "../../../../src/model/errors.ts";
import { bytes } from "../../../support/wire.ts";
import { answer, claims, sent } from "../../../support/commands.ts";

describe("LANGUAGE [ext LANGUAGE]", () => {
  it("nothing, one tag or several, as text or bytes → sent", () => {
    assertEquals(sent(listLanguages()), "");
    assertEquals(sent(setLanguage("DE")), "DE");
    const several = setLanguage(["fr-CA", bytes("en"), "*", "default", "i-default"]);
    assertEquals(sent(several), 'fr-CA en "*" default i-default');
  });

  it("what is no tag, or none at all → InvalidArgumentError", () => {
    const wrong = [
      "",
      " ",
      "de_CH",
      "de-",
      "-de",
      "ä",
      "d e",
      "de\r\nA LOGOUT",
      "longlonglong",
      "1",
    ];
    for (const tag of wrong) {
      assertThrows(() => setLanguage(tag), InvalidArgumentError, "not a language");
      assertThrows(() => setLanguage(["de", tag]), InvalidArgumentError, "not a language");
    }
    assertThrows(() => setLanguage([]), InvalidArgumentError, "no language");
    for (const other of [null, 5, {}, [5]]) {
      assertThrows(() => setLanguage(other as unknown as string), InvalidArgumentError);
    }
  });

  it("a list → the languages that there are", () => {
    const line = '* LANGUAGE (EN "DE" {2}\r\nIT i-default)';
    assertEquals(answer(listLanguages(), line, "a OK done"), ["EN", "DE", "IT", "i-default"]);
    assertEquals(answer(listLanguages(), "* LANGUAGE (EN)", "a OK done"), ["EN"]);
  });

  it("one tag, with parentheses or without → the language that is spoken", () => {
    for (const line of ["* LANGUAGE (DE-IT)", '* LANGUAGE ("DE-IT")', "* LANGUAGE DE-IT"]) {
      assertEquals(answer(setLanguage("de-it"), line, "a OK done"), "DE-IT");
    }
  });

  it("other responses → left to others", () => {
    const lines = ["* LANGUAGE (EN)", '* NAMESPACE (("" "/")) NIL NIL', "* ID NIL"];
    assertEquals(claims(setLanguage("en"), ...lines), [true, false, false]);
  });

  it("several tags, or none, where one is due → ProtocolError", () => {
    for (const line of ["* LANGUAGE (EN DE)", "* LANGUAGE ()", "* LANGUAGE"]) {
      assertThrows(() => answer(setLanguage("en"), line, "a OK done"), ProtocolError);
    }
  });

  it("an answer that can't be read, or none → ProtocolError", () => {
    for (const lines of [[], ["* LANGUAGE"], ["* LANGUAGE (EN"], ["* LANGUAGE ((EN))"]]) {
      assertThrows(() => answer(listLanguages(), ...lines, "a OK done"), ProtocolError);
    }
  });
});
