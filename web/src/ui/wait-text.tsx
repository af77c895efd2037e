import type { Countdown } from '@holdfast/client';
import { useEffect } from 'react';
import { useWords } from '../language/words.ts';
import { announce } from '../state/announcer.ts';
import { useLatest } from '../state/use-latest.ts';
import { useStore } from '../state/use-store.ts';

/** Why one has to wait, with a countdown. Announced at the beginning and the end only. */
export function WaitText({ text, wait }: { readonly text: string; readonly wait: Countdown }) {
  const { say } = useWords();
  const whenAt = (seconds: number) =>
    seconds === 0 ? say.notices.tryAgainNow : say.notices.tryAgainIn(say.choice.seconds(seconds));
  const seconds = useStore(wait);
  const current = useLatest({ text, whenAt });
  useEffect(() => {
    const { text, whenAt } = current.current;
    announce(`${text} ${whenAt(wait.getSnapshot())}`);
    return wait.subscribe(() => wait.getSnapshot() === 0 && announce(current.current.whenAt(0)));
  }, [wait, current]);
  return (
    <>
      {text} <span role="timer">{whenAt(seconds)}</span>
    </>
  );
}
