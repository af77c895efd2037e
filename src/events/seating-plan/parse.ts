import type { Layout } from '../layout.ts';
import { drawAreas } from './areas.ts';
import { findFault } from './check.ts';
import { type Plan, planFormat } from './format.ts';
import { pathText, type Refusal, refuse } from './refusal.ts';
import { categoriesOf, placeSeats } from './seats.ts';
import { measure } from './size.ts';

export type ParsedPlan = { readonly ok: true; readonly layout: Layout } | Refusal;

/**
 * Reads a seating plan in pretix's format. Never throws on anything JSON can hold.
 * A refusal's path is relative to the document, and empty when the document as a whole is no plan.
 */
export function parseSeatingPlan(document: unknown): ParsedPlan {
  const read = planFormat.safeParse(document);
  if (!read.success) {
    const [issue] = read.error.issues;
    return refuse(pathText(issue?.path ?? []), issue?.message ?? 'Not a seating plan');
  }
  return findFault(read.data) ?? { ok: true, layout: layOut(read.data) };
}

function layOut(plan: Plan): Layout {
  const categories = categoriesOf(plan);
  const { sections, seats } = placeSeats(plan, categories);
  const areas = drawAreas(plan);
  return { ...measure(plan.size, { seats, areas }), categories, sections, areas, seats };
}
