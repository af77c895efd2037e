import { useEffect, useRef, useState } from 'react';
import type { Money } from '../language/formats.ts';
import { useLanguage, useWords } from '../language/words.ts';
import type { StripeForm } from './stripe-form.ts';

interface Props {
  readonly publishableKey: string;
  readonly total: Money;
  /** Null when it is gone. */
  readonly onForm: (form: StripeForm | null) => void;
}

/** Its code is loaded only where it is needed. */
async function openForm(...of: Parameters<typeof StripeForm.open>): Promise<StripeForm> {
  const { StripeForm } = await import('./stripe-form.ts');
  return StripeForm.open(...of);
}

/** The place of Stripe's form. */
export function StripeFields({ publishableKey, total, onForm }: Props) {
  const { say } = useWords();
  const language = useLanguage();
  const place = useRef<HTMLDivElement>(null);
  const firstTotal = useRef(total);
  const [form, setForm] = useState<StripeForm | 'failed' | null>(null);
  useEffect(() => {
    let isGone = false;
    openForm(publishableKey, firstTotal.current, language).then(
      (opened) => !isGone && setForm(opened),
      () => !isGone && setForm('failed'),
    );
    return () => {
      isGone = true;
    };
  }, [publishableKey, language]);
  useEffect(() => {
    if (form === null || form === 'failed' || place.current === null) return;
    const unmount = form.mount(place.current);
    onForm(form);
    return () => {
      onForm(null);
      unmount();
    };
  }, [form, onForm]);
  useEffect(() => {
    if (form === null || form === 'failed') return;
    try {
      form.update(total);
    } catch {
      // Stripe cannot charge such an amount.
      setForm('failed');
    }
  }, [form, total]);
  return (
    <fieldset className="payment">
      <legend>{say.pay.title}</legend>
      <div ref={place} />
      {form === 'failed' && <p className="hint">{say.pay.noForm}</p>}
    </fieldset>
  );
}
