import type { Happenings, Telemetry } from '../../src/telemetry/happenings.ts';

/** Records telemetry: `said` returns the values of one kind, in order. */
export function recordTelemetry(): {
  readonly telemetry: Telemetry;
  readonly said: (name: keyof Happenings) => readonly (readonly unknown[])[];
} {
  const all: { readonly name: unknown; readonly what: readonly unknown[] }[] = [];
  return {
    telemetry: { emit: (name, ...what) => all.push({ name, what }) > 0 },
    said: (asked) => all.filter(({ name }) => name === asked).map(({ what }) => what),
  };
}
