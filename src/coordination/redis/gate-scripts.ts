import { readFileSync } from 'node:fs';
import type { Redis, Result } from 'ioredis';

// Keys, arguments and results of each are described in the head of its file in scripts/.
declare module 'ioredis' {
  interface RedisCommander<Context> {
    hfTake(...keysAndArguments: KeysAndArguments): Result<number[], Context>;
    hfHold(...keysAndArguments: KeysAndArguments): Result<number, Context>;
    hfRelease(...keysAndArguments: KeysAndArguments): Result<number, Context>;
    hfCorrect(...keysAndArguments: KeysAndArguments): Result<number, Context>;
  }
}

type KeysAndArguments = [numberOfKeys: number, ...(string | number)[]];

const scripts = {
  hfTake: readScript('take'),
  hfHold: readScript('hold'),
  hfRelease: readScript('release'),
  hfCorrect: readScript('correct'),
};

/** Makes the gate's scripts callable on a connection: sent whole the first time, then by their digest, also after a flush. */
export function defineGateScripts(redis: Redis): void {
  for (const [name, lua] of Object.entries(scripts)) redis.defineCommand(name, { lua });
}

function readScript(name: string): string {
  return readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');
}
