import { useWords } from '../language/words.ts';
import { NoticeText, WaitNotice } from '../ui/notice-text.tsx';
import { sayNotice } from './say-notice.ts';
import type { Notice } from './state.ts';

/** Why something was not done; where it can be done later, with the time that counts down until then. */
export function NoticeLine({ notice }: { readonly notice: Notice }) {
  const words = useWords();
  const text = sayNotice(notice, words);
  return 'wait' in notice ? <WaitNotice text={text} wait={notice.wait} /> : <NoticeText text={text} />;
}
