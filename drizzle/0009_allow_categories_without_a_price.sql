-- Nodes of the version before take such a category for one that is free; its seats are blocked for them, too.
-- squawk-ignore ban-drop-not-null
ALTER TABLE "price_categories" ALTER COLUMN "amount" DROP NOT NULL;
