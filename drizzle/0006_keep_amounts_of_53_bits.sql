-- Rewrites the tables: buyers wait a second for a million or two of reservations. Nodes of the version before read the amounts as text,
-- which GraphQL's Int takes as well.
-- squawk-ignore changing-column-type
ALTER TABLE "bookings" ALTER COLUMN "total_amount" SET DATA TYPE bigint;--> statement-breakpoint
-- squawk-ignore changing-column-type
ALTER TABLE "price_categories" ALTER COLUMN "amount" SET DATA TYPE bigint;--> statement-breakpoint
-- squawk-ignore changing-column-type
ALTER TABLE "reservations" ALTER COLUMN "total_amount" SET DATA TYPE bigint;
