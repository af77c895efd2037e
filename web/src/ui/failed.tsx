import { HoldfastError, startCountdown } from '@holdfast/client';
import { useMemo } from 'react';
import { useWords } from '../language/words.ts';
import { Message } from './message.tsx';
import { WaitText } from './wait-text.tsx';

/** In the place of what could not be had, with a way to ask again, and when it is of use. */
export function Failed({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  const { say } = useWords();
  const wait = useMemo(() => waitOf(error), [error]);
  return (
    <Message text={wait === null ? say.notices.unreachable : <WaitText text={say.notices.rateLimited} wait={wait} />}>
      <button type="button" className="button" onClick={onRetry}>
        {say.tryAgain}
      </button>
    </Message>
  );
}

/** How long those who sent too many requests are to wait; null after any other fault. */
function waitOf(error: unknown) {
  return error instanceof HoldfastError && error.code === 'RATE_LIMITED'
    ? startCountdown(error.retryAfterMs ?? 0)
    : null;
}
