// Prints "N passed, N failed" from reports of Vitest's JSON reporter. Usage: count-tests.js <report>...
import { readFileSync } from 'node:fs';

const reports = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path, 'utf8')));
// A file can also fail outside of its tests: it does not load, or leaves connections open. That counts as one.
const failedOutsideTests = reports.flatMap(({ testResults }) =>
  testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ),
);
const sum = (counts) => counts.reduce((total, count) => total + count, 0);
const passed = sum(reports.map(({ numPassedTests }) => numPassedTests));
const failed = sum(reports.map(({ numFailedTests }) => numFailedTests)) + failedOutsideTests.length;
process.stdout.write(`${passed} passed, ${failed} failed\n`);
