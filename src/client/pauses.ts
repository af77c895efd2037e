/** Notified when the program did not run for a while, or may have lost its network. */
export interface PauseHandlers {
  /** The device slept: connections are probably dead, even if they look open. */
  onSlept(): void;
  /** The program did not run for longer than timers are usually late: messages may have been missed. */
  onPaused(): void;
  /** The page is visible again, or the network is back: connections should be checked. */
  onAttention(): void;
}

export interface PauseClocks {
  /** Monotonic milliseconds, which stop on some systems while the device sleeps. */
  readonly monotonicNow: () => number;
  /** The time of day, which detects sleep that the other clock misses. If it is wrong, or corrected, that costs a reconnect at most. */
  readonly timeOfDay: () => number;
}

const LOOK_EVERY_MS = 5_000;
const LATE_MS = 10_000;
const CLOCKS_APART_MS = 2_000;

/** Events of browsers, if they exist: React Native and Node have none. */
interface Page {
  readonly document?: PageEvents & { readonly visibilityState?: string };
  readonly addEventListener?: PageEvents['addEventListener'];
  readonly removeEventListener?: PageEvents['removeEventListener'];
}

interface PageEvents {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}

/** Returns how to stop. */
export function watchPauses({ onSlept, onPaused, onAttention }: PauseHandlers, clocks: PauseClocks): () => void {
  const page = globalThis as Page;
  const isHidden = () => page.document?.visibilityState === 'hidden';
  let last = { monotonic: clocks.monotonicNow(), ofDay: clocks.timeOfDay() };

  /** Whether there was a pause. */
  const look = (): boolean => {
    const now = { monotonic: clocks.monotonicNow(), ofDay: clocks.timeOfDay() };
    const ranMs = now.monotonic - last.monotonic;
    const passedMs = now.ofDay - last.ofDay;
    last = now;
    if (passedMs - ranMs > CLOCKS_APART_MS) onSlept();
    // Browsers run timers of hidden pages once a minute.
    else if (ranMs > LOOK_EVERY_MS + LATE_MS && !isHidden()) onPaused();
    else return false;
    return true;
  };
  const attend = () => {
    if (!isHidden() && !look()) onAttention();
  };

  const timer: ReturnType<typeof setInterval> & { unref?(): void } = setInterval(look, LOOK_EVERY_MS);
  timer.unref?.();
  page.document?.addEventListener('visibilitychange', attend);
  for (const type of ['online', 'pageshow']) page.addEventListener?.(type, attend);
  return () => {
    clearInterval(timer);
    page.document?.removeEventListener('visibilitychange', attend);
    for (const type of ['online', 'pageshow']) page.removeEventListener?.(type, attend);
  };
}
