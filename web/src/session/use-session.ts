import type { HoldfastClient } from '@holdfast/client';
import { useStore } from '../state/use-store.ts';
import { type Session, session } from './session.ts';

export const useSession = (): Session => useStore(session);

export const useClient = (): HoldfastClient => useSession().client;
