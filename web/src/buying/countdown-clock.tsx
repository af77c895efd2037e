import type { Countdown } from '@holdfast/client';
import { useEffect } from 'react';
import { useWords } from '../language/words.ts';
import { announce } from '../state/announcer.ts';
import { useStore } from '../state/use-store.ts';
import { sayTime } from './say-news.ts';

interface Props {
  readonly countdown: Countdown;
  readonly extensionsLeft: number;
  readonly isExtending: boolean;
  readonly isIdle: boolean;
  readonly onExtend: () => void;
}

/** From this remaining time on it looks urgent. */
const SOON_S = 60;
/** Remaining times at which it is announced. */
const SAID_AT_S: readonly number[] = [120, 60, 30, 10];

/** Remaining time of a reservation, and the button to extend it. */
export function CountdownClock({ countdown, extensionsLeft, isExtending, isIdle, onExtend }: Props) {
  const { say, write } = useWords();
  const seconds = useStore(countdown);
  useEffect(() => {
    if (SAID_AT_S.includes(seconds)) announce(say.held.soonOver(sayTime(seconds, say)));
  }, [seconds, say]);
  const isSoon = seconds <= SOON_S;
  return (
    <div className={isSoon ? 'clock soon' : 'clock'}>
      <div>
        <span className="clock-label">{isSoon ? say.held.hurry : say.held.timeLeft}</span>
        <span className="clock-time" role="timer">
          {write.countdown(seconds)}
        </span>
      </div>
      {extensionsLeft > 0 ? (
        <button
          type="button"
          className={isSoon ? 'button strong' : 'button'}
          aria-disabled={!isIdle}
          onClick={onExtend}
        >
          {isExtending ? say.held.extending : say.held.extend}
        </button>
      ) : (
        <span className="hint">{say.held.noMoreTime}</span>
      )}
    </div>
  );
}
