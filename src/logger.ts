import { hostname } from 'node:os';
import { type Logger, pino } from 'pino';
import sonicBoom from 'sonic-boom';
import type { Config } from './config.ts';
import { optionalPackage } from './optional-package.ts';

/** What is kept of a log that is not taken, in characters. What comes then is lost. */
const MAX_KEPT = 1_000_000;

/**
 * Writes to standard output: JSON for machines, each line with the time and the node's name, or lines for a person at a terminal.
 * A node never waits for whoever reads it. Where it cannot be written, because the disk is full, that is said once on standard
 * error, and the node goes on without.
 */
export async function createLogger({ level, format }: Config['log']): Promise<Logger> {
  // Not by way of pino, which at the end would wait for ever for a full disk.
  const output = new sonicBoom.SonicBoom({ fd: process.stdout.fd, sync: false, maxLength: MAX_KEPT });
  let wasTold = false;
  output.on('error', ({ message }: Error) => {
    if (!wasTold) process.stderr.write(`holdfast: the log cannot be written: ${message}\n`);
    wasTold = true;
  });
  // Of all processes on all machines, and of those that came before in this place, mostly.
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
