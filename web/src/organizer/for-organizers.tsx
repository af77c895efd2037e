import type { ReactNode } from 'react';
import { useSession } from '../session/use-session.ts';
import { SignInForm } from './sign-in-form.tsx';

/** Asks whoever has no organizer's token for one. */
export function ForOrganizers({ children }: { readonly children: ReactNode }) {
  const { isOrganizer, hasRunOut } = useSession();
  return isOrganizer ? children : <SignInForm hasRunOut={hasRunOut} />;
}
