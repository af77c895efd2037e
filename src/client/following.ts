import type { ExecutionResult } from 'graphql-ws/client';
import { type AnsweredError, errorOfAnswer, faultCodes, HoldfastError } from './holdfast-error.ts';
import type { Live } from './live.ts';
import { codeOf, FORBIDDEN, type LiveSocket, reconnectBackoff } from './live-socket.ts';
import type { OperationRequest } from './operation.ts';
import { Polling, type PollingOptions } from './polling.ts';
import { backoffMs } from './retry.ts';

export interface FollowingOptions<Data, Message> {
  readonly socket: Pick<LiveSocket, 'subscribe' | 'watch' | 'isConnected' | 'isDisposed'>;
  /** Called for each connection, with the data shown so far. */
  readonly request: (shown: Data | null) => OperationRequest;
  /**
   * The data after a message; null if the message does not fit, after which it is subscribed again. `base` is the data after the
   * earlier messages of this subscription, null before the first. `shown` may be the data of an earlier subscription.
   */
  readonly reduce: (base: Data | null, message: Message, shown: Data | null) => Data | null;
  /** The data once the first messages of a new subscription, if any, have come. */
  readonly settled?: (base: Data | null) => Data;
  /** Whether completion by the server is a fault, after which it is subscribed again. */
  readonly isEndless: boolean;
  /** The query to poll while no websocket gets through. */
  readonly polling?: PollingOptions<Data> | undefined;
  readonly random?: () => number;
}

/** Time for the first messages of a subscription. If they come later, the data are incomplete until then. */
const SETTLED_AFTER_MS = 1_000;

/** Keeps one subscription alive over connections and faults, from its creation until it is stopped or has ended. */
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
            onAnswer: (data) => this.#receivePolled(data),
            onFault: () => this.#showUncertain(),
          });
    this.#stopWatching = options.socket.watch({
      connected: () => this.#settle(),
      lost: () => this.#onLost(),
      doubted: () => this.#showUncertain(),
      trusted: () => this.#base !== null && this.#notify('live'),
    });
    this.#showUncertain();
    this.#subscribe();
    if (!options.socket.isDisposed) this.#polling?.start();
  }

  stop(): void {
    this.#stopWatching();
    this.#unsubscribe();
    this.#polling?.stop();
    this.#base = null;
    this.#showUncertain();
  }

  #subscribe(): void {
    const { socket, request, isEndless } = this.#options;
    const attempt = this.#attempt;
    if (socket.isConnected) this.#settle();
    const ifCurrent = (call: () => void) => attempt === this.#attempt && call();
    this.#stopSubscription = socket.subscribe(() => request(this.#shown), {
      next: (result) => ifCurrent(() => this.#receive(result)),
      error: (cause) => ifCurrent(() => this.#fail(errorOf(cause))),
      complete: () => ifCurrent(() => (isEndless ? this.#resubscribe(0) : this.#end('ended'))),
    });
  }

  #receive({ data, errors = [] }: ExecutionResult<unknown>): void {
    if (data == null) {
      this.#fail(errorOfAnswer(errors as readonly AnsweredError[], { code: faultCodes.badAnswer }));
      return;
    }
    const next = this.#options.reduce(this.#base, data as Message, this.#shown);
    if (next === null) {
      this.#resubscribe(0);
      return;
    }
    this.#base = next;
    this.#shown = next;
    this.#failures = 0;
    this.#polling?.stop();
    this.#notify('live');
  }

  #settle(): void {
    const { settled } = this.#options;
    if (settled === undefined) return;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      this.#base = settled(this.#base);
      this.#shown = this.#base;
      this.#notify('live');
    }, SETTLED_AFTER_MS);
  }

  #receivePolled(data: Data | null): void {
    if (data === null) {
      this.#end('failed', new HoldfastError('There is no such thing', { code: 'NOT_FOUND' }));
      return;
    }
    this.#shown = data;
    this.#notify('polling');
  }

  #fail(error: HoldfastError): void {
    if (error.isTemporary) this.#resubscribe(error.retryAfterMs ?? 0);
    else this.#end('failed', error);
  }

  #resubscribe(leastMs: number): void {
    this.#unsubscribe();
    this.#onLost();
    this.#failures += 1;
    const waitMs = leastMs + backoffMs(reconnectBackoff, this.#failures, this.#options.random ?? Math.random);
    this.#timer = setTimeout(() => this.#subscribe(), waitMs);
  }

  #unsubscribe(): void {
    this.#attempt += 1;
    clearTimeout(this.#timer);
    clearTimeout(this.#settling);
    this.#stopSubscription();
  }

  #end(state: 'ended' | 'failed', error: HoldfastError | null = null): void {
    this.#unsubscribe();
    this.#polling?.stop();
    this.#notify(state, error);
    this.#isOver = true;
  }

  /** The next message will belong to another subscription. */
  #onLost(): void {
    clearTimeout(this.#settling);
    this.#base = null;
    if (this.#options.socket.isDisposed) this.#polling?.stop();
    else this.#polling?.start();
    this.#showUncertain();
  }

  #showUncertain(): void {
    if (this.#polling?.isAnswered) this.#notify('polling');
    else this.#notify(this.#shown === null ? 'connecting' : 'stale');
  }

  #notify(state: Live<Data>['state'], error: HoldfastError | null = null): void {
    if (!this.#isOver) this.#show({ state, data: this.#shown, error });
  }
}

/** Converts an error of graphql-ws' client: errors of the operation, the close event of a socket, or its own error. */
function errorOf(cause: unknown): HoldfastError {
  if (Array.isArray(cause)) return errorOfAnswer(cause, { code: faultCodes.badAnswer });
  const code = codeOf(cause) === FORBIDDEN ? 'UNAUTHENTICATED' : faultCodes.closed;
  const reason = typeof cause === 'object' && cause !== null && 'reason' in cause ? `: ${cause.reason}` : '';
  return new HoldfastError(`The connection was refused${reason}`, { code, cause });
}
