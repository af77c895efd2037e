import { z } from 'zod';

/**
 * What is read of pretix's seating-plan format (`seating-plan.schema.json`, and what its editor really writes). Everything
 * else in a document is ignored. Positions are relative to what they are nested in.
 */

/** Far beyond any venue; keeps the sums of nested positions finite and exact enough to draw. */
const farthest = 1_000_000;
const longestText = 1_000;

const length = z.number().min(-farthest).max(farthest);
const text = z
  .string()
  .max(longestText)
  .refine((value) => !value.includes('\0') && !/\p{Surrogate}/u.test(value), 'Not storable: a NUL or half a character');
/** Some tools write numbers where the format wants strings. */
const numbering = z.union([text, z.number()]).nullish();
const point = z.object({ x: length.default(0), y: length.default(0) });
const position = point.nullish().transform((value) => value ?? { x: 0, y: 0 });

const seat = z.object({
  seat_guid: text.min(1),
  seat_number: numbering,
  category: text,
  position,
  wheelchair: z.unknown().optional(),
  accessible: z.unknown().optional(),
});

const row = z.object({ row_number: numbering, position, seats: z.array(seat) });

const area = z.object({
  shape: z.string().nullish(),
  position,
  rotation: length.nullish(),
  color: text.nullish(),
  border_color: text.nullish(),
  rectangle: z.object({ width: length, height: length }).nullish(),
  circle: z.object({ radius: length }).nullish(),
  ellipse: z.object({ radius: point }).nullish(),
  polygon: z.object({ points: z.array(point) }).nullish(),
  text: z.object({ text: text.nullish(), position, size: length.nullish(), color: text.nullish() }).nullish(),
});

const zone = z.object({
  name: text.nullish(),
  position,
  rows: z.array(row).nullish(),
  areas: z.array(area).nullish(),
});

export const planFormat = z.object({
  categories: z.array(z.object({ name: text, color: text.nullish() })),
  size: z.object({ width: length.nullish(), height: length.nullish() }).nullish(),
  zones: z.array(zone),
});

export type Plan = z.infer<typeof planFormat>;
export type PlanZone = Plan['zones'][number];
export type PlanSeat = z.infer<typeof seat>;
export type PlanArea = z.infer<typeof area>;
