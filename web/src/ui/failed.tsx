import { useWords } from '../language/words.ts';
import { Message } from './message.tsx';

export function Failed({ onRetry }: { readonly onRetry: () => void }) {
  const { say } = useWords();
  return (
    <Message text={say.notices.unreachable}>
      <button type="button" className="button" onClick={onRetry}>
        {say.tryAgain}
      </button>
    </Message>
  );
}
