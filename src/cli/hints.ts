const CA = "; make one with CA:FALSE";
const host = (option: string): string => `give a name in the certificate as ${option}`;

/** A part of the library's hints, what to say of the shell's options, and what of a file's keys. */
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

/** A message whose hints name what can be given to the shell, on its command line or in a file. */
export function inShellWords(message: string, inFile: boolean): string {
  return WORDS.reduce(
    (text, [hint, option, key]) => text.replace(hint, inFile ? key : option),
    message,
  );
}
