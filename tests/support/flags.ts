/** What JavaScript makes of system flags with one backslash, and what has two of them. */
export const MISTAKEN: readonly string[] = [
  ..."Seen seen SEEN Answered Flagged Deleted Draft Recent dElEtEd".split(" "),
  ..."\\\\Seen \\\\deleted \\\\\\Flagged".split(" "),
];
