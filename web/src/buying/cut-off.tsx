import { useWords } from '../language/words.ts';

/** Said where the button is that was pressed, as long as the server cannot be reached. */
export function CutOff() {
  const { say } = useWords();
  return (
    <p className="notice" role="alert">
      {say.connection.cutOff}
    </p>
  );
}
