const CA = "; make one with CA:FALSE";
const host = (option: string): string => `give a name in the certificate as ${option}`;

/** Part of a library hint, and what to say instead about shell options and about file keys. */
const WORDS: readonly (readonly [hint: string, option: string, key: string])[] = [
  ["as tls.ca", "with --ca-file", "with ssl_ca_file"],
  ["set tls.serverName to a name in the certificate", host("-H"), host("host")],
  ["'starttls: true'", "--starttls", '"starttls = yes"'],
  ["starttls: true", "--starttls", "starttls = yes"],
  ["'ssl: false' and 'starttls'", "--insecure and --starttls", '"ssl = no" and "starttls = yes"'],
  [" (tls.minVersion)", "", ""],
  [" (tls.cert, tls.key)", ", which can't be given here", ", which can't be given here"],
  [`${CA}, or pass the transport of nodeTransport()`, CA, CA],
];

/** A message with hints that name options of the shell, or keys of its file. */
export function inShellWords(message: string, inFile: boolean): string {
  return WORDS.reduce(
    (text, [hint, option, key]) => text.replace(hint, inFile ? key : option),
    message,
  );
}
