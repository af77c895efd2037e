// Run for every test file; what it imports is loaded once in each worker.
import './end-with-run.ts';
