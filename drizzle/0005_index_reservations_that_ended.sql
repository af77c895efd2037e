-- For removing them when they are old. Built within the transaction of the migrations: buyers wait a second for a million or two of reservations.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX "reservations_ended" ON "reservations" USING btree ("expires_at") WHERE "reservations"."status" in ('CANCELLED', 'EXPIRED');
