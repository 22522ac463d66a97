/** A folder's name: text, or bytes if `folderEncode` is off. */
export type FolderName = string | Uint8Array;
