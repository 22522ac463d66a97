import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An endpoint's answer: a status and a body, which is sent as JSON unless it is a string. */
export interface Reply {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body never ends. */
  readonly endless?: boolean;
}

/** A request to the endpoint. */
export interface Asked {
  readonly method: string;
  readonly type: string;
  readonly form: Readonly<Record<string, string>>;
}

/** A token endpoint on the loopback interface. */
export interface TokenEndpoint {
  readonly url: string;
  readonly asked: Asked[];
  /** Sets the answers to the next requests, in order; the last one is repeated. */
  answer(...replies: readonly Reply[]): void;
  close(): Promise<void>;
}

/** A successful answer. */
export function token(accessToken: string, seconds: unknown = 3600, more: object = {}): Reply {
  return {
    body: { access_token: accessToken, token_type: "Bearer", expires_in: seconds, ...more },
  };
}

/** Starts an endpoint. It does not keep the test run alive. */
export async function startTokenEndpoint(): Promise<TokenEndpoint> {
  let replies: Reply[] = [];
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void read(request).then((it) => {
      asked.push(it);
      send(response, replies.length > 1 ? replies.shift()! : replies[0]);
    }, () => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    asked,
    answer: (...next) => void (replies = [...next]),
    async close(): Promise<void> {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function read(request: IncomingMessage): Promise<Asked> {
  let body = "";
  for await (const bytes of request) body += bytes;
  return {
    method: request.method ?? "",
    type: request.headers["content-type"] ?? "",
    form: Object.fromEntries(new URLSearchParams(body)),
  };
}

function send(response: ServerResponse, { status = 200, body = "", ...more }: Reply): void {
  response.on("error", () => {});
  response.writeHead(status, { "Content-Type": "application/json", ...more.headers });
  const text = typeof body === "string" ? body : JSON.stringify(body);
  if (more.endless) response.write(text);
  else response.end(text);
}
