import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { print } from 'graphql';
import { SignInAsGuestDocument } from '../../src/client/generated/documents.ts';
import { ATTACKERS_ADDRESS } from './options.ts';

const agent = new Agent({ keepAlive: true, maxSockets: 64, localAddress: ATTACKERS_ADDRESS });
/** Request timeout. */
const TIMEOUT_MS = 10_000;

export interface Answer {
  /** 0 if there was no answer. */
  readonly status: number;
  readonly bytes: number;
  /** Beginning of the body. */
  readonly text: string;
}

const KEPT_CHARS = 4_000;

/** Sends one operation from the attackers' address. Never rejects. */
export function post(url: string, operation: { query: string; variables?: object }, token?: string): Promise<Answer> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const headers = { 'content-type': 'application/json', ...authorization };
  return new Promise((resolve) => {
    const none = { status: 0, bytes: 0, text: '' };
    const outgoing = request(url, { agent, method: 'POST', headers, timeout: TIMEOUT_MS }, (incoming) => {
      let bytes = 0;
      let text = '';
      incoming.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (text.length < KEPT_CHARS) text += chunk.toString('latin1').slice(0, KEPT_CHARS);
      });
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, bytes, text }));
      incoming.on('error', () => resolve(none));
    });
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', () => resolve(none));
    outgoing.end(JSON.stringify(operation));
  });
}

/** Resolves to a guest's token, or null if it was refused. */
export async function signIn(url: string): Promise<string | null> {
  const { text } = await post(url, { query: print(SignInAsGuestDocument) });
  return /"token":"([^"]+)"/.exec(text)?.[1] ?? null;
}

/** Repeats the work with `atOnce` in flight, until the time is up. Resolves to the number of repetitions. */
export async function repeat(
  { seconds, atOnce, pauseMs = 0 }: { seconds: number; atOnce: number; pauseMs?: number },
  step: (nth: number) => Promise<unknown>,
): Promise<number> {
  const untilMs = performance.now() + seconds * 1_000;
  let done = 0;
  const repeatSteps = async (nth: number) => {
    while (performance.now() < untilMs) {
      const stepEndsMs = performance.now() + pauseMs;
      await step(nth);
      done += 1;
      await sleep(Math.max(1, stepEndsMs - performance.now()));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, (_, nth) => repeatSteps(nth)));
  return done;
}

/** '200 × 3, 503 × 14' */
export function countKinds(kinds: readonly (string | number)[]): string {
  const counts = new Map<string | number, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${kind} × ${count}`).join(', ');
}
