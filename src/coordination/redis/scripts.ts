import { readFileSync } from 'node:fs';
import type { Redis, Result } from 'ioredis';

type ScriptArguments = [numberOfKeys: number, ...(string | number)[]];

declare module 'ioredis' {
  interface RedisCommander<Context> {
    hfTake(...keysAndArguments: ScriptArguments): Result<number[][], Context>;
    hfHold(...keysAndArguments: ScriptArguments): Result<(number | string)[], Context>;
    hfRelease(...keysAndArguments: ScriptArguments): Result<[removed: number, turns: string], Context>;
    hfCorrect(...keysAndArguments: ScriptArguments): Result<number, Context>;
    hfPoke(...keysAndArguments: ScriptArguments): Result<number[], Context>;
    hfCount(...keysAndArguments: ScriptArguments): Result<number[], Context>;
    hfAcquire(...keysAndArguments: ScriptArguments): Result<number[], Context>;
    hfKeep(...keysAndArguments: ScriptArguments): Result<number[], Context>;
  }
}

/** Each described in the head of its file. */
const scripts = {
  hfTake: 'take',
  hfHold: 'hold',
  hfRelease: 'release',
  hfCorrect: 'correct',
  hfPoke: 'poke',
  hfCount: 'count',
  hfAcquire: 'acquire',
  hfKeep: 'keep',
};

/** Makes the scripts callable on a connection: sent whole the first time, then by their digest, also after a flush. */
export function defineScripts(redis: Redis): void {
  for (const [command, name] of Object.entries(scripts)) {
    const lua = readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');
    redis.defineCommand(command, { lua });
  }
}
