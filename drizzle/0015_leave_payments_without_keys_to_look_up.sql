ALTER TABLE "bookings" DROP CONSTRAINT "bookings_payment";
--> statement-breakpoint
ALTER TABLE "payment_events" DROP CONSTRAINT "payment_events_payment";
