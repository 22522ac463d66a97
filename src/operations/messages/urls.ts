import type { UrlContent, UrlFetch } from "../../commands/messages/url_auth.ts";
import { missingCapability } from "../../connection/session.ts";
import { ImapError, InvalidArgumentError, named } from "../../model/errors.ts";
import type { UrlRequest } from "../../model/auth_url.ts";
import type { Text } from "../../model/text.ts";
import { lazyImport } from "../../util/lazy_import.ts";
import { run, type Scope } from "../scope.ts";

/** Loaded on demand, since few programs need them. */
const commands = lazyImport(() => import("../../commands/messages/url_auth.ts"));
const writing = lazyImport(() => import("../../model/auth_url.ts"));

/** GENURLAUTH: a URL that gives access to a message. */
export async function generateUrl(
  scope: Scope,
  request: UrlRequest,
  host: string | null,
): Promise<string> {
  if (typeof request !== "object" || request === null) {
    throw new InvalidArgumentError(`what a URL is for must be an object: ${named(request)}`);
  }
  const [{ genUrlAuth }, { urlRump }] = [await commands(), await writing()];
  const rump = urlRump(request, host ?? "");
  const { session } = scope.client.connection;
  if (request.partial !== undefined && session.authenticated && !session.has("URL-PARTIAL")) {
    throw missingCapability("URL-PARTIAL");
  }
  return await run(scope, genUrlAuth(rump));
}

/** URLFETCH: what URLs give. */
export async function fetchUrls(
  scope: Scope,
  urls: string | Iterable<string>,
  how: UrlFetch,
): Promise<(UrlContent | null)[]> {
  const isList = typeof urls === "object" && urls !== null && Symbol.iterator in urls;
  if (!isList && typeof urls !== "string") {
    throw new InvalidArgumentError(`expected a URL or several, not ${named(urls)}`);
  }
  const all = typeof urls === "string" ? [urls] : [...urls];
  const { urlFetch } = await commands();
  const command = urlFetch(all, how);
  if (all.length === 0) return [];
  try {
    return await run(scope, command);
  } catch (error) {
    // Cyrus refuses all of them if one is not valid. Only a refusal is of just this class.
    if (all.length === 1 || (error as Error).constructor !== ImapError) throw error;
    const found: (UrlContent | null)[] = [];
    for (const url of all) found.push(...await run(scope, urlFetch([url], how)));
    return found;
  }
}

/** RESETKEY: revokes URLs. */
export async function resetUrlKey(scope: Scope, folder: Text | null): Promise<string> {
  const { resetKey } = await commands();
  return await run(scope, resetKey(folder));
}
