import { compressDeflate } from "../../commands/session/compress.ts";
import { wrapped } from "../../commands/wrapped.ts";
import type { Session } from "../../connection/session.ts";
import { streamsOf } from "../../connection/streams.ts";
import type { Command } from "../../connection/command.ts";
import type { Connection } from "../../connection/connection.ts";
import { IllegalStateError, ImapError, ProtocolError } from "../../model/errors.ts";
import type { TaggedResponse } from "../../model/responses.ts";
import type { Duplex, OpenedStreams } from "../../model/transport.ts";
import { concat, CR, LF, PLUS, SP, STAR, TAB } from "../../util/bytes.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { runWhole, type Scope } from "../scope.ts";

/** COMPRESS (RFC 4978). Calls that are made later wait, and are sent compressed. */
export function compress(scope: Scope): Promise<string> {
  return runWhole(scope, async (scope) => {
    const { connection } = scope.client;
    checkUncompressed(connection);
    const own = compressDeflate();
    connection.session.check(own, scope);
    const over = await scope.client.loadCompression();
    const command = wrapped(own, {
      write(out: CommandWriter): void {
        // Another call may have been first.
        checkUncompressed(connection);
        own.write!(out);
        connection.check = refuseCompressed;
      },
      effect: () => void (connection.check = null),
    });
    // Bytes after the OK are compressed, and may have come together with it.
    // deno-lint-ignore require-await
    const change = async (duplex: Duplex, rest: Uint8Array): Promise<OpenedStreams> => {
      const compressed = over(streamsOf(duplex), rest, connection.saved);
      connection.compression = compressed;
      return { duplex: compressed, rest: new Uint8Array(0) };
    };
    return await connection.upgrade(command, { change }, scope);
  });
}

function checkUncompressed({ compression }: Connection): void {
  if (compression === null) return;
  throw new IllegalStateError("COMPRESS was not sent: the connection is compressed already");
}

/** COMPRESS, if the caller wants it and the server has it; otherwise the session goes on without. */
export async function compressIfWanted(scope: Scope): Promise<void> {
  const { connection, compress: isWanted, logger } = scope.client;
  if (!isWanted || connection.compression !== null) return;
  try {
    await compress(scope);
  } catch (error) {
    if (!(error instanceof ImapError) || connection.failure !== null) throw error;
    logger?.info(`Not compressed: ${error.message}`);
  }
}

/**
 * Before its OK, a server must not compress (RFC 4978 section 3). If it does, its answer would be
 * waited for in vain.
 */
function refuseCompressed(chunk: Uint8Array, isMidway: boolean): void {
  if (isMidway || MAY_BEGIN.includes(chunk[0]) || isText(chunk)) return;
  throw new ProtocolError("the server sent compressed data before its OK to COMPRESS");
}

/** What a response, or an empty line, may begin with: the client's tags begin with `A`. */
const A = 0x41;
const MAY_BEGIN: readonly number[] = [STAR, PLUS, A, CR, LF, SP];

function isText(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= SP || byte === CR || byte === LF || byte === TAB);
}

/**
 * UNAUTHENTICATE, which ends the compression too: the server's after its OK, the client's after the
 * command (RFC 8437 section 4.1). Nothing is sent between the two, so both end with the OK.
 */
export function unauthenticateCompressed(scope: Scope, own: Command<string>): Promise<string> {
  const { connection } = scope.client;
  const command = wrapped(own, {
    write: () => connection.compression?.endSoon(true),
    effect(session: Session, done: TaggedResponse): void {
      own.effect!(session, done);
      if (done.status !== "OK") connection.compression?.endSoon(false);
    },
  });
  const change = async (_: Duplex, before: Uint8Array): Promise<OpenedStreams> => {
    const { duplex, rest } = await connection.compression!.end();
    connection.compression = null;
    return { duplex, rest: concat([before, rest]) };
  };
  const isNeeded = () => connection.compression !== null;
  return connection.upgrade(command, { change, isNeeded }, scope);
}
