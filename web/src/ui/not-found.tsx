import { Link } from 'wouter';
import { useWords } from '../language/words.ts';
import { Message } from './message.tsx';
import { useTitle } from './use-title.ts';

/** Replaces a page that does not exist, with a link. */
export function NotFound({ text }: { readonly text: string }) {
  const { say } = useWords();
  useTitle(say.notFoundTitle);
  return (
    <Message text={text}>
      <Link href="/" className="button">
        {say.backToEvents}
      </Link>
    </Message>
  );
}
