import { readFile } from 'node:fs/promises';

/** The file has another encoding, and would be garbled. */
export class NotUtf8 extends Error {
  override readonly name = 'NotUtf8';
}

/**
 * Reads a file in UTF-8, without a byte order mark.
 * @throws NotUtf8, or the error of the file system
 */
export async function readTextFile(path: string | URL): Promise<string> {
  const bytes = await readFile(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new NotUtf8('it is not UTF-8; save it in that encoding', { cause: error });
  }
}
