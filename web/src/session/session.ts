import { createHoldfastClient, type HoldfastClient, HoldfastError, ViewerDocument } from '@holdfast/client';
import { graphqlUrl } from '../base.ts';
import { kept } from '../state/kept.ts';
import { createStore } from '../state/store.ts';

export interface Session {
  readonly client: HoldfastClient;
  readonly isOrganizer: boolean;
  /** Whether the organizer's token was refused after the sign-in. */
  readonly hasRunOut: boolean;
}

const key = 'holdfast organizer token';

/** The viewer: a guest, unless there is an organizer's token. */
export const session = createStore<Session>(sessionWith(tokenInAddress() ?? kept.getItem(key)));

// A link with a token may be opened in a tab that already shows the page.
addEventListener('hashchange', () => {
  const given = tokenInAddress();
  if (given !== null) change(sessionWith(given));
});

export type SignIn = 'signedIn' | 'notOrganizer' | 'refused';

/** Rejects with a HoldfastError if the server does not answer. */
export async function signInAsOrganizer(token: string): Promise<SignIn> {
  const asking = createHoldfastClient({ url: graphqlUrl, token });
  try {
    const { viewer } = await asking.query(ViewerDocument, {});
    if (!viewer?.roles.includes('ORGANIZER')) return 'notOrganizer';
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'UNAUTHENTICATED') return 'refused';
    throw error;
  } finally {
    asking.dispose();
  }
  kept.setItem(key, token);
  change(sessionWith(token));
  return 'signedIn';
}

export function signOut(): void {
  kept.removeItem(key);
  change(sessionWith(null));
}

function change(next: Session): void {
  const before = session.getSnapshot();
  session.set(next);
  before.client.dispose();
}

function sessionWith(organizer: string | null): Session {
  const ranOut = () => {
    kept.removeItem(key);
    queueMicrotask(() => {
      const now = session.getSnapshot();
      if (now.isOrganizer) session.set({ ...now, isOrganizer: false, hasRunOut: true });
    });
    return null;
  };
  const client = createHoldfastClient({
    url: graphqlUrl,
    guests: kept,
    ...(organizer !== null && { token: (refused) => (refused === organizer ? ranOut() : organizer) }),
  });
  return { client, isOrganizer: organizer !== null, hasRunOut: false };
}

/** Reads a token from the URL's fragment, which browsers do not send, and removes it there. */
function tokenInAddress(): string | null {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given === null) return null;
  history.replaceState(null, '', location.pathname + location.search);
  kept.setItem(key, given);
  return given;
}
