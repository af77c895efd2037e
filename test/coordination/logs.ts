import { type Logger, pino } from 'pino';

/** pino's numbers of levels. */
const WARN = 40;

export interface LogLine {
  readonly level: number;
  readonly msg: string;
}

/** A logger whose lines a test can read. */
export function recordLogs(): { logger: Logger; lines: LogLine[]; warnings(): string[] } {
  const lines: LogLine[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const warnings = () => lines.filter(({ level }) => level >= WARN).map(({ msg }) => msg);
  return { logger, lines, warnings };
}
