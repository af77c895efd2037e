import type { MouseEvent } from 'react';
import type { Money } from '../language/formats.ts';
import { useWords } from '../language/words.ts';

/** Cards of the test provider, in place of a real provider's form. */
const cards = [
  { token: 'tok_ok', label: 'works' },
  { token: 'tok_decline', label: 'declined' },
  { token: 'tok_action', label: 'asksBank' },
] as const;

export type Card = (typeof cards)[number]['token'];

export function CardChoice({ card, onCard }: { readonly card: Card; readonly onCard: (card: Card) => void }) {
  const { say } = useWords();
  return (
    <fieldset className="payment">
      <legend>{say.pay.title}</legend>
      {cards.map(({ token, label }) => (
        <label key={token}>
          <input type="radio" name="card" value={token} checked={card === token} onChange={() => onCard(token)} />
          {say.pay[label]}
        </label>
      ))}
      <p className="hint">{say.pay.test}</p>
    </fieldset>
  );
}

interface Props {
  readonly total: Money;
  readonly isPaying: boolean;
  readonly isIdle: boolean;
  readonly onPay: () => void;
}

export function PayButton({ total, isPaying, isIdle, onPay }: Props) {
  const { say, write } = useWords();
  const [pay, paying] =
    total.amount === 0 ? [say.pay.book, say.pay.booking] : [say.pay.pay(write.money(total)), say.pay.paying];
  // It replaces the button to reserve, so that the second half of a double click must be ignored.
  const onClick = ({ detail }: MouseEvent) => detail < 2 && onPay();
  return (
    <button type="button" className="button primary" aria-disabled={!isIdle} onClick={onClick}>
      {isPaying ? paying : pay}
    </button>
  );
}
