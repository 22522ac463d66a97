/** The characters 80 to 9F of Windows-1252, where ISO-8859-1 has control characters. */
const HIGH = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

/**
 * Replaces control characters by those that Windows-1252 has in their places. Node 20 decodes
 * `windows-1252`, and so `iso-8859-1`, to control characters, which no header means.
 */
export function repairWindows1252(text: string): string {
  return text.replace(/[\u0080-\u009f]/g, (char) => HIGH[char.charCodeAt(0) - 0x80]);
}
