ALTER TABLE "events" ADD COLUMN "search_text" text DEFAULT '' NOT NULL;--> statement-breakpoint
-- Of events there are few. As src/store/search-text.ts does it, as far as the database knows capitals.
UPDATE "events" SET "search_text" = upper(regexp_replace(normalize("name" || E'\n' || "venue", NFKD), '[\u0300-\u036f]', '', 'g'));
