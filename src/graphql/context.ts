import { GraphQLError } from 'graphql';
import { type Asker, isOrganizer, type Viewer } from '../domain/viewer.ts';
import { CostLeft } from './cost/judge.ts';
import { Loaders } from './loaders.ts';
import type { Services } from './services.ts';
import { Slices } from './slices.ts';

/** Who is asking, as the transport knows it. */
export interface Requester extends Asker {
  /** As `ClientAddresses` spells it, so that limits can count by it. */
  readonly clientAddress: string;
  readonly summary: OperationSummary;
}

/** What the log says of an operation. */
export interface OperationSummary {
  /** Of the request that it came by. */
  readonly requestId: string;
  /** Null as long as it is not known, and for one without a name. */
  operation: string | null;
  /** What came of its mutations, by the names of the schema, or the codes of its errors. */
  outcome: string | null;
}

/** Gives it back. */
export function noteOutcome<Outcome extends { readonly __typename: string }>(
  { summary }: GraphqlContext,
  outcome: Outcome,
): Outcome {
  const { __typename: name } = outcome;
  summary.outcome = summary.outcome === null ? name : `${summary.outcome}, ${name}`;
  return outcome;
}

export function summaryOf(requestId: string): OperationSummary {
  return { requestId, operation: null, outcome: null };
}

/** What every resolver is handed beside its arguments: made anew for each operation. */
export interface GraphqlContext extends Requester, Execution {
  readonly services: Services;
}

/** What one execution has read so far. */
interface Execution {
  loaders: Loaders;
  costLeft: CostLeft;
  slices: Slices;
}

export function createContext(services: Services, requester: Requester): GraphqlContext {
  const { viewer, clientAddress, isOver, summary } = requester;
  // Written out, as copying objects for each operation would cost as much as all the rest here.
  return {
    viewer,
    clientAddress,
    isOver,
    summary,
    services,
    loaders: new Loaders(services, requester),
    costLeft: new CostLeft(services.policy.maxQueryCost),
    slices: new Slices(),
  };
}

/** For each mutation of an operation: what was read for the one before need no longer be true. */
export function readAnew(context: GraphqlContext): void {
  context.loaders = new Loaders(context.services, context);
}

/** For each message of a subscription, which is an execution of its own in the context of the one before. */
export function beginMessage(context: GraphqlContext): void {
  readAnew(context);
  context.costLeft = new CostLeft(context.services.policy.maxQueryCost);
  context.slices = new Slices();
}

/** Throws a top-level error for a request without a token. */
export function requireViewer({ viewer }: GraphqlContext): Viewer {
  if (viewer !== null) return viewer;
  throw new GraphQLError('Sign in first: this needs a token', { extensions: { code: 'UNAUTHENTICATED' } });
}

/** Throws a top-level error for whoever is not an organizer. */
export function requireOrganizer(context: GraphqlContext): void {
  requireViewer(context);
  if (isOrganizer(context)) return;
  throw new GraphQLError('This is for organizers only', { extensions: { code: 'FORBIDDEN' } });
}
