// Prints "N passed, N failed" from the report of Vitest's JSON reporter. Usage: count-tests.js <report>
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
// A file can fail outside its tests: it does not load, or it leaves connections open. That counts as one.
const failedOutsideTests = report.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
);
const failed = report.numFailedTests + failedOutsideTests.length;
process.stdout.write(`${report.numPassedTests} passed, ${failed} failed\n`);
