import { Link } from 'wouter';
import { useWords } from '../language/words.ts';
import { Message } from './message.tsx';
import { useTitle } from './use-title.ts';

/** In the place of a page that there is not, with a way on. */
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
