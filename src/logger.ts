import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from './config.ts';

/** Writes to standard output: JSON for machines, or lines for a person at a terminal. */
export function createLogger({ level, format }: Config['log']): Logger {
  if (format === 'json') return pino({ level, base: null });
  const options = { ignore: 'pid,hostname,worker', messageFormat: '{if worker}worker {worker}: {end}{msg}' };
  return pino({ level }, pretty({ ...options, translateTime: 'SYS:HH:MM:ss.l', sync: true }));
}
