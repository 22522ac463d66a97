// Prints what the functions that know the local zone make of the moments given as arguments; run
// with TZ set, since a running process may have read it already.
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
