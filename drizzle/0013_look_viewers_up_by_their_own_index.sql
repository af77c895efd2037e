-- Once next to nothing was ACTIVE, a viewer's reservations were looked up among all deadlines. Built within the transaction of the
-- migrations: buyers wait a moment, as only what is ACTIVE is in it.
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX "reservations_deadlines";--> statement-breakpoint
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX "reservations_deadlines" ON "reservations" USING btree ("expires_at","event_id") WHERE "reservations"."status" = 'ACTIVE' and "reservations"."expires_at" is not null;