import type { Command } from "../../connection/command.ts";
import { InvalidArgumentError } from "../../model/errors.ts";
import type { TaggedResponse, UntaggedResponse } from "../../model/responses.ts";
import type { Session } from "../../connection/session.ts";
import { type Text, toTexts, upperAscii } from "../../model/text.ts";
import { isAtom } from "../../wire/grammar.ts";
import type { CommandWriter } from "../../wire/writer.ts";

/** Which extensions to switch on after the login: the best ones, or those that are named. */
export type Modes = "best" | readonly string[];

/** UTF8=ONLY, and the forms of UTF8 before RFC 6855, are not for clients to enable. */
function isServersOwn(name: string): boolean {
  return name.startsWith("UTF8=") && name !== "UTF8=ACCEPT";
}

/** Whether a value can be the name of an extension to enable. */
export function isEnableable(value: unknown): boolean {
  return typeof value === "string" && isAtom(value) && !isServersOwn(upperAscii(value));
}

/**
 * ENABLE (RFC 5161, RFC 9051 section 6.3.1): those of the named capabilities that are enabled now.
 */
export function enable(capabilities: Text | Iterable<Text>): Command<readonly string[]> {
  const names = toTexts(capabilities).map(upperAscii);
  if (names.length === 0) throw new InvalidArgumentError("no capabilities named to enable");
  const other = names.find(isServersOwn);
  if (other !== undefined) {
    throw new InvalidArgumentError(`a client can't enable ${other}, only UTF8=ACCEPT`);
  }
  const enabled: string[] = [];
  let isTold = false;
  return {
    name: "ENABLE",
    needs: "ENABLE",
    state: "authenticated",
    write(out: CommandWriter): void {
      for (const name of names) out.sp().atom(name);
    },
    accept(response: UntaggedResponse): boolean {
      if (response.type !== "ENABLED") return false;
      isTold = true;
      // Ignore capabilities that were not asked for.
      for (const name of response.capabilities) if (names.includes(name)) enabled.push(name);
      return true;
    },
    effect(session: Session, { status }: TaggedResponse): void {
      if (status !== "OK") return;
      if (!isTold && session.server.quirks.silentEnable) {
        enabled.push(...names.filter((name) => session.has(name)));
      }
      session.enable(enabled);
    },
    result: () => enabled,
  };
}
