import { readFile } from 'node:fs/promises';

/** Another encoding: to read it all the same would garble every umlaut in it. */
export class NotUtf8 extends Error {
  override readonly name = 'NotUtf8';
}

/**
 * What the file says, without the byte order mark that some editors begin a file with.
 * @throws NotUtf8, or what the file system refuses it with
 */
export async function readTextFile(path: string | URL): Promise<string> {
  const bytes = await readFile(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new NotUtf8('it is not UTF-8; save it in that encoding', { cause: error });
  }
}
