import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from './config.ts';

/** Writes to standard output: JSON for machines, or lines for a person at a terminal. */
export function createLogger({ level, format }: Config['log']): Logger {
  if (format === 'json') return pino({ level, base: null });
  return pino({ level }, pretty({ ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l', sync: true }));
}
