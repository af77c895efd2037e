-- Uniqueness includes the event, so that each event's rows can be kept apart. Built within the transaction of the migrations: buyers wait
-- a second for a million or two of reservations.
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX "bookings_one_per_reservation";--> statement-breakpoint
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX "bookings_reference";--> statement-breakpoint
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX "reservations_active_of_viewer";--> statement-breakpoint
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX "bookings_one_per_reservation" ON "bookings" USING btree ("reservation_id","event_id");--> statement-breakpoint
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX "bookings_reference" ON "bookings" USING btree ("reference","event_id");--> statement-breakpoint
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX "reservations_active_of_viewer" ON "reservations" USING btree ("viewer_id","event_id") WHERE "reservations"."status" = 'ACTIVE';
