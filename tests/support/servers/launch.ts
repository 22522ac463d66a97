import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { connect as connectTls } from "node:tls";
import { comesTrue, whenLate } from "../patience.ts";

export const HOST = "127.0.0.1";
/** How many sets of ports are tried. */
const ATTEMPTS = 10;
/**
 * After this time without a greeting the port may belong to another server, and others are tried.
 */
const ANSWER_LIMIT_MS = 5_000;
const STOP_LIMIT_MS = 5_000;

/** The users of every server and their passwords; bob's password needs every kind of quoting. */
export const USERS: Readonly<Record<"ann" | "bob", string>> = {
  ann: "secret",
  bob: 'b"o\\bü',
};

/** What all test servers have in common. */
export interface PrivateServer {
  readonly host: string;
  /** The port for plain text and STARTTLS. */
  readonly port: number;
  /** The port for implicit TLS. */
  readonly tlsPort: number;
  /** The authority that signed the server's certificate (PEM). */
  readonly ca: string;
  /** The process id of the server. */
  readonly pid: number;
  /** The folder with all its files. */
  readonly folder: string;
  /** The content of its log. */
  log(): string;
  /**
   * Stops the server and its sessions, and starts it again on the same ports with the same files.
   */
  restart(): Promise<void>;
  /** Stops the server and removes its folder. */
  stop(): Promise<void>;
}

/** How a server is started. */
export interface Plan {
  readonly name: string;
  readonly folder: string;
  /** A part of the greeting that no other server has. */
  readonly greeting: string;
  readonly ca: string;
  /** Writes the configuration for these ports, and returns the command line. */
  configure(port: number, tlsPort: number): readonly string[];
  /** Why the server ended at once, if its log does not say. */
  explain?(): string;
  /** Removes what killed sessions have left and new ones would wait for. */
  clean?(): void;
}

/** Creates a folder for what `start` starts below `parent`, and removes it if `start` fails. */
export async function inNewFolder<T>(
  name: string,
  start: (folder: string) => Promise<T>,
  parent: string = tmpdir(),
): Promise<T> {
  const folder = mkdtempSync(join(parent, `imapclient-${name}-`));
  try {
    // The servers' own users need access.
    chmodSync(folder, 0o755);
    return await start(folder);
  } catch (error) {
    remove(folder);
    throw error;
  }
}

/** Writes a configuration file. */
export function writeLines(file: string, lines: readonly string[]): void {
  writeFileSync(file, `${lines.join("\n")}\n`);
}

/**
 * Starts the server, with new ports until the ports are its own: a free port may be taken before
 * the server listens on it.
 */
export async function launch(plan: Plan): Promise<PrivateServer> {
  const { name, folder, ca } = plan;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const [port, tlsPort] = await freePorts(2);
    const command = plan.configure(port, tlsPort);
    let server = startServer(command, folder);
    if (await answers(server, plan, [port, tlsPort])) {
      const restart = async () => {
        await end(server, 0);
        plan.clean?.();
        server = startServer(command, folder);
        if (await answers(server, plan, [port, tlsPort])) return;
        throw new Error(`${name} did not start again:\n${readLog(folder)}`);
      };
      const log = () => readLog(folder);
      const stop = () => endAndRemove(server, folder);
      return { host: HOST, port, tlsPort, ca, pid: server.pid!, folder, log, restart, stop };
    }
    const ended = hasEnded(server);
    await end(server);
    if (ended && !readLog(folder).includes("Address already in use")) break;
  }
  throw new Error(`${name} did not start:\n${readLog(folder)}${plan.explain?.() ?? ""}`);
}

function startServer([program, ...args]: readonly string[], folder: string): ChildProcess {
  // Configuration errors may go to standard error instead of the log.
  const log = join(folder, "log");
  writeFileSync(log, "");
  const errors = openSync(log, "a");
  // In its own process group: some servers stop by a signal to the whole group.
  const stdio = ["ignore", "ignore", errors] as const;
  const server = spawn(program, args, { stdio: [...stdio], detached: true });
  closeSync(errors);
  // A test that forgets to stop the server must not keep the test run alive.
  server.unref();
  guard(server, folder);
  return server;
}

/**
 * The server must not outlive the test run, however that ends, so another process watches it. A
 * zombie still has its process number but no program.
 */
function guard(server: ChildProcess, folder: string): void {
  const script = `
    while [ -e "/proc/$1/exe" ]; do sleep 0.5; done
    kill -- "-$2"
    sleep 1
    rm -rf "$3"`;
  const args = ["-c", script, "guard", String(process.pid), String(server.pid), folder];
  const guardian = spawn("/bin/sh", args, { stdio: "ignore", detached: true });
  guardian.unref();
  server.once("exit", () => guardian.kill("SIGKILL"));
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, HOST));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

async function answers(
  server: ChildProcess,
  { greeting, ca }: Plan,
  [port, tlsPort]: readonly number[],
): Promise<boolean> {
  let said = "";
  const isThere = async () =>
    hasEnded(server) || (said = await firstBytes(connect(port, HOST))) !== "";
  await comesTrue(isThere, ANSWER_LIMIT_MS);
  // The port may belong to another server.
  if (hasEnded(server) || !said.includes(greeting)) return false;
  const options = { host: HOST, port: tlsPort, ca, servername: "localhost" };
  return (await firstBytes(connectTls(options))).includes(greeting);
}

/** The first bytes that a server sends; empty if there is no server or it is not ready. */
function firstBytes(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    const settle = (text: string) => {
      socket.destroy();
      resolve(text);
    };
    const off = whenLate(2000, () => settle(""));
    socket.once("close", off);
    socket.once("data", (bytes) => settle(String(bytes)));
    socket.once("error", () => settle(""));
    socket.once("close", () => settle(""));
  });
}

function readLog(folder: string): string {
  return readIfThere(join(folder, "log"));
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

async function endAndRemove(server: ChildProcess, folder: string): Promise<void> {
  await end(server);
  remove(folder);
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Stops the server and all its sessions. With a limit of 0 it stops at once, as in a crash. */
async function end(server: ChildProcess, limitMs = STOP_LIMIT_MS): Promise<void> {
  if (!hasEnded(server)) {
    const exited = once(server, "exit");
    server.ref();
    if (limitMs > 0) server.kill("SIGTERM");
    const settle = whenLate(limitMs, () => killGroup(server.pid!));
    await exited;
    settle();
  }
  await endSessions(server);
}

/** Stops the sessions of a server that has ended: one may wait for a lock, or write an index. */
async function endSessions({ pid: group }: ChildProcess): Promise<void> {
  await comesTrue(() => {
    if (isAnyLeft(group!)) killGroup(group!);
    return !isAnyLeft(group!);
  }, STOP_LIMIT_MS);
}

/** Kills a process group if it exists. */
function killGroup(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // No process is left.
  }
}

/** Whether a process group has a running process, not counting zombies. */
function isAnyLeft(group: number): boolean {
  return readdirSync("/proc").some((name) => {
    const stat = /^\d+$/.test(name) ? readIfThere(`/proc/${name}/stat`) : "";
    // After the program's name, which may contain anything: state, parent, group.
    const [state, , itsGroup] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(itsGroup) === group && state !== "Z";
  });
}
