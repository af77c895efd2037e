import type { Countdown } from 'holdfast/client';
import { useEffect } from 'react';
import { useWords } from '../language/words.ts';
import { announce } from '../state/announcer.ts';
import { useLatest } from '../state/use-latest.ts';
import { useStore } from '../state/use-store.ts';

/** Why one has to wait, and for how many seconds. It is read aloud as it comes and when the time is over, not at each second. */
export function WaitText({ text, wait }: { readonly text: string; readonly wait: Countdown }) {
  const { say } = useWords();
  const seconds = useStore(wait);
  const isOver = seconds === 0;
  const when = isOver ? say.notices.tryAgainNow : say.notices.tryAgainIn(say.choice.seconds(seconds));
  const aloud = useLatest(isOver ? when : `${text} ${when}`);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another wait, and its end, are told of
  useEffect(() => announce(aloud.current), [wait, isOver]);
  return (
    <>
      {text} <span role="timer">{when}</span>
    </>
  );
}
