import { HoldfastError, startCountdown } from '@holdfast/client';
import { useMemo } from 'react';
import { useWords } from '../language/words.ts';
import { Message } from './message.tsx';
import { WaitText } from './wait-text.tsx';

/** Replaces what could not be loaded, with a button to retry, and when a retry makes sense. */
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

/** How long a client that has sent too many requests must wait; null after other faults. */
function waitOf(error: unknown) {
  return error instanceof HoldfastError && error.code === 'RATE_LIMITED'
    ? startCountdown(error.retryAfterMs ?? 0)
    : null;
}
