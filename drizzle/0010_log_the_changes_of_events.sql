CREATE TABLE "event_changes" (
	"event_id" uuid NOT NULL,
	"revision" integer NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"change" jsonb NOT NULL,
	CONSTRAINT "event_changes_event_id_revision_pk" PRIMARY KEY("event_id","revision")
);
--> statement-breakpoint
CREATE TABLE "event_heads" (
	"event_id" uuid PRIMARY KEY NOT NULL,
	"revision" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "event_heads_revision" CHECK ("event_heads"."revision" >= 0)
);
--> statement-breakpoint
ALTER TABLE "event_heads" ADD CONSTRAINT "event_heads_event_id_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."events"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
-- Written at every change of the event: with room on its page each is a HOT update.
ALTER TABLE "event_heads" SET (fillfactor = 10, autovacuum_vacuum_scale_factor = 0.05);--> statement-breakpoint
-- What happened to them before is in no log.
INSERT INTO "event_heads" ("event_id") SELECT "id" FROM "events";
