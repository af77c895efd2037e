import { useEffect, useRef } from 'react';
import { useWords } from '../language/words.ts';

interface Props {
  readonly onAnswer: (token: 'tok_action_done' | 'tok_action_failed') => void;
  readonly onClose: () => void;
}

/** The test provider's stand-in for the page of the buyer's bank (3-D Secure). */
export function BankDialog({ onAnswer, onClose }: Props) {
  const { say } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="bank" aria-labelledby="bank-title" onClose={onClose}>
      <h2 id="bank-title">{say.pay.bank}</h2>
      <p className="hint">{say.pay.bankHint}</p>
      <div className="bank-answers">
        <button type="button" className="button primary" onClick={() => onAnswer('tok_action_done')}>
          {say.pay.approve}
        </button>
        <button type="button" className="button" onClick={() => onAnswer('tok_action_failed')}>
          {say.pay.decline}
        </button>
      </div>
    </dialog>
  );
}
