import { Link, useRoute } from 'wouter';
import { base } from '../base.ts';
import { chooseLanguage } from '../language/language.ts';
import { languages, messages } from '../language/messages.ts';
import { useLanguage, useWords } from '../language/words.ts';
import { useSession } from '../session/use-session.ts';

export function Header() {
  const { say } = useWords();
  const { isOrganizer } = useSession();
  return (
    <header className="header">
      <Link href="/" className="brand">
        <img src={`${base}favicon.svg`} alt="" width="28" height="28" />
        <span>Holdfast</span>
      </Link>
      <nav aria-label={say.nav.label}>
        <NavLink href="/">{say.nav.events}</NavLink>
        <NavLink href="/tickets">{say.nav.tickets}</NavLink>
        {isOrganizer && <NavLink href="/organizer">{say.nav.organizer}</NavLink>}
      </nav>
      <LanguageChoice />
    </header>
  );
}

function NavLink({ href, children }: { readonly href: string; readonly children: string }) {
  const [isHere] = useRoute(href);
  return (
    <Link href={href} aria-current={isHere ? 'page' : undefined}>
      {children}
    </Link>
  );
}

function LanguageChoice() {
  const { say } = useWords();
  const current = useLanguage();
  return (
    <fieldset className="languages" aria-label={say.language}>
      {languages.map((language) => (
        <button
          key={language}
          type="button"
          lang={language}
          aria-pressed={language === current}
          onClick={() => chooseLanguage(language)}
        >
          {language.toUpperCase()}
          <span className="visually-hidden"> {messages[language].languageName}</span>
        </button>
      ))}
    </fieldset>
  );
}
