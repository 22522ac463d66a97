import type { Command } from "../../connection/command.ts";
import { ProtocolError } from "../../model/errors.ts";
import { OwnResponses } from "../own_responses.ts";

/**
 * GETJMAPACCESS (RFC 9698): the URL of the JMAP session resource that gives access to the same
 * mail.
 */
export function jmapAccess(): Command<URL> {
  const own = new OwnResponses();
  let url: URL | null = null;
  return {
    name: "GETJMAPACCESS",
    needs: "JMAPACCESS",
    state: "authenticated",
    pipelining: "uids",
    uncorrelated: true,
    accept: (response) =>
      own.read(response, "JMAPACCESS", (cursor) => url = secureUrl(cursor.astring())),
    result: () => own.required("JMAPACCESS", url),
  };
}

/** Only over HTTPS may a program send the password there that it has for this server. */
function secureUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === "https:" && url.username === "" && url.password === "") return url;
  throw new ProtocolError("the URL for JMAP must begin with https: and name no user");
}
