import {
  CreateEventDocument,
  match,
  maxNameCharacters,
  momentsAt,
  newIdempotencyKey,
  parseAmount,
} from '@holdfast/client';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { NoticeLine } from '../buying/notice-line.tsx';
import { noticeOf, noticeOfFault } from '../buying/notices.ts';
import type { Notice } from '../buying/state.ts';
import { useWords } from '../language/words.ts';
import { useClient } from '../session/use-session.ts';
import { NoticeText } from '../ui/notice-text.tsx';
import type { PlanFile } from './plan-file.ts';
import { PlanUpload } from './plan-upload.tsx';
import { PriceFields } from './price-fields.tsx';
import { TextField } from './text-field.tsx';
import { TimeZoneField } from './time-zone-field.tsx';

export function CreateEventForm() {
  const { say } = useWords();
  const client = useClient();
  const [, navigate] = useLocation();
  const [plan, setPlan] = useState<PlanFile | null>(null);
  const [problem, setProblem] = useState<string | Notice | null>(null);
  const [isCreating, setCreating] = useState(false);
  // One key for each filling of the form, so that a retry after a lost answer creates no second event.
  const [idempotencyKey, setKey] = useState(newIdempotencyKey);

  const create = async (fields: FormData, file: PlanFile) => {
    const text = (name: string) => String(fields.get(name) ?? '').trim();
    const currency = text('currency').toUpperCase();
    const prices = file.categories.flatMap(({ name }, position) => {
      const price = text(`price ${position}`);
      return price === '' ? [] : [{ category: name, amount: parseAmount(price, currency) ?? -1 }];
    });
    if (prices.some(({ amount }) => amount < 0)) return setProblem(say.organizer.priceWrong);
    const timeZone = text('timeZone');
    // The first one of an hour that occurs twice.
    const [startsAt] = momentsAt(text('startsAt'), timeZone);
    if (startsAt === undefined) return setProblem(say.organizer.noSuchTime(timeZone));
    const input = {
      idempotencyKey,
      name: text('name'),
      venue: text('venue'),
      startsAt: startsAt.toISOString(),
      timeZone,
      currency,
      reservationSeconds: Math.round(Number(text('minutes')) * 60),
      plan: file.plan,
      prices,
    };
    const { createEvent } = await client.mutate(CreateEventDocument, { input });
    match(createEvent, {
      Event: ({ id }) => navigate(`/organizer/events/${id}`),
      InvalidInput: ({ faults }) => {
        setKey(newIdempotencyKey());
        setProblem(faults.map(({ path, message }) => say.organizer.invalid(path.join(' › '), message)).join('\n'));
      },
      IdempotencyConflict: () => {
        setKey(newIdempotencyKey());
        setProblem(say.organizer.sentBefore);
      },
      RateLimited: (refusal) => setProblem(noticeOf(refusal)),
      ServiceBusy: (refusal) => setProblem(noticeOf(refusal)),
    });
  };
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (plan === null) return;
    const fields = new FormData(event.currentTarget);
    setProblem(null);
    setCreating(true);
    await create(fields, plan).catch((error: unknown) => setProblem(noticeOfFault(error)));
    setCreating(false);
  };

  return (
    <form className="page form" onSubmit={(event) => void submit(event)}>
      <h1>{say.organizer.newEvent}</h1>
      <PlanUpload plan={plan} onPlan={setPlan} />
      <TextField name="name" label={say.organizer.name} maxCharacters={maxNameCharacters} />
      <TextField
        key={plan?.name}
        name="venue"
        label={say.organizer.venue}
        defaultValue={plan?.name}
        maxCharacters={maxNameCharacters}
      />
      <div className="fields">
        <TextField name="startsAt" label={say.organizer.startsAt} type="datetime-local" />
        <TimeZoneField />
        <TextField
          name="currency"
          label={say.organizer.currency}
          defaultValue="EUR"
          pattern="[A-Za-z]{3}"
          maxLength={3}
        />
        <TextField name="minutes" label={say.organizer.minutes} type="number" defaultValue="10" min={1} max={1440} />
      </div>
      <p id="time-zone-help" className="hint">
        {say.organizer.timeZoneHelp}
      </p>
      {plan && <PriceFields categories={plan.categories} />}
      {typeof problem === 'string' && <NoticeText text={problem} />}
      {problem !== null && typeof problem === 'object' && <NoticeLine notice={problem} />}
      <button type="submit" className="button primary" disabled={plan === null || isCreating}>
        {isCreating ? say.organizer.creating : say.organizer.create}
      </button>
    </form>
  );
}
