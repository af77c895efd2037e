// Runs for every test file; its imports are loaded once per worker.
import './end-with-run.ts';
