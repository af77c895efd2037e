-- No version with payments was released: nodes of the version before cannot book while this one migrates, and buyers wait a second for a
-- million or two of bookings.
CREATE TYPE "public"."payment_state" AS ENUM('AUTHORIZING', 'ACTION_REQUIRED', 'AUTHORIZED', 'CAPTURED', 'VOIDED', 'FAILED', 'PARTLY_REFUNDED', 'REFUNDED');--> statement-breakpoint
CREATE TABLE "payment_events" (
	"event_id" uuid NOT NULL,
	"payment_id" uuid NOT NULL,
	"provider_event_id" text NOT NULL,
	"type" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "payment_events_event_id_payment_id_provider_event_id_pk" PRIMARY KEY("event_id","payment_id","provider_event_id")
);
--> statement-breakpoint
CREATE TABLE "payments" (
	"event_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"reservation_id" uuid NOT NULL,
	"viewer_id" text NOT NULL,
	"provider" text NOT NULL,
	"provider_reference" text,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"state" "payment_state" DEFAULT 'AUTHORIZING' NOT NULL,
	"refunded" bigint DEFAULT 0 NOT NULL,
	"disputed" boolean DEFAULT false NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp (3) with time zone,
	"buyer_name" text,
	"buyer_email" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "payments_event_id_id_pk" PRIMARY KEY("event_id","id"),
	CONSTRAINT "payments_amount" CHECK ("payments"."amount" > 0),
	CONSTRAINT "payments_refunded" CHECK ("payments"."refunded" between 0 and "payments"."amount")
);
--> statement-breakpoint
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX "bookings_to_capture";--> statement-breakpoint
ALTER TABLE "booked_seats" ADD COLUMN "amount" bigint;--> statement-breakpoint
ALTER TABLE "bookings" ADD COLUMN "payment_id" uuid;--> statement-breakpoint
ALTER TABLE "bookings" ADD COLUMN "buyer_name" text;--> statement-breakpoint
ALTER TABLE "bookings" ADD COLUMN "buyer_email" text;--> statement-breakpoint
-- The built-in provider was the only one.
INSERT INTO "payments" ("event_id", "id", "reservation_id", "viewer_id", "provider", "provider_reference", "amount", "currency", "state", "due_at", "created_at", "updated_at")
SELECT "bookings"."event_id", "bookings"."id", "reservation_id", "viewer_id", 'test',
	'test_' || "bookings"."id" || '_' || "bookings"."event_id" || '_' || "total_amount", "total_amount", "currency",
	(CASE WHEN "payment_captured_at" IS NULL THEN 'AUTHORIZED' ELSE 'CAPTURED' END)::"payment_state",
	CASE WHEN "payment_captured_at" IS NULL THEN "booked_at" END, "booked_at", coalesce("payment_captured_at", "booked_at")
FROM "bookings" JOIN "events" ON "events"."id" = "bookings"."event_id"
WHERE "total_amount" > 0;--> statement-breakpoint
UPDATE "bookings" SET "payment_id" = "id" WHERE "total_amount" > 0;--> statement-breakpoint
UPDATE "booked_seats" SET "amount" = "price_categories"."amount"
FROM "seats" JOIN "price_categories" ON "price_categories"."event_id" = "seats"."event_id" AND "price_categories"."position" = "seats"."category"
WHERE "seats"."event_id" = "booked_seats"."event_id" AND "seats"."index" = "booked_seats"."seat_index";--> statement-breakpoint
-- squawk-ignore adding-not-nullable-field
ALTER TABLE "booked_seats" ALTER COLUMN "amount" SET NOT NULL;--> statement-breakpoint
-- squawk-ignore adding-foreign-key-constraint, constraint-missing-not-valid
ALTER TABLE "payment_events" ADD CONSTRAINT "payment_events_payment" FOREIGN KEY ("event_id","payment_id") REFERENCES "public"."payments"("event_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
-- squawk-ignore adding-foreign-key-constraint, constraint-missing-not-valid
ALTER TABLE "payments" ADD CONSTRAINT "payments_reservation" FOREIGN KEY ("event_id","reservation_id") REFERENCES "public"."reservations"("event_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX "payments_one_live" ON "payments" USING btree ("reservation_id","event_id") WHERE "payments"."state" not in ('VOIDED', 'FAILED', 'REFUNDED');--> statement-breakpoint
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX "payments_of_reservation" ON "payments" USING btree ("reservation_id","event_id");--> statement-breakpoint
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX "payments_due" ON "payments" USING btree ("due_at") WHERE "payments"."due_at" is not null;--> statement-breakpoint
-- squawk-ignore adding-foreign-key-constraint, constraint-missing-not-valid
ALTER TABLE "bookings" ADD CONSTRAINT "bookings_payment" FOREIGN KEY ("event_id","payment_id") REFERENCES "public"."payments"("event_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
-- squawk-ignore ban-drop-column
ALTER TABLE "bookings" DROP COLUMN "payment_authorization";--> statement-breakpoint
-- squawk-ignore ban-drop-column
ALTER TABLE "bookings" DROP COLUMN "payment_captured_at";