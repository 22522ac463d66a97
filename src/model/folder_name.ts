/** A folder's name: text, or bytes where `folderEncode` is off. */
export type FolderName = string | Uint8Array;
