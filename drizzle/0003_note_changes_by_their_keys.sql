CREATE TABLE "keyed_changes" (
	"event_id" uuid NOT NULL,
	"reservation_id" uuid NOT NULL,
	"name" uuid NOT NULL,
	"contents" uuid NOT NULL,
	CONSTRAINT "keyed_changes_event_id_reservation_id_name_pk" PRIMARY KEY("event_id","reservation_id","name")
);
--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "request_digest" text;--> statement-breakpoint
ALTER TABLE "keyed_changes" ADD CONSTRAINT "keyed_changes_reservation" FOREIGN KEY ("event_id","reservation_id") REFERENCES "public"."reservations"("event_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "keyed_changes_name" ON "keyed_changes" USING btree ("name","event_id");