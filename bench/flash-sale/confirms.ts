import { disagreements } from './agreement.ts';
import { measure, type RunFigures } from './measure.ts';
import { reserveRequests } from './requests.ts';
import type { Stage } from './stage.ts';

const SEATS = 3_000;
const CONNECTIONS = 256;

export interface ConfirmFigures extends RunFigures {
  readonly disagreements: readonly string[];
}

/** All holders of seats pay at once. */
export async function runConfirms(stage: Stage): Promise<ConfirmFigures> {
  const eventId = await stage.openEvent(SEATS);
  const shared = { server: stage.holdfast, connections: CONNECTIONS, seconds: null };
  const requests = reserveRequests(eventId, SEATS, (at) => [at]);
  const held = await measure(stage, { ...shared, arm: 'confirms-hold', requests });
  const confirmations = held.exchanges.flatMap(({ request: { viewer }, answer: { id } }) =>
    id === null ? [] : [{ viewer, input: { reservationId: id, paymentToken: 'tok_ok' } }],
  );
  const { figures, exchanges } = await measure(stage, {
    ...shared,
    arm: 'confirms',
    requests: confirmations,
    mutation: 'confirm',
  });
  return { ...figures, disagreements: await disagreements(stage.sql, eventId, [...held.exchanges, ...exchanges]) };
}
