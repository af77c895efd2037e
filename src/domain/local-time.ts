const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * The times at which clocks in a time zone show `local`, such as '2026-03-29T02:30', or with seconds. There are two, the earlier first,
 * where clocks are put back, and none where they are put forward over it, or if there is no such date.
 */
export function momentsAt(local: string, timeZone: string): readonly Date[] {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(local)) return [];
  const wanted = Date.parse(`${local}Z`);
  // Date carries overflow, such as February 30, over to the next month.
  if (Number.isNaN(wanted) || !new Date(wanted).toISOString().startsWith(local)) return [];
  const clock = clockOf(timeZone);
  // The offsets before and after, if they change within the day.
  const moments = [wanted - DAY_MS, wanted + DAY_MS].map((near) => wanted - (clock(near) - near));
  return [...new Set(moments)]
    .filter((moment) => clock(moment) === wanted)
    .sort((one, other) => one - other)
    .map((moment) => new Date(moment));
}

/** The local time in a time zone at a moment, read as if it were UTC. */
function clockOf(timeZone: string): (moment: number) => number {
  const two = '2-digit';
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, calendar: 'gregory', hourCycle: 'h23', year: 'numeric' },
    ...{ month: two, day: two, hour: two, minute: two, second: two },
  });
  return (moment) => {
    const parts = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, value]));
    const { year = '', month, day, hour, minute, second } = parts;
    return Date.parse(`${year.padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}Z`);
  };
}
