import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

export type ScriptArguments = [numberOfKeys: number, ...(string | number)[]];

/**
 * Makes a script of scripts/ callable on a connection: sent whole the first time, then by its digest, also after a flush. Its
 * keys, arguments and result are described in the head of its file.
 */
export function defineScript(redis: Redis, command: string, name: string): void {
  const lua = readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');
  redis.defineCommand(command, { lua });
}
