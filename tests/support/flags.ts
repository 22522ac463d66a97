/**
 * What JavaScript makes of system flags written with a single backslash, and flags with several
 * backslashes.
 */
export const MISTAKEN: readonly string[] = [
  ..."Seen seen SEEN Answered Flagged Deleted Draft Recent dElEtEd".split(" "),
  ..."\\\\Seen \\\\deleted \\\\\\Flagged".split(" "),
];
