import { readFileSync } from 'node:fs';
import type { Redis, Result } from 'ioredis';

type ScriptArguments = [numberOfKeys: number, ...(string | number)[]];

declare module 'ioredis' {
  interface RedisCommander<Context> {
    hfGateAcquire(...keysAndArguments: ScriptArguments): Result<number[][], Context>;
    hfGateConfirm(...keysAndArguments: ScriptArguments): Result<(number | string)[], Context>;
    hfGateRelease(...keysAndArguments: ScriptArguments): Result<[removed: number, turns: string], Context>;
    hfGateRestore(...keysAndArguments: ScriptArguments): Result<number, Context>;
    hfTouch(...keysAndArguments: ScriptArguments): Result<number[], Context>;
    hfRateLimit(...keysAndArguments: ScriptArguments): Result<number[], Context>;
    hfHeldSeatsAcquire(...keysAndArguments: ScriptArguments): Result<number[], Context>;
    hfHeldSeatsConfirm(...keysAndArguments: ScriptArguments): Result<number[], Context>;
  }
}

/** Each script is described at the top of its file. */
const scripts = {
  hfGateAcquire: 'gate-acquire',
  hfGateConfirm: 'gate-confirm',
  hfGateRelease: 'gate-release',
  hfGateRestore: 'gate-restore',
  hfTouch: 'touch',
  hfRateLimit: 'rate-limit',
  hfHeldSeatsAcquire: 'held-seats-acquire',
  hfHeldSeatsConfirm: 'held-seats-confirm',
};

/** Defines the scripts as commands of a connection. ioredis sends their digest, and the text if Redis does not have it. */
export function defineScripts(redis: Redis): void {
  for (const [command, name] of Object.entries(scripts)) {
    const lua = readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');
    redis.defineCommand(command, { lua });
  }
}
