import { useWords } from '../language/words.ts';
import type { PlanFile } from './plan-file.ts';
import { TextField } from './text-field.tsx';

/** Fields named 'price 0', 'price 1' and so on, in the order of the categories. */
export function PriceFields({ categories }: Pick<PlanFile, 'categories'>) {
  const { say, write } = useWords();
  return (
    <fieldset>
      <legend>{say.organizer.prices}</legend>
      <div className="fields">
        {categories.map(({ name, seatCount }, position) => (
          <TextField
            key={name}
            name={`price ${position}`}
            label={say.organizer.priceOf(name, write.number(seatCount))}
            inputMode="decimal"
            required={false}
          />
        ))}
      </div>
      <p className="hint">{say.organizer.pricesHelp}</p>
    </fieldset>
  );
}
