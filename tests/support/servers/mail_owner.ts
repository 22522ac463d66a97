import { execFileSync } from "node:child_process";

/** The system user who owns the mail of the test servers. */
export interface MailOwner {
  readonly uid: number;
  readonly gid: number;
}

const NAME = "imapclient-tests";

/** Finds that user or creates it; if it can't be created, uses one that every system has. */
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
    // Another test file may have created it meanwhile.
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
