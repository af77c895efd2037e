import type { ExecutionResult } from 'graphql-ws/client';
import { type AnsweredError, errorOfAnswer, faultCodes, HoldfastError } from './holdfast-error.ts';
import type { Live } from './live.ts';
import { codeOf, FORBIDDEN, type LiveSocket, reconnectBackoff } from './live-socket.ts';
import type { OperationRequest } from './operation.ts';
import { Polling, type PollingOptions } from './polling.ts';
import { backoffMs } from './retry.ts';

export interface FollowingOptions<Data, Message> {
  readonly socket: Pick<LiveSocket, 'subscribe' | 'watch' | 'isConnected' | 'isDisposed'>;
  /** Created for each connection, from what is shown by then. */
  readonly request: (shown: Data | null) => OperationRequest;
  /**
   * What is so after a message. `base` is what the messages of this subscription made so far, null before its first; `shown` is what
   * is shown, of an earlier subscription perhaps. Null if the message does not fit: then a subscription begins anew.
   */
  readonly reduce: (base: Data | null, message: Message, shown: Data | null) => Data | null;
  /** The state once the first messages of a new subscription have come, of which there may be none. */
  readonly settled?: (base: Data | null) => Data;
  /** Whether completion by the server is a fault. */
  readonly isEndless: boolean;
  /** The query to poll while no websocket gets through; without it nothing is polled. */
  readonly polling?: PollingOptions<Data> | undefined;
  readonly random?: () => number;
}

/** The first messages of a subscription come within this, unless the server is slow. Then the state is right a little later. */
const SETTLED_AFTER_MS = 1_000;

/** One subscription, which is resubscribed as often as needed, from its creation until it is stopped or has ended. */
export class Following<Data, Message> {
  readonly #options: FollowingOptions<Data, Message>;
  readonly #show: (live: Live<Data>) => void;
  readonly #stopWatching: () => void;
  readonly #polling: Polling<Data> | null;
  #shown: Data | null;
  #base: Data | null = null;
  #isOver = false;
  #failures = 0;
  /** Number of the current subscription. Messages of earlier ones are ignored. */
  #attempt = 0;
  #stopSubscription: () => void = () => {};
  #timer: ReturnType<typeof setTimeout> | undefined;
  #settling: ReturnType<typeof setTimeout> | undefined;

  /** @param shown the earlier state, which is stale now */
  constructor(options: FollowingOptions<Data, Message>, shown: Data | null, show: (live: Live<Data>) => void) {
    this.#options = options;
    this.#shown = shown;
    this.#show = show;
    this.#polling =
      options.polling === undefined
        ? null
        : new Polling(options.polling, {
            onAnswer: (data) => this.#hearPolled(data),
            onFault: () => this.#doubt(),
          });
    this.#stopWatching = options.socket.watch({
      connected: () => this.#settle(),
      lost: () => this.#lose(),
      doubted: () => this.#doubt(),
      trusted: () => this.#base !== null && this.#tell('live'),
    });
    this.#doubt();
    this.#begin();
    if (!options.socket.isDisposed) this.#polling?.start();
  }

  stop(): void {
    this.#stopWatching();
    this.#leave();
    this.#polling?.stop();
    this.#base = null;
    this.#doubt();
  }

  #begin(): void {
    const { socket, request, isEndless } = this.#options;
    const attempt = this.#attempt;
    if (socket.isConnected) this.#settle();
    const ifCurrent = (call: () => void) => attempt === this.#attempt && call();
    this.#stopSubscription = socket.subscribe(() => request(this.#shown), {
      next: (result) => ifCurrent(() => this.#hear(result)),
      error: (cause) => ifCurrent(() => this.#fail(errorOf(cause))),
      complete: () => ifCurrent(() => (isEndless ? this.#beginAgain(0) : this.#end('ended'))),
    });
  }

  #hear({ data, errors = [] }: ExecutionResult<unknown>): void {
    if (data == null) {
      this.#fail(errorOfAnswer(errors as readonly AnsweredError[], { code: faultCodes.badAnswer }));
      return;
    }
    const next = this.#options.reduce(this.#base, data as Message, this.#shown);
    if (next === null) {
      this.#beginAgain(0);
      return;
    }
    this.#base = next;
    this.#shown = next;
    this.#failures = 0;
    this.#polling?.stop();
    this.#tell('live');
  }

  #settle(): void {
    const { settled } = this.#options;
    if (settled === undefined) return;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      this.#base = settled(this.#base);
      this.#shown = this.#base;
      this.#tell('live');
    }, SETTLED_AFTER_MS);
  }

  #hearPolled(data: Data | null): void {
    if (data === null) {
      this.#end('failed', new HoldfastError('There is no such thing', { code: 'NOT_FOUND' }));
      return;
    }
    this.#shown = data;
    this.#tell('polling');
  }

  #fail(error: HoldfastError): void {
    if (error.isTemporary) this.#beginAgain(error.retryAfterMs ?? 0);
    else this.#end('failed', error);
  }

  #beginAgain(leastMs: number): void {
    this.#leave();
    this.#lose();
    this.#failures += 1;
    const waitMs = leastMs + backoffMs(reconnectBackoff, this.#failures, this.#options.random ?? Math.random);
    this.#timer = setTimeout(() => this.#begin(), waitMs);
  }

  #leave(): void {
    this.#attempt += 1;
    clearTimeout(this.#timer);
    clearTimeout(this.#settling);
    this.#stopSubscription();
  }

  #end(state: 'ended' | 'failed', error: HoldfastError | null = null): void {
    this.#leave();
    this.#polling?.stop();
    this.#tell(state, error);
    this.#isOver = true;
  }

  /** The next message belongs to another subscription. */
  #lose(): void {
    clearTimeout(this.#settling);
    this.#base = null;
    if (this.#options.socket.isDisposed) this.#polling?.stop();
    else this.#polling?.start();
    this.#doubt();
  }

  #doubt(): void {
    if (this.#polling?.isAnswered) this.#tell('polling');
    else this.#tell(this.#shown === null ? 'connecting' : 'stale');
  }

  #tell(state: Live<Data>['state'], error: HoldfastError | null = null): void {
    if (!this.#isOver) this.#show({ state, data: this.#shown, error });
  }
}

/** Converts what the stock client gives up with: errors of the operation, the close event of a socket, or its own error. */
function errorOf(cause: unknown): HoldfastError {
  if (Array.isArray(cause)) return errorOfAnswer(cause, { code: faultCodes.badAnswer });
  const code = codeOf(cause) === FORBIDDEN ? 'UNAUTHENTICATED' : faultCodes.closed;
  const reason = typeof cause === 'object' && cause !== null && 'reason' in cause ? `: ${cause.reason}` : '';
  return new HoldfastError(`The connection was refused${reason}`, { code, cause });
}
