import { execFileSync } from "node:child_process";

/** The system's user to whom the mail of the test servers belongs. */
export interface MailOwner {
  readonly uid: number;
  readonly gid: number;
}

const NAME = "imapclient-tests";

/** Finds that user, or makes it; where none can be made, one that every system has will do. */
export function mailOwner(): MailOwner {
  const existing = find(NAME);
  if (existing) return existing;
  try {
    const options = [
      "--system",
      "--user-group",
      "--no-create-home",
      "--shell",
      "/usr/sbin/nologin",
    ];
    execFileSync("/usr/sbin/useradd", [...options, NAME], { stdio: "ignore" });
  } catch {
    // Another test file may have made it meanwhile.
  }
  const owner = find(NAME) ?? find("mail") ?? find("nobody");
  if (!owner) throw new Error("there is no user to whom the mail could belong");
  return owner;
}

function find(name: string): MailOwner | undefined {
  try {
    const [uid, gid] = ["-u", "-g"].map((option) =>
      Number(execFileSync("id", [option, name], {
        stdio: ["ignore", "pipe", "ignore"],
      }))
    );
    return { uid, gid };
  } catch {
    return undefined;
  }
}
