import type { TestProject } from 'vitest/node';
import { installMissingBinaries } from './binaries.ts';
import { startPostgres } from './postgres.ts';
import { createTemplate, dropTemplate } from './template.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Connects to the run's Postgres, where databases may be created. */
    postgresUrl: string;
    /** The database there that has the product's tables. */
    templateDatabase: string;
  }
}

/** Runs once, before any test file. Returns what ends it. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  installMissingBinaries();
  const given = process.env.TEST_DATABASE_URL;
  const own = given === undefined ? await startPostgres() : undefined;
  const postgresUrl = given ?? own?.url('postgres') ?? '';
  const templateDatabase = await createTemplate(postgresUrl);
  project.provide('postgresUrl', postgresUrl);
  project.provide('templateDatabase', templateDatabase);
  return async () => {
    await dropTemplate(postgresUrl, templateDatabase);
    await own?.[Symbol.asyncDispose]();
  };
}
