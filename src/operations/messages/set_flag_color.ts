import { noop } from "../../commands/session/session.ts";
import type { MessageFlags } from "../../commands/messages/store.ts";
import { wrapped } from "../../commands/wrapped.ts";
import type { SelectedFolder } from "../../connection/selected_folder.ts";
import { CapabilityError, InvalidArgumentError, named } from "../../model/errors.ts";
import { bitsOf, COLOR_BITS, COLORS, type FlagColor } from "../../model/flag_colors.ts";
import { FLAGGED } from "../../model/flags.ts";
import { type MessageIds, NumberSet } from "../../model/number_set.ts";
import { SAVED } from "../../model/saved.ts";
import { folderOf, run, runWhole, type Scope } from "../scope.ts";
import { changeFlags } from "./fetch_messages.ts";

/**
 * Flags messages in a colour (RFC 9979), or takes flag and colour away.
 *
 * The bits that the colour has not go first: on a message that is not flagged, nobody sees that.
 * One that has another colour is red until the second command, where the other order may show a
 * colour that is neither of the two, and two colours at once if the second command fails.
 */
export async function setFlagColor(
  scope: Scope,
  messages: MessageIds,
  color: FlagColor | null,
  silent: boolean,
): Promise<MessageFlags | null> {
  const bits = color === null ? null : bitsOf(color);
  if (color !== null && bits === null) {
    const known = [...COLORS, "null"].join(", ");
    throw new InvalidArgumentError(
      `not a colour of flags: ${JSON.stringify(named(color))}; use ${known}`,
    );
  }
  const ids = messages === SAVED ? SAVED : NumberSet.from(messages);
  return await runWhole(scope, async (scope) => {
    const folder = await selectedFolder(scope);
    const can = (flag: string) => isKept(folder, flag);
    if (bits === null) return await change("remove", [FLAGGED, ...COLOR_BITS.filter(can)], silent);
    const missing = [FLAGGED, ...bits.set].find((flag) => !can(flag));
    if (missing !== undefined) throw notKept(missing, color!);
    const unset = bits.unset.filter(can);
    const before = unset.length > 0 ? await change("remove", unset, silent) : null;
    const after = await change("add", [FLAGGED, ...bits.set], silent);
    // Servers may leave out messages that the second command has not changed.
    return before === null || after === null ? after : new Map([...before, ...after]);

    function change(action: "add" | "remove", values: readonly string[], silent: boolean) {
      return changeFlags(scope, { item: "FLAGS", action, values }, ids, silent);
    }
  });
}

/** The folder of a call, once its SELECT was answered. */
async function selectedFolder(scope: Scope): Promise<SelectedFolder | null> {
  const folder = folderOf(scope);
  if (folder !== null) return folder;
  await run(scope, wrapped(noop(), { state: "selected" }));
  return folderOf(scope);
}

/** Whether a folder keeps a flag. A read-only one is refused by the STORE. */
function isKept(folder: SelectedFolder | null, flag: string): boolean {
  if (folder === null || folder.readOnly || folder.permanentFlags === null) return true;
  const name = flag.toLowerCase();
  return folder.permanentFlags.some((it) => it === "\\*" || it.toLowerCase() === name);
}

function notKept(flag: string, color: string): CapabilityError {
  return new CapabilityError(
    `the folder does not keep the flag ${flag} (PERMANENTFLAGS), which the colour ${color} needs: ` +
      "nothing was changed",
  );
}
