import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** The valid OAuth 2.0 tokens, by their owners. */
export const TOKENS: Readonly<Record<"ann" | "bob", string>> = {
  ann: "ya29.a0_ann-secret~+/token==",
  bob: "bobs-token",
};

/** A server that says whose a token is. */
export interface TokenServer {
  readonly url: string;
  close(): void;
}

/** Starts a server for token introspection (RFC 7662). It does not keep the test run alive. */
export async function startTokenServer(): Promise<TokenServer> {
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  server.unref();
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/introspect`, close: () => void server.close() };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = "";
  for await (const bytes of request) body += bytes;
  // No connection may stay open when the server closes.
  response.writeHead(200, { "Content-Type": "application/json", "Connection": "close" });
  response.end(JSON.stringify(introspect(new URLSearchParams(body).get("token"))));
}

function introspect(token: string | null): { active: boolean; username?: string } {
  const known = Object.entries(TOKENS).find(([, it]) => it === token);
  return known ? { active: true, username: known[0] } : { active: false };
}
