import { useState } from 'react';
import { useWords } from '../language/words.ts';
import { type PlanFile, readPlanFile } from './plan-file.ts';

interface Props {
  readonly plan: PlanFile | null;
  readonly onPlan: (plan: PlanFile | null) => void;
}

export function PlanUpload({ plan, onPlan }: Props) {
  const { say, write } = useWords();
  const [isWrong, setWrong] = useState(false);
  const read = async (file: File | undefined) => {
    const next = file ? readPlanFile(await file.arrayBuffer()) : null;
    setWrong(file !== undefined && next === null);
    onPlan(next);
  };
  return (
    <div>
      <label>
        {say.organizer.plan}
        <input
          type="file"
          accept=".json,application/json"
          required
          aria-describedby="plan-help"
          onChange={(event) => void read(event.target.files?.[0])}
        />
      </label>
      <p id="plan-help" className={isWrong ? 'notice' : 'hint'} role={isWrong ? 'alert' : undefined}>
        {isWrong
          ? say.organizer.planWrong
          : plan
            ? say.organizer.planRead(plan.name, write.number(plan.seatCount))
            : say.organizer.planHelp}
      </p>
    </div>
  );
}
