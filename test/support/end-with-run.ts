// A Vitest worker goes on with its file when the run is interrupted, and so would its servers. Vitest replaces
// process.exit in workers, so a signal it is.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
