/** Whether it was answered that another server has the key, or will in a moment: nothing was done, and nobody had to wait. */
export function isRedirection(error: unknown): boolean {
  return error instanceof Error && /^(MOVED|ASK|TRYAGAIN) /.test(error.message);
}
