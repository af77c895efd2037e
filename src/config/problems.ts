import type { z } from 'zod';
import { confidentialSettings } from './settings.ts';

/** Longer values are cut: a problem is one line on a terminal. */
const shownCharacters = 60;

/** One line of a ConfigError: the setting, what it is now, what is expected. */
export function problemOf(issue: z.core.$ZodIssue, env: NodeJS.ProcessEnv): string {
  const name = String(issue.path[0]);
  const given = env[name] ?? '';
  return `${name} is ${confidentialSettings.has(name) ? hidden(name, given) : shown(given)}; expected ${issue.message}`;
}

/** Quoted as JSON, so that a line break in a value cannot make two lines of one. */
function shown(value: string): string {
  return JSON.stringify(value.length > shownCharacters ? `${value.slice(0, shownCharacters)}…` : value);
}

/** Says what is wrong without the value: its length, or the scheme of what is a URL at least. */
function hidden(name: string, value: string): string {
  if (name === 'JWT_SECRET') return `${Buffer.byteLength(value)} bytes long`;
  const scheme = /^\s*([a-z][a-z0-9+.-]*:\/\/)/i.exec(value)?.[1];
  return scheme === undefined
    ? 'not a URL'
    : `a ${scheme} URL that cannot be used (not shown, for it may hold a password)`;
}
