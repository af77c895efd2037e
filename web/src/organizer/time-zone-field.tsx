import { useWords } from '../language/words.ts';

const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
const timeZones = [...new Set([own, 'UTC', ...Intl.supportedValuesOf('timeZone')])].sort();

/** The venue's time zone, by default the organizer's own. */
export function TimeZoneField() {
  const { say } = useWords();
  return (
    <div className="field">
      <label htmlFor="time-zone">{say.organizer.timeZone}</label>
      <select id="time-zone" name="timeZone" defaultValue={own} aria-describedby="time-zone-help">
        {timeZones.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </div>
  );
}
