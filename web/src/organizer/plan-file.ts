/** What the form has to know of a seating plan; whether it is a right one, the server says. */
export interface PlanFile {
  readonly name: string;
  readonly seatCount: number;
  /** Those that have seats: each needs a price. */
  readonly categories: readonly { readonly name: string; readonly seatCount: number }[];
  /** As it is sent. */
  readonly plan: unknown;
}

interface Pretix {
  readonly name?: unknown;
  readonly zones: readonly {
    readonly rows?: readonly { readonly seats?: readonly { readonly category?: unknown }[] }[];
  }[];
}

/** @returns null for a text that is no seating plan in pretix's format */
export function readPlanFile(text: string): PlanFile | null {
  const plan = parsed(text);
  if (!isPretix(plan)) return null;
  const counts = new Map<string, number>();
  for (const { rows = [] } of plan.zones) {
    for (const { seats = [] } of rows) {
      for (const { category } of seats) counts.set(String(category), (counts.get(String(category)) ?? 0) + 1);
    }
  }
  const categories = [...counts].map(([name, seatCount]) => ({ name, seatCount }));
  const seatCount = categories.reduce((sum, each) => sum + each.seatCount, 0);
  return { name: typeof plan.name === 'string' ? plan.name : '', seatCount, categories, plan };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isPretix(plan: unknown): plan is Pretix {
  if (typeof plan !== 'object' || plan === null || !('zones' in plan) || !Array.isArray(plan.zones)) return false;
  const isList = (value: unknown) => value === undefined || Array.isArray(value);
  return plan.zones.every((zone) => isList(zone?.rows) && (zone?.rows ?? []).every((row: Row) => isList(row?.seats)));
}

type Row = { readonly seats?: unknown } | null;
