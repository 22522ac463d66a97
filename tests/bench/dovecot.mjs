// A private Dovecot with part of the mailbox, in its own process. It prints its port, or why there
// is none, and ends with its standard input.
import process from "node:process";
import { dovecotMissing, startDovecot } from "../support/servers/dovecot.ts";
import { messages } from "./mail.mjs";
import { headerDateText, headerText } from "./wire.mjs";

const COUNT = 5000;

if (dovecotMissing) {
  console.log(dovecotMissing);
  process.exit();
}
const dovecot = await startDovecot();
dovecot.addMail("ann", "INBOX", messages().slice(0, COUNT).map(mail));
console.log(dovecot.port);
process.stdin.resume().on("end", async () => {
  await dovecot.stop();
  process.exit();
});

function mail({ envelope, structure, internalDate, flags }) {
  const { date, subject, from, replyTo, to, cc, inReplyTo, messageId } = envelope;
  const fields = [
    ["Date", headerDateText(date)],
    ["Subject", headerText(subject)],
    ["From", people(from)],
    ["Reply-To", replyTo === from ? "" : people(replyTo)],
    ["To", people(to)],
    ["Cc", people(cc)],
    ["In-Reply-To", inReplyTo ?? ""],
    ["Message-ID", messageId],
    ["MIME-Version", "1.0"],
  ];
  const header = fields.filter(([, value]) => value !== "").map(([name, it]) => `${name}: ${it}`);
  return {
    text: [...header, ...part(structure)].join("\r\n"),
    date: new Date(internalDate.time),
    // A Maildir's file names do not contain keywords.
    flags: flags.filter((flag) => flag.startsWith("\\")),
  };
}

function people(list) {
  const quoted = (name) => headerText(name).replace(/^[^=].*$/, (it) => JSON.stringify(it));
  return list.map(({ name, mailbox, host }) => {
    return name === null ? `${mailbox}@${host}` : `${quoted(name)} <${mailbox}@${host}>`;
  }).join(",\r\n ");
}

/** The header fields and the body of a part, as lines. */
function part({ type, params, encoding, children }) {
  const words = Object.entries(params).map(([name, value]) => `; ${name}="${value}"`);
  const head = [`Content-Type: ${type}${words.join("")}`];
  if (encoding !== null) head.push(`Content-Transfer-Encoding: ${encoding}`);
  if (type === "message/rfc822") {
    return [...head, "", "Subject: inner", "", "hello"];
  }
  if (children.length === 0) return [...head, "", "aGVsbG8gd29ybGQ="];
  const { boundary } = params;
  const parts = children.flatMap((child) => [`--${boundary}`, ...part(child)]);
  return [...head, "", ...parts, `--${boundary}--`, ""];
}
