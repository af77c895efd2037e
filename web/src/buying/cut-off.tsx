import { useWords } from '../language/words.ts';

/** Shown beside the pressed button while the server cannot be reached. */
export function CutOff() {
  const { say } = useWords();
  return (
    <p className="notice" role="alert">
      {say.connection.cutOff}
    </p>
  );
}
