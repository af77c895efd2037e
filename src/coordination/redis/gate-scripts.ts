import type { Redis, Result } from 'ioredis';
import { defineScript, type ScriptArguments } from './scripts.ts';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    hfTake(...keysAndArguments: ScriptArguments): Result<number[][], Context>;
    hfHold(...keysAndArguments: ScriptArguments): Result<number[], Context>;
    hfRelease(...keysAndArguments: ScriptArguments): Result<number, Context>;
    hfCorrect(...keysAndArguments: ScriptArguments): Result<number, Context>;
  }
}

export function defineGateScripts(redis: Redis): void {
  defineScript(redis, 'hfTake', 'take');
  defineScript(redis, 'hfHold', 'hold');
  defineScript(redis, 'hfRelease', 'release');
  defineScript(redis, 'hfCorrect', 'correct');
}
