/** What Windows-1252 has in the places 80 to 9F, where ISO-8859-1 has control characters. */
const HIGH = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

/**
 * Text in which characters of Windows-1252 passed for controls, put right. Node 20 decodes
 * `windows-1252`, and with it `iso-8859-1`, as if there were controls; no header means those.
 */
export function repairWindows1252(text: string): string {
  return text.replace(/[\u0080-\u009f]/g, (char) => HIGH[char.charCodeAt(0) - 0x80]);
}
