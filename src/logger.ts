import { hostname } from 'node:os';
import { type Logger, pino } from 'pino';
import sonicBoom from 'sonic-boom';
import type { Config } from './config.ts';
import { optionalPackage } from './optional-package.ts';

/** Characters of the log that are buffered while the output is not read. Further lines are lost. */
const MAX_BUFFERED = 1_000_000;

/**
 * Writes to standard output: JSON for machines, each line with the time and the node's name, or lines for a person at a terminal. The
 * node never waits for the reader. If the log cannot be written, for example because the disk is full, it reports that once on standard
 * error, and continues without a log.
 */
export async function createLogger({ level, format }: Config['log']): Promise<Logger> {
  // Not pino's own destination, which at the end would wait for ever for a full disk.
  const output = new sonicBoom.SonicBoom({ fd: process.stdout.fd, sync: false, maxLength: MAX_BUFFERED });
  let wasTold = false;
  output.on('error', ({ message }: Error) => {
    if (!wasTold) process.stderr.write(`holdfast: the log cannot be written: ${message}\n`);
    wasTold = true;
  });
  // Tells processes of all machines apart, and mostly also a process from its predecessor.
  const node = `${hostname()}/${process.pid}`;
  const options = { level, base: { node }, timestamp: pino.stdTimeFunctions.isoTime };
  const pretty = format === 'pretty' ? await optionalPackage(() => import('pino-pretty')) : null;
  if (pretty === null) {
    const logger = pino(options, output);
    if (format === 'pretty')
      logger.warn('LOG_FORMAT=pretty needs the package pino-pretty, which is not installed: the log is JSON');
    return logger;
  }
  const messageFormat = '{if worker}worker {worker}: {end}{msg}';
  const shown = { ignore: 'node,worker', messageFormat, singleLine: true, translateTime: 'SYS:HH:MM:ss.l' };
  return pino(options, pretty.default({ ...shown, destination: output }));
}
