import { useState } from 'react';
import type { Money } from '../language/formats.ts';
import { useWords } from '../language/words.ts';

interface Props {
  readonly total: Money;
  readonly isPaying: boolean;
  readonly isIdle: boolean;
  readonly onPay: (paymentToken?: string) => void;
}

/** Of the test provider: the place of a real one's form. */
const cards = [
  { token: 'tok_ok', label: 'works' },
  { token: 'tok_decline', label: 'declined' },
] as const;

export function Payment({ total, isPaying, isIdle, onPay }: Props) {
  const { say, write } = useWords();
  const [token, setToken] = useState<string>(cards[0].token);
  if (total.amount === 0) {
    return (
      <button type="button" className="button primary wide" aria-disabled={!isIdle} onClick={() => onPay()}>
        {isPaying ? say.pay.booking : say.pay.book}
      </button>
    );
  }
  return (
    <fieldset className="payment">
      <legend>{say.pay.title}</legend>
      {cards.map((card) => (
        <label key={card.token}>
          <input
            type="radio"
            name="card"
            value={card.token}
            checked={token === card.token}
            onChange={() => setToken(card.token)}
          />
          {say.pay[card.label]}
        </label>
      ))}
      <button type="button" className="button primary wide" aria-disabled={!isIdle} onClick={() => onPay(token)}>
        {isPaying ? say.pay.paying : say.pay.pay(write.money(total))}
      </button>
      <p className="hint">{say.pay.test}</p>
    </fieldset>
  );
}
