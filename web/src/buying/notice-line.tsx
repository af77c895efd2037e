import { useWords } from '../language/words.ts';
import { NoticeText, WaitNotice } from '../ui/notice-text.tsx';
import { sayNotice } from './say-notice.ts';
import type { Notice } from './state.ts';

/** Why something was not done, with a countdown if it can be retried later. */
export function NoticeLine({ notice }: { readonly notice: Notice }) {
  const words = useWords();
  const text = sayNotice(notice, words);
  return 'wait' in notice ? <WaitNotice text={text} wait={notice.wait} /> : <NoticeText text={text} />;
}
