import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from './config.ts';

/** What is kept of a log that cannot be written, in characters. */
const MAX_KEPT = 1_000_000;

/**
 * Writes to standard output: JSON for machines, or lines for a person at a terminal. Where it cannot, because the disk is full,
 * that is said once on standard error, and the node goes on without.
 */
export function createLogger({ level, format }: Config['log']): Logger {
  const output = pino.destination({ dest: process.stdout.fd, sync: true, maxLength: MAX_KEPT });
  let wasTold = false;
  output.on('error', ({ message }: Error) => {
    if (!wasTold) process.stderr.write(`holdfast: the log cannot be written: ${message}\n`);
    wasTold = true;
  });
  if (format === 'json') return pino({ level, base: null }, output);
  const options = { ignore: 'pid,hostname,worker', messageFormat: '{if worker}worker {worker}: {end}{msg}' };
  return pino({ level }, pretty({ ...options, translateTime: 'SYS:HH:MM:ss.l', destination: output }));
}
