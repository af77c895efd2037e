import { type FormEvent, useState } from 'react';
import { useWords } from '../language/words.ts';
import { type SignIn, signInAsOrganizer } from '../session/session.ts';
import { NoticeText } from '../ui/notice-text.tsx';

const tokenCommand = 'node dist/main.js token --sub box-office --role organizer --ttl 12h';

type Problem = Exclude<SignIn, 'signedIn'> | 'unreachable';

export function SignInForm({ hasRunOut }: { readonly hasRunOut: boolean }) {
  const { say } = useWords();
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const outcome = await signInAsOrganizer(token.trim()).catch((): Problem => 'unreachable');
    setProblem(outcome === 'signedIn' ? null : outcome);
  };
  const problems = {
    notOrganizer: say.organizer.notOrganizer,
    refused: say.organizer.tokenRefused,
    unreachable: say.notices.unreachable,
  };
  const notice = problem ? problems[problem] : hasRunOut ? say.organizer.ranOut : null;
  return (
    <form className="page form" onSubmit={(event) => void submit(event)}>
      <h1>{say.organizer.title}</h1>
      {notice && <NoticeText text={notice} />}
      <label>
        {say.organizer.token}
        <textarea
          rows={4}
          required
          spellCheck={false}
          autoComplete="off"
          value={token}
          aria-describedby="token-help"
          onChange={(event) => setToken(event.target.value)}
        />
      </label>
      <p id="token-help" className="hint">
        {say.organizer.tokenHelp}
        <code>{tokenCommand}</code>
      </p>
      <button type="submit" className="button primary">
        {say.organizer.signIn}
      </button>
    </form>
  );
}
