/**
 * A shell with an IMAP client that is connected and logged in:
 * `deno run -A jsr:@imapclient/imapclient/interact -H imap.example.org -u ann`. `--help` tells the
 * rest, as does the guide.
 *
 * @module
 */

import process from "node:process";
import { interact } from "./program.ts";

process.exitCode = await interact(process.argv.slice(2));
