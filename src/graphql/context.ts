import { GraphQLError } from 'graphql';
import type { Viewer } from '../identity/viewer.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import { SeatBudget } from './seat-budget.ts';
import type { Services } from './services.ts';

/** Who is asking, as the transport knows it. */
export interface Requester {
  /** Null without a token. */
  readonly viewer: Viewer | null;
  readonly clientAddress: string;
}

/** What every resolver is handed beside its arguments: made anew for each operation. */
export interface GraphqlContext extends Requester {
  readonly services: Services;
  readonly loaders: Loaders;
  readonly seatBudget: SeatBudget;
}

export function createContext(services: Services, requester: Requester): GraphqlContext {
  const loaders = createLoaders(services.store, requester.viewer);
  return { ...requester, services, loaders, seatBudget: new SeatBudget() };
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

export function isOrganizer({ viewer }: GraphqlContext): boolean {
  return viewer?.roles.includes('ORGANIZER') ?? false;
}
