// Prints what the functions that use the local zone return for the moments given as arguments. Run
// with TZ set, since a running process may already have read it.
import { argv } from "node:process";
import {
  datetimeToInternalDate,
  datetimeToNative,
  formatCriteriaDate,
} from "../../../src/model/dates.ts";

const printed = argv.slice(2).map((text) => {
  const date = new Date(text);
  return [datetimeToNative(date), datetimeToInternalDate(date), formatCriteriaDate(date)];
});
console.log(JSON.stringify(printed));
