import type { ExecutionResult } from 'graphql';
import { type AnsweredError, errorOfAnswer, faultCodes, HoldfastError } from './holdfast-error.ts';
import { Listeners } from './listeners.ts';
import { codeOf, type LiveSocket, reconnectBackoff } from './live-socket.ts';
import type { OperationRequest } from './operation.ts';
import { backoffMs } from './retry.ts';

/**
 * `connecting`: nothing came yet. `live`: as the server has it. `stale`: as it was; it will be right again by itself.
 * `ended`: as it is for good. `failed`: it will not be had; `error` says why.
 */
export type LiveState = 'connecting' | 'live' | 'stale' | 'ended' | 'failed';

/** What is known at one moment. Never changed: another one comes in its place. */
export interface Live<Data> {
  readonly state: LiveState;
  /** The newest there is; null until something came. */
  readonly data: Data | null;
  readonly error: HoldfastError | null;
}

/** Follows a subscription while somebody listens to it. Both functions are for React's `useSyncExternalStore`. */
export interface LiveStore<Data> {
  /** Calls back at every change. Returns how to stop. */
  readonly subscribe: (listener: () => void) => () => void;
  /** The same object until something changes. */
  readonly getSnapshot: () => Live<Data>;
}

export interface LiveStoreOptions<Data, Message> {
  readonly socket: LiveSocket;
  readonly request: () => OperationRequest;
  /**
   * What is so after a message. `base` is what the messages of this subscription made so far, null before its first; `shown` is what
   * is shown, of an earlier subscription perhaps. Null if the message does not fit: then a subscription begins anew.
   */
  readonly reduce: (base: Data | null, message: Message, shown: Data | null) => Data | null;
  /** Whether it is a fault when the server completes it. */
  readonly isEndless: boolean;
  readonly random?: () => number;
}

export function createLiveStore<Data, Message>(options: LiveStoreOptions<Data, Message>): LiveStore<Data> {
  let snapshot: Live<Data> = { state: 'connecting', data: null, error: null };
  const show = (next: Live<Data>) => {
    const { state, data, error } = snapshot;
    if (next.state === state && next.data === data && next.error === error) return;
    snapshot = next;
    listeners.tell();
  };
  const listeners: Listeners = new Listeners(() => follow(options, () => snapshot, show));
  return { subscribe: (listener) => listeners.add(listener), getSnapshot: () => snapshot };
}

/** Returns how to stop. */
function follow<Data, Message>(
  { socket, request, reduce, isEndless, random = Math.random }: LiveStoreOptions<Data, Message>,
  current: () => Live<Data>,
  show: (next: Live<Data>) => void,
): () => void {
  let base: Data | null = null;
  let failures = 0;
  let subscription = 0;
  let stopSubscription = () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;

  const doubt = () => {
    const { state, data } = current();
    if (state !== 'failed') show({ state: data === null ? 'connecting' : 'stale', data, error: null });
  };
  const lose = () => {
    base = null;
    if (current().state !== 'ended') doubt();
  };
  const end = (next: Partial<Live<Data>> & Pick<Live<Data>, 'state'>) => {
    leave();
    show({ ...current(), ...next });
  };
  const leave = () => {
    subscription += 1;
    stopSubscription();
  };
  const beginAgain = (leastMs: number) => {
    leave();
    lose();
    failures += 1;
    timer = setTimeout(begin, leastMs + backoffMs(reconnectBackoff, failures, random));
  };
  const fail = (error: HoldfastError) => {
    if (error.isTemporary || error.code === 'RATE_LIMITED') beginAgain(error.retryAfterMs ?? 0);
    else end({ state: 'failed', error });
  };
  const hear = ({ data, errors }: ExecutionResult) => {
    if (data == null) return fail(errorOfAnswer((errors ?? []) as readonly AnsweredError[], faultCodes.badAnswer));
    const next = reduce(base, data as Message, current().data);
    if (next === null) return beginAgain(0);
    base = next;
    failures = 0;
    show({ state: 'live', data: next, error: null });
  };

  function begin(): void {
    const mine = subscription;
    const ifCurrent =
      <Args extends unknown[]>(call: (...args: Args) => void) =>
      (...args: Args) => {
        if (mine === subscription) call(...args);
      };
    // An empty text stands for none, which the stock client does not know.
    stopSubscription = socket.client.subscribe({ query: '', ...request() } as never, {
      next: ifCurrent(hear as (result: unknown) => void),
      error: ifCurrent((cause: unknown) => fail(errorOf(cause))),
      complete: ifCurrent(() => (isEndless ? beginAgain(0) : end({ state: 'ended' }))),
    });
  }

  const stopWatching = socket.watch({
    lost: lose,
    doubted: doubt,
    trusted: () => base !== null && show({ state: 'live', data: base, error: null }),
  });
  show({ state: current().data === null ? 'connecting' : 'stale', data: current().data, error: null });
  begin();
  return () => {
    clearTimeout(timer);
    stopWatching();
    leave();
    lose();
  };
}

/** Of what the stock client gives up with: errors of the operation, the event of a closed socket, or a fault of its own. */
function errorOf(cause: unknown): HoldfastError {
  if (Array.isArray(cause)) return errorOfAnswer(cause, faultCodes.badAnswer);
  const code = codeOf(cause) === 4403 ? 'UNAUTHENTICATED' : faultCodes.closed;
  const reason = typeof cause === 'object' && cause !== null && 'reason' in cause ? `: ${cause.reason}` : '';
  return new HoldfastError(`The connection was refused${reason}`, { code, cause });
}
