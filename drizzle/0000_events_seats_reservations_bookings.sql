CREATE TYPE "public"."booking_status" AS ENUM('CONFIRMED', 'CANCELLED');--> statement-breakpoint
CREATE TYPE "public"."reservation_status" AS ENUM('ACTIVE', 'CONFIRMED', 'CANCELLED', 'EXPIRED');--> statement-breakpoint
CREATE TYPE "public"."sales_status" AS ENUM('DRAFT', 'ON_SALE', 'PAUSED', 'CLOSED');--> statement-breakpoint
CREATE TYPE "public"."seat_status" AS ENUM('AVAILABLE', 'RESERVED', 'BOOKED', 'BLOCKED');--> statement-breakpoint
CREATE TABLE "booked_seats" (
	"event_id" uuid NOT NULL,
	"booking_id" uuid NOT NULL,
	"seat_index" integer NOT NULL,
	"released_at" timestamp (3) with time zone,
	CONSTRAINT "booked_seats_event_id_booking_id_seat_index_pk" PRIMARY KEY("event_id","booking_id","seat_index")
);
--> statement-breakpoint
CREATE TABLE "bookings" (
	"event_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"reservation_id" uuid NOT NULL,
	"viewer_id" text NOT NULL,
	"reference" text NOT NULL,
	"status" "booking_status" DEFAULT 'CONFIRMED' NOT NULL,
	"total_amount" integer NOT NULL,
	"booked_at" timestamp (3) with time zone NOT NULL,
	"payment_authorization" text NOT NULL,
	"payment_captured_at" timestamp (3) with time zone,
	CONSTRAINT "bookings_event_id_id_pk" PRIMARY KEY("event_id","id")
);
--> statement-breakpoint
CREATE TABLE "events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"venue" text NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"currency" text NOT NULL,
	"sales_status" "sales_status" DEFAULT 'DRAFT' NOT NULL,
	"reservation_seconds" integer NOT NULL,
	"drawing" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "events_reservation_seconds" CHECK ("events"."reservation_seconds" between 1 and 86400)
);
--> statement-breakpoint
CREATE TABLE "price_categories" (
	"event_id" uuid NOT NULL,
	"position" smallint NOT NULL,
	"name" text NOT NULL,
	"color" text,
	"amount" integer NOT NULL,
	CONSTRAINT "price_categories_event_id_position_pk" PRIMARY KEY("event_id","position"),
	CONSTRAINT "price_categories_amount" CHECK ("price_categories"."amount" >= 0)
);
--> statement-breakpoint
CREATE TABLE "reservations" (
	"event_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"viewer_id" text NOT NULL,
	"status" "reservation_status" DEFAULT 'ACTIVE' NOT NULL,
	"seat_indexes" integer[] NOT NULL,
	"requested_seat_indexes" integer[] NOT NULL,
	"total_amount" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"extensions_used" smallint DEFAULT 0 NOT NULL,
	"payment_fenced" boolean DEFAULT false NOT NULL,
	"idempotency_key" text,
	CONSTRAINT "reservations_event_id_id_pk" PRIMARY KEY("event_id","id"),
	CONSTRAINT "reservations_seats" CHECK (cardinality("reservations"."seat_indexes") > 0),
	CONSTRAINT "reservations_deadline" CHECK ("reservations"."expires_at" > "reservations"."created_at")
);
--> statement-breakpoint
CREATE TABLE "seats" (
	"event_id" uuid NOT NULL,
	"index" integer NOT NULL,
	"status" "seat_status" DEFAULT 'AVAILABLE' NOT NULL,
	"reservation_id" uuid,
	"expires_at" timestamp (3) with time zone,
	"booking_id" uuid,
	"version" integer DEFAULT 0 NOT NULL,
	"category" smallint NOT NULL,
	"guid" text NOT NULL,
	"number" text NOT NULL,
	"x" double precision NOT NULL,
	"y" double precision NOT NULL,
	"accessible" boolean NOT NULL,
	CONSTRAINT "seats_event_id_index_pk" PRIMARY KEY("event_id","index"),
	CONSTRAINT "seats_index" CHECK ("seats"."index" >= 0),
	CONSTRAINT "seats_columns_of_status" CHECK (case "seats"."status"
        when 'RESERVED' then "seats"."reservation_id" is not null and "seats"."expires_at" is not null and "seats"."booking_id" is null
        when 'BOOKED' then "seats"."reservation_id" is null and "seats"."expires_at" is null and "seats"."booking_id" is not null
        else "seats"."reservation_id" is null and "seats"."expires_at" is null and "seats"."booking_id" is null
      end)
);
--> statement-breakpoint
ALTER TABLE "booked_seats" ADD CONSTRAINT "booked_seats_event_id_booking_id_bookings_event_id_id_fk" FOREIGN KEY ("event_id","booking_id") REFERENCES "public"."bookings"("event_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "booked_seats" ADD CONSTRAINT "booked_seats_event_id_seat_index_seats_event_id_index_fk" FOREIGN KEY ("event_id","seat_index") REFERENCES "public"."seats"("event_id","index") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bookings" ADD CONSTRAINT "bookings_event_id_reservation_id_reservations_event_id_id_fk" FOREIGN KEY ("event_id","reservation_id") REFERENCES "public"."reservations"("event_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "price_categories" ADD CONSTRAINT "price_categories_event_id_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."events"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reservations" ADD CONSTRAINT "reservations_event_id_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."events"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "seats" ADD CONSTRAINT "seats_event_id_category_price_categories_event_id_position_fk" FOREIGN KEY ("event_id","category") REFERENCES "public"."price_categories"("event_id","position") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "seats" ADD CONSTRAINT "seats_event_id_booking_id_bookings_event_id_id_fk" FOREIGN KEY ("event_id","booking_id") REFERENCES "public"."bookings"("event_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "booked_seats_once" ON "booked_seats" USING btree ("event_id","seat_index") WHERE "booked_seats"."released_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "bookings_one_per_reservation" ON "bookings" USING btree ("event_id","reservation_id");--> statement-breakpoint
CREATE UNIQUE INDEX "bookings_reference" ON "bookings" USING btree ("reference");--> statement-breakpoint
CREATE INDEX "bookings_of_viewer" ON "bookings" USING btree ("viewer_id","booked_at","id");--> statement-breakpoint
CREATE INDEX "bookings_to_capture" ON "bookings" USING btree ("booked_at") WHERE "bookings"."payment_captured_at" is null;--> statement-breakpoint
CREATE INDEX "events_by_start" ON "events" USING btree ("starts_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "reservations_idempotency_key" ON "reservations" USING btree ("viewer_id","idempotency_key","event_id") WHERE "reservations"."idempotency_key" is not null;--> statement-breakpoint
CREATE INDEX "reservations_of_viewer" ON "reservations" USING btree ("viewer_id","created_at","id");--> statement-breakpoint
CREATE INDEX "reservations_active_of_viewer" ON "reservations" USING btree ("viewer_id") WHERE "reservations"."status" = 'ACTIVE';--> statement-breakpoint
CREATE INDEX "reservations_deadlines" ON "reservations" USING btree ("expires_at","event_id") WHERE "reservations"."status" = 'ACTIVE';