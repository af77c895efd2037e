import type { Party } from '../coordination/party.ts';
import { isGuest, type Viewer } from '../domain/viewer.ts';
import { clearReads, type GraphqlContext, noteOutcome, requireViewer } from './context.ts';
import { orServiceBusy, rateLimited } from './outcomes.ts';

/** Counts the viewer's mutation, and runs it unless a limit of the viewer, or of a guest's network, is exceeded. */
export async function limited<Result extends { readonly __typename: string }>(
  context: GraphqlContext,
  work: (viewer: Viewer) => Promise<Result>,
) {
  const viewer = requireViewer(context);
  clearReads(context);
  const waitMs = await countMutation(context, viewer);
  return noteOutcome(
    context,
    waitMs === null ? await orServiceBusy(context.services, () => work(viewer)) : rateLimited(waitMs),
  );
}

/** Counts a mutation. Returns how long the viewer must wait, in milliseconds; null if it is allowed. */
async function countMutation({ services, clientAddress }: GraphqlContext, viewer: Viewer): Promise<number | null> {
  const { mutationLimiter, guestMutationLimiter } = services;
  // In parallel, so that there is one round trip.
  const answers = await Promise.all([
    mutationLimiter.consume(viewer.id),
    ...(isGuest(viewer) ? [guestMutationLimiter.consume(clientAddress)] : []),
  ]);
  const waitsMs = answers.flatMap((answer) => (answer.allowed ? [] : [answer.retryAfterMs]));
  if (waitsMs.length === 0) return null;
  services.telemetry.emit('mutation:refused', 'rate limit');
  return Math.max(...waitsMs);
}

/** The party for which the viewer's seats are counted. */
export function partyOf({ services, clientAddress }: GraphqlContext, viewer: Viewer): Party {
  const countsAddress = isGuest(viewer) && services.policy.maxSeatsPerAddress > 0;
  return countsAddress ? `address ${clientAddress}` : `viewer ${viewer.id}`;
}
