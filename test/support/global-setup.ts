import type { TestProject } from 'vitest/node';
import { installMissingBinaries } from './binaries.ts';
import { startPostgres } from './postgres.ts';
import { createTemplate, dropTemplate } from './template.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the run's Postgres, where databases may be created. */
    postgresUrl: string;
    /** Name of the database with the product's tables. */
    templateDatabase: string;
  }
}

interface RunServer extends AsyncDisposable {
  readonly url: string;
}

/** Runs once before all test files. Resolves to its teardown. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  installMissingBinaries();
  const server = await serverForRun();
  try {
    const template = await createTemplate(server.url);
    project.provide('postgresUrl', server.url);
    project.provide('templateDatabase', template);
    return () => tearDown(server, template);
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

async function tearDown(server: RunServer, template: string): Promise<void> {
  await dropTemplate(server.url, template);
  await server[Symbol.asyncDispose]();
}

/** The server of `TEST_DATABASE_URL`, or a new one. */
async function serverForRun(): Promise<RunServer> {
  const url = process.env.TEST_DATABASE_URL;
  if (url !== undefined) return { url, [Symbol.asyncDispose]: async () => {} };
  const own = await startPostgres();
  return { url: own.url('postgres'), [Symbol.asyncDispose]: () => own[Symbol.asyncDispose]() };
}
