import { GraphQLError } from 'graphql';
import { type Asker, isOrganizer, type Viewer } from '../domain/viewer.ts';
import { CostLeft } from './cost/judge.ts';
import { Loaders } from './loaders.ts';
import type { Services } from './services.ts';
import { Slices } from './slices.ts';

/** Who makes a request, from the transport. */
export interface Requester extends Asker {
  /** Normalized by `ClientAddresses`, so that limits can count by it. */
  readonly clientAddress: string;
  readonly summary: OperationSummary;
}

/** What the log says about an operation. */
export interface OperationSummary {
  /** Id of its request. */
  readonly requestId: string;
  /** Null until it is known, and if it has no name. */
  operation: string | null;
  /** The types of its mutations' outcomes, or the codes of its errors. */
  outcome: string | null;
}

/** Records the outcome, and returns it. */
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

/** The context of resolvers. Each operation has its own. */
export interface GraphqlContext extends Requester, Execution {
  readonly services: Services;
}

/** Caches reads of one execution. */
interface Execution {
  loaders: Loaders;
  costLeft: CostLeft;
  slices: Slices;
}

export function createContext(services: Services, requester: Requester): GraphqlContext {
  const { viewer, clientAddress, isOver, summary } = requester;
  // Written out, because copying objects for each operation would double the cost of this function.
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

/** Clears the cache before each mutation of an operation, which may change what was read before. */
export function clearReads(context: GraphqlContext): void {
  context.loaders = new Loaders(context.services, context);
}

/** Clears the cache before each message of a subscription, which is an execution in the same context. */
export function beginMessage(context: GraphqlContext): void {
  clearReads(context);
  context.costLeft = new CostLeft(context.services.policy.maxQueryCost);
  context.slices = new Slices();
}

/** Throws a top-level error for a request without a token. */
export function requireViewer({ viewer }: GraphqlContext): Viewer {
  if (viewer !== null) return viewer;
  throw new GraphQLError('Sign in first: this needs a token', { extensions: { code: 'UNAUTHENTICATED' } });
}

/** Throws a top-level error if the viewer is not an organizer. */
export function requireOrganizer(context: GraphqlContext): void {
  requireViewer(context);
  if (isOrganizer(context)) return;
  throw new GraphQLError('This is for organizers only', { extensions: { code: 'FORBIDDEN' } });
}
