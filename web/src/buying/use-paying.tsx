import { PaymentProviderDocument } from '@holdfast/client';
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { useClient } from '../session/use-session.ts';
import { useLoaded } from '../state/use-loaded.ts';
import { Failed } from '../ui/failed.tsx';
import type { Buying } from './buying.ts';
import { type Card, CardChoice } from './payment.tsx';
import type { Held } from './state.ts';
import { StripeFields } from './stripe-fields.tsx';
import type { StripeForm } from './stripe-form.ts';

/** After the server could not be asked how to pay. */
const ASK_AGAIN_MS = 3_000;

/** How the viewer pays for what is held. */
export interface Paying {
  readonly fields: ReactNode;
  /** Null until there is something to pay with. */
  readonly pay: (() => Promise<void>) | null;
}

export function usePaying({ hold }: Buying, held: Held | null): Paying {
  const total = held?.followed.reservation.total ?? null;
  const isFree = total === null || total.amount === 0;
  const { loaded, reload } = useProvider(!isFree);
  const [card, setCard] = useState<Card>('tok_ok');
  const [form, setForm] = useState<StripeForm | null>(null);
  if (isFree) return { fields: null, pay: () => hold.pay() };
  if (loaded.state === 'failed') return { fields: <Failed error={loaded.error} onRetry={reload} />, pay: null };
  const provider = loaded.state === 'ready' ? loaded.data : null;
  if (provider?.name === 'test')
    return { fields: <CardChoice card={card} onCard={setCard} />, pay: () => hold.pay(card) };
  if (provider?.name !== 'stripe' || provider.publishableKey === null) return { fields: null, pay: null };
  return {
    fields: <StripeFields publishableKey={provider.publishableKey} total={total} onForm={setForm} />,
    pay: form && (() => hold.payBy(form)),
  };
}

/** Asked for only when there is something to pay. */
function useProvider(isWanted: boolean) {
  const client = useClient();
  const load = useCallback(
    async (signal: AbortSignal) =>
      isWanted ? (await client.query(PaymentProviderDocument, {}, { signal })).paymentProvider : null,
    [client, isWanted],
  );
  const { loaded, reload } = useLoaded(load);
  // The time to pay runs on, so that nobody has to find out that the server is back.
  useEffect(() => {
    if (loaded.state !== 'failed') return;
    const again = setTimeout(reload, ASK_AGAIN_MS);
    return () => clearTimeout(again);
  }, [loaded, reload]);
  return { loaded, reload };
}
