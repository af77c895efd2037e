import type { ReactNode } from 'react';
import { useSession } from '../session/use-session.ts';
import { SignInForm } from './sign-in-form.tsx';

/** Shows the form to sign in instead to a viewer without an organizer's token. */
export function ForOrganizers({ children }: { readonly children: ReactNode }) {
  const { isOrganizer, hasRunOut } = useSession();
  return isOrganizer ? children : <SignInForm hasRunOut={hasRunOut} />;
}
