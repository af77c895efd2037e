import type { z } from 'zod';
import { confidentialSettings } from './settings.ts';

/** Longer values are truncated, so that a problem fits on one line. */
const shownCharacters = 60;

/** One line of a ConfigError: the setting, its value, and what is expected. */
export function problemOf(issue: z.core.$ZodIssue, env: NodeJS.ProcessEnv): string {
  const name = String(issue.path[0]);
  const given = env[name] ?? '';
  return `${name} is ${confidentialSettings.has(name) ? hidden(name, given) : shown(given)}; expected ${issue.message}`;
}

/** Quoted as JSON, so that a line break in the value does not split the line. */
function shown(value: string): string {
  return JSON.stringify(value.length > shownCharacters ? `${value.slice(0, shownCharacters)}…` : value);
}

/** Describes a confidential value: by its length, or the scheme of a URL. */
function hidden(name: string, value: string): string {
  if (name === 'JWT_SECRET') return `${Buffer.byteLength(value)} bytes long`;
  if (name.startsWith('STRIPE_')) return 'something else (not shown, for it may be a secret)';
  const scheme = /^\s*([a-z][a-z0-9+.-]*:\/\/)/i.exec(value)?.[1];
  return scheme === undefined
    ? 'not a URL'
    : `a ${scheme} URL that cannot be used (not shown, for it may hold a password)`;
}
