CREATE TABLE "consumer_cursors" (
	"event_id" uuid NOT NULL,
	"consumer" text NOT NULL,
	"revision" integer NOT NULL,
	"worker" uuid,
	"available_at" timestamp (3) with time zone NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "consumer_cursors_event_id_consumer_pk" PRIMARY KEY("event_id","consumer"),
	CONSTRAINT "consumer_cursors_revision" CHECK ("consumer_cursors"."revision" >= 0)
);
--> statement-breakpoint
CREATE TABLE "consumers" (
	"name" text PRIMARY KEY NOT NULL
);
--> statement-breakpoint
ALTER TABLE "consumer_cursors" ADD CONSTRAINT "consumer_cursors_event_id_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."events"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "consumer_cursors" ADD CONSTRAINT "consumer_cursors_consumer_consumers_name_fk" FOREIGN KEY ("consumer") REFERENCES "public"."consumers"("name") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
-- Written with every batch of changes: with room on its page each is a HOT update.
ALTER TABLE "consumer_cursors" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
